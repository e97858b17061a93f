import Bytes

/// An entry as a search gave it: bytes, not yet judged.
package struct LDAPEntry: Sendable, Equatable {
    package var name: String
    /// By the attribute's name in lower case, without options.
    package var attributes: [String: [[UInt8]]]
    /// Attributes of which there is more, with the position of the next value.
    var partial: [String: Int] = [:]

    package init(name: String, attributes: [String: [[UInt8]]]) {
        self.name = name
        self.attributes = [:]
        for (attribute, values) in attributes { add(attribute, values) }
    }

    /// - Parameter description: the attribute with its options, as the server names it.
    mutating func add(_ description: String, _ values: [[UInt8]]) {
        let range = AttributeRange(description)
        let attribute = (range?.attribute ?? String(description.prefix { $0 != ";" })).lowercased()
        if let range {
            if let last = range.last { partial[attribute] = last + 1 } else { partial[attribute] = nil }
        }
        // A server names a ranged attribute twice: once whole and empty, once with the range.
        attributes[attribute, default: []] += values.prefix(
            max(0, LDAPLimits.rangedValues - (attributes[attribute]?.count ?? 0)))
    }

    package func values(_ attribute: String) -> [[UInt8]] { attributes[attribute.lowercased()] ?? [] }

    func values(_ attributes: [String]) -> [[UInt8]] { attributes.flatMap { values($0).prefix(LDAPLimits.values) } }

    /// The first value that is UTF-8 and no longer than a text may be: for what must be exact.
    func exactText(_ attributes: [String]) -> String? { exactTexts(attributes).first { _ in true } }

    func exactTexts(_ attributes: [String]) -> some Sequence<String> {
        values(attributes).lazy.compactMap { value in
            value.isEmpty || value.count > LDAPLimits.text || value.contains(0)
                ? nil : String(validating: value, as: UTF8.self)
        }
    }

    /// Texts for people to read: what is no UTF-8 is mended, control characters are blanks, what is too long is cut.
    func shownTexts(_ attributes: [String]) -> some Sequence<String> {
        values(attributes).lazy.compactMap { value in
            let text = String(decoding: value.prefix(LDAPLimits.text), as: UTF8.self)
            let scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
            let cleaned = String(String.UnicodeScalarView(scalars))
            return cleaned.allSatisfy { $0 == " " } ? nil : cleaned
        }
    }
}

/// The option by which Active Directory gives many values in pieces: `member;range=0-1499`, the last one
/// `member;range=1500-*` (MS-ADTS §3.1.1.3.1.3.3).
struct AttributeRange: Equatable {
    var attribute: String
    var first: Int
    /// Nil: up to the end.
    var last: Int?

    init?(_ description: String) {
        let parts = description.split(separator: ";", omittingEmptySubsequences: false)
        guard parts.count > 1, let attribute = parts.first, !attribute.isEmpty,
            let option = parts.dropFirst().first(where: { $0.lowercased().hasPrefix("range=") })
        else { return nil }
        let bounds = option.dropFirst("range=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2, let first = Int(bounds[0]), 0...Int(Int32.max) ~= first else { return nil }
        self.attribute = String(attribute)
        self.first = first
        if bounds[1] == "*" {
            last = nil
        } else {
            guard let last = Int(bounds[1]), first...Int(Int32.max) ~= last else { return nil }
            self.last = last
        }
    }

    /// What asks for the values from a position on.
    static func description(_ attribute: String, from position: Int) -> String { "\(attribute);range=\(position)-*" }
}
