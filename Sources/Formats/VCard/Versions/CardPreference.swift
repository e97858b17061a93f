import Bytes

/// RFC 6350 §5.3: what is preferred. Version 3.0 knows one thing of it, `TYPE=pref`.
enum CardPreference {
    static func toVersion4(_ line: inout CardLine) {
        guard !line.name.hasPrefix("X-") else { return }
        if line.hasType("pref") {
            line.removeType("pref")
            if line.parameter("PREF") == nil { line.setParameter("PREF", "1") }
        }
        // RFC 6350 §6.4.2 has no such type; RFC 2426 §3.3.2: it is what an address is unless it says otherwise.
        if line.name == "EMAIL" { line.removeType("internet") }
    }

    /// The property with the lowest PREF of its name is what version 3.0 calls preferred.
    static func toVersion3(_ lines: inout [CardLine]) {
        var lowest: [String: Int] = [:]
        for line in lines { if let number = number(of: line) { lowest[line.name] = min(lowest[line.name] ?? 100, number) } }
        for index in lines.indices where isConcerned(lines[index]) {
            let name = lines[index].name
            var types = lines[index].types
            if name == "EMAIL", !lines[index].hasType("internet"), !lines[index].hasType("x400") {
                types.insert("INTERNET", at: 0)
            }
            if let number = number(of: lines[index]), number == lowest[name] {
                if !lines[index].hasType("pref") { types.append("pref") }
                if number == 1 { lines[index].removeParameter("PREF") }
            }
            lines[index].setTypes(types)
        }
    }

    private static func number(of line: CardLine) -> Int? {
        guard isConcerned(line), let number = line.parameter("PREF")?.utf8.decimalValue, 1...100 ~= number else { return nil }
        return number
    }

    /// What keeps its parameters as they are, under another name, has no need of this.
    private static func isConcerned(_ line: CardLine) -> Bool {
        !line.name.hasPrefix("X-") && !VersionNames.isOnlyInVersion4(line.name)
    }
}
