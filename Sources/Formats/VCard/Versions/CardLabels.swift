import Bytes
import ContentLines

/// An address as it is printed: a property of its own in RFC 2426 §3.2.2, a parameter of ADR in RFC 6350 §6.3.1.
enum CardLabels {
    static func toVersion4(_ lines: inout [CardLine]) {
        var out: [CardLine] = []
        out.reserveCapacity(lines.count)
        // An ADR that follows its LABEL is found too.
        var waiting: [(place: Int, label: CardLine)] = []
        for line in lines {
            if line.name == "LABEL" {
                if let last = out.indices.last, takes(out[last], line) {
                    out[last].setParameter("LABEL", line.text)
                } else {
                    waiting.append((out.count, line))
                }
            } else {
                out.append(line)
            }
        }
        var added = 0
        for (place, label) in waiting {
            if let index = out.firstIndex(where: { takes($0, label) }) {
                out[index].setParameter("LABEL", label.text)
            } else {
                out.insert(address(of: label), at: place + added)
                added += 1
            }
        }
        lines = out
    }

    /// RFC 2426 §3.2.2: which address it is of is told by the types; by the group where there is one.
    private static func takes(_ address: CardLine, _ label: CardLine) -> Bool {
        guard address.name == "ADR", !address.hasParameter("LABEL") else { return false }
        if let group = label.group { return address.group?.equalsIgnoringASCIICase(group) == true }
        return address.group == nil && Set(address.types.map { $0.lowercased() }) == Set(label.types.map { $0.lowercased() })
    }

    private static func address(of label: CardLine) -> CardLine {
        var line = label
        line.rename("ADR")
        line.setParameter("LABEL", label.text)
        line.setParameter(CardLine.version3Name, "LABEL")
        line.value = ArraySlice(";;;;;;".utf8)
        return line
    }

    static func toVersion3(_ lines: inout [CardLine]) {
        var out: [CardLine] = []
        out.reserveCapacity(lines.count)
        for line in lines {
            guard line.name == "ADR", let text = line.parameter("LABEL") else {
                out.append(line)
                continue
            }
            var address = line
            address.removeParameter("LABEL")
            let isLabelOnly = address.takeVersion3Name() == "LABEL"
            var label = isLabelOnly ? address : CardLine(group: line.group, name: "LABEL", value: [])
            if isLabelOnly { label.rename("LABEL") } else { label.setTypes(address.types) }
            // RFC 6350 §6.3.1 shows a line break in the parameter as `\n`.
            label.setText(text.split(separator: "\\n", omittingEmptySubsequences: false).joined(separator: "\n"))
            if !isLabelOnly { out.append(address) }
            out.append(label)
        }
        lines = out
    }
}
