import Bytes
package import ContentLines

/// What a card is shown as.
package enum FormattedName {
    /// FN; where it is missing or empty N, NICKNAME, ORG, EMAIL, TEL, in this order.
    package static func derive(from card: Component) -> String? {
        for line in card.properties(named: "FN") {
            if let text = nonEmpty(line.text) { return text }
        }
        if let name = card.property("N").flatMap(fromName) { return name }
        for name in ["NICKNAME", "ORG", "EMAIL", "TEL"] as [StaticString] {
            for line in card.properties(named: name) {
                if let text = nonEmpty(text(of: line)) { return text }
            }
        }
        return nil
    }

    /// RFC 6350 §6.2.2: family, given, additional, prefixes, suffixes; read in the order in which a name is said.
    private static func fromName(_ line: ContentLine) -> String? {
        let parts = StructuredValue.split(line.transferDecodedValue, at: 0x3B).map { part in
            StructuredValue.list(part).filter { !$0.isEmpty }.joined(separator: " ")
        }
        let said = [3, 1, 2, 0, 4].compactMap { parts.indices.contains($0) ? nonEmpty(parts[$0]) : nil }
        return nonEmpty(said.joined(separator: " "))
    }

    private static func text(of line: ContentLine) -> String {
        if line.isNamed("ORG") {
            return StructuredValue.components(line.transferDecodedValue).filter { !$0.isEmpty }.joined(separator: ", ")
        }
        if line.isNamed("NICKNAME") { return StructuredValue.list(line.transferDecodedValue).first ?? "" }
        return line.text
    }

    private static func nonEmpty(_ text: String) -> String? {
        let trimmed = text.trimmedOfWhitespace
        return trimmed.isEmpty ? nil : trimmed
    }
}

extension String {
    /// Without white space at either end.
    var trimmedOfWhitespace: String {
        let start = drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
