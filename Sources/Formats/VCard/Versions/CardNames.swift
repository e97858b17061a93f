import Bytes
import ContentLines

/// N and ADR, which have more components in RFC 9554 §2.2 and §2.1 than in RFC 2426, and how names are sorted and said.
enum CardNames {
    /// What version 3.0 has room for; nil where that is all.
    static func firstComponents(of value: ArraySlice<UInt8>, count: Int) -> [UInt8]? {
        let parts = StructuredValue.split(value, at: 0x3B)
        return parts.count > count ? Array(parts.prefix(count).joined(separator: [0x3B])) : nil
    }

    static func reduce(_ line: inout CardLine, count: Int) {
        if let first = firstComponents(of: line.value, count: count) { line.reduce(to: first) }
    }

    static func toVersion4(_ lines: inout [CardLine]) {
        for index in lines.indices where lines[index].name == "N" {
            _ = lines[index].restore { firstComponents(of: $0, count: 5) }
        }
        sortStringToVersion4(&lines)
        phoneticToVersion4(&lines)
    }

    static func toVersion3(_ lines: inout [CardLine]) {
        phoneticToVersion3(&lines)
        onlyOne(&lines)
        sortAsToVersion3(&lines)
        for index in lines.indices where lines[index].name == "N" { reduce(&lines[index], count: 5) }
    }

    /// RFC 2426 §3.1.1 and §3.1.2: FN and N once. Others (RFC 6350 §5.4: the same in another language) stand beside them.
    private static func onlyOne(_ lines: inout [CardLine]) {
        let names = lines.indices.filter { lines[$0].name == "N" }
        let kept = names.first { !lines[$0].hasParameter("PHONETIC") } ?? names.first
        for index in names where index != kept { lines[index].rename("X-N") }
        let shown = lines.indices.filter { lines[$0].name == "FN" }
        let preferred = shown.first { lines[$0].hasType("pref") } ?? shown.first
        for index in shown where index != preferred { lines[index].rename("X-FN") }
    }

    // MARK: Sorting

    /// RFC 2426 §3.6.5 to RFC 6350 §5.9.
    private static func sortStringToVersion4(_ lines: inout [CardLine]) {
        guard let sort = lines.firstIndex(where: { $0.name == "SORT-STRING" && $0.parameters.isEmpty && $0.group == nil }),
            let name = lines.firstIndex(where: { $0.name == "N" && !$0.hasParameter("SORT-AS") })
        else { return }
        lines[name].setParameter("SORT-AS", lines[sort].text)
        lines.remove(at: sort)
    }

    private static func sortAsToVersion3(_ lines: inout [CardLine]) {
        guard let name = lines.firstIndex(where: { $0.name == "N" && $0.hasParameter("SORT-AS") }),
            !lines.contains(where: { $0.name == "SORT-STRING" })
        else { return }
        let values = lines[name].parameters.filter { $0.isNamed("SORT-AS") }.flatMap(\.values)
        lines[name].removeParameter("SORT-AS")
        var line = CardLine(name: "SORT-STRING", value: [])
        line.setText(values.joined(separator: ","))
        lines.insert(line, at: name + 1)
    }

    // MARK: How a name is said

    /// Apple's three properties, in the order in which N has them.
    private static let phonetic = ["X-PHONETIC-LAST-NAME", "X-PHONETIC-FIRST-NAME", "X-PHONETIC-MIDDLE-NAME"]

    /// RFC 9554 §4.6: a second N with the same ALTID.
    private static func phoneticToVersion4(_ lines: inout [CardLine]) {
        let names = lines.indices.filter { lines[$0].name == "N" }
        let said = phonetic.map { name in
            lines.filter { $0.name == name && $0.parameters.isEmpty && $0.group == nil && !$0.value.contains(0x3B) }
        }
        guard names.count == 1, let name = names.first, said.contains(where: { !$0.isEmpty }),
            said.allSatisfy({ $0.count < 2 })
        else { return }
        let values = said.map { $0.first?.value ?? [] }
        var parameters = [("ALTID", lines[name].parameter("ALTID") ?? "1"), ("PHONETIC", "script")]
        lines[name].setParameter("ALTID", lines[name].parameter("ALTID") ?? "1")
        if let script = script(of: values.joined()) { parameters.append(("SCRIPT", script)) }
        let value = Array((values + [[], []]).joined(separator: [0x3B]))
        lines.insert(CardLine(name: "N", parameters: parameters, value: value), at: name + 1)
        lines.removeAll { line in
            phonetic.contains(line.name) && line.parameters.isEmpty && line.group == nil && !line.value.contains(0x3B)
        }
    }

    private static func phoneticToVersion3(_ lines: inout [CardLine]) {
        guard let index = lines.firstIndex(where: { $0.name == "N" && $0.parameter("PHONETIC")?.lowercased() == "script" }),
            lines[index].group == nil, !lines.contains(where: { phonetic.contains($0.name) })
        else { return }
        let line = lines[index]
        let parts = StructuredValue.split(line.value, at: 0x3B)
        let others = line.parameters.filter { !$0.isNamed("PHONETIC") && !$0.isNamed("ALTID") && !$0.isNamed("SCRIPT") }
        guard others.isEmpty, parts.count == 5, parts.dropFirst(3).allSatisfy(\.isEmpty), parts.contains(where: { !$0.isEmpty }),
            line.parameter("SCRIPT") == script(of: parts.joined())
        else { return }
        lines.remove(at: index)
        lines.insert(
            contentsOf: zip(phonetic, parts).filter { !$1.isEmpty }.map { CardLine(name: $0, value: $1) }, at: index)
        let names = lines.indices.filter { lines[$0].name == "N" }
        if names.count == 1, let name = names.first, lines[name].parameter("ALTID") == "1" {
            lines[name].removeParameter("ALTID")
        }
    }

    /// ISO 15924 by the first letter that tells it.
    private static func script(of bytes: some Sequence<UInt8>) -> String? {
        for scalar in String(utf8: Array(bytes)).unicodeScalars {
            switch scalar.value {
            case 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F: return "Latn"
            case 0x400...0x52F: return "Cyrl"
            case 0x3041...0x309F: return "Hira"
            case 0x30A1...0x30FF: return "Kana"
            case 0xAC00...0xD7A3: return "Hang"
            default: continue
            }
        }
        return nil
    }
}
