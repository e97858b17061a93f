import Bytes
package import ContentLines

/// RFC 6352 §10.4.2: which properties of a card are asked for.
package struct AddressDataSelection: Sendable {
    /// RFC 6352 §10.4.2: one that is asked for by its name.
    package struct Property: Sendable {
        /// Without case; `group.name` asks for it in that group only.
        package var name: String
        /// RFC 6352 §10.4.2, `novalue`: name and parameters, but nothing after the colon.
        package var isValueOmitted: Bool

        package init(name: String, isValueOmitted: Bool = false) {
            self.name = name
            self.isValueOmitted = isValueOmitted
        }
    }

    private let properties: [[UInt8]: Bool]

    package init(_ properties: [Property]) {
        var byName: [[UInt8]: Bool] = [:]
        for property in properties {
            let name = property.name.utf8.map(\.asciiUppercased)
            // Asked for twice, once with its value: the value is wanted.
            byName[name] = property.isValueOmitted && byName[name] ?? true
        }
        self.properties = byName
    }

    /// The card with what is asked for, in its order, and with what makes it a card whoever asks: VERSION, UID and FN,
    /// and N in version 3.0 (RFC 2426 §3.1.2). Where FN or N is missing, it is made of what the card has.
    package func card(_ card: Component) -> [UInt8] {
        var writer = ContentLineWriter()
        writer.begin("VCARD")
        let isVersion3 = VCardVersion(of: card) != .v4_0
        for line in card.properties {
            let isNeeded = line.isNamed("VERSION") || line.isNamed("UID") || line.isNamed("FN")
                || isVersion3 && line.isNamed("N")
            guard let isValueOmitted = isNeeded ? false : isValueOmitted(of: line) else { continue }
            if isValueOmitted {
                writer.logicalLine(line.unfolded.dropLast(line.value.count))
            } else {
                line.appendSource(to: &writer)
            }
        }
        RequiredProperties.append(missingFrom: card, version: isVersion3 ? .v3_0 : .v4_0, to: &writer)
        writer.end("VCARD")
        return writer.bytes
    }

    /// Nil for a line that is not asked for.
    private func isValueOmitted(of line: ContentLine) -> Bool? {
        let name = line.name.map(\.asciiUppercased)
        guard let group = line.group else { return properties[name] }
        let inGroup = properties[group.map(\.asciiUppercased) + [0x2E] + name]
        guard let inGroup, let anywhere = properties[name] else { return inGroup ?? properties[name] }
        return inGroup && anywhere
    }
}

/// RFC 6350 §6.2.1, RFC 2426 §3.1.1 and §3.1.2: what a card must have.
enum RequiredProperties {
    /// Writes VERSION, FN and N where the version needs them and the card lacks them.
    static func append(missingFrom card: Component, version: VCardVersion, to writer: inout ContentLineWriter) {
        if card.property("VERSION") == nil { writer.property("VERSION", text: version.rawValue) }
        appendNames(missingFrom: card, version: version, to: &writer)
    }

    static func appendNames(missingFrom card: Component, version: VCardVersion, to writer: inout ContentLineWriter) {
        let lacksFN = card.property("FN") == nil
        let lacksN = version != .v4_0 && card.property("N") == nil
        guard lacksFN || lacksN else { return }
        let name = FormattedName.derive(from: card) ?? ""
        if lacksFN { writer.property("FN", text: name) }
        if lacksN {
            var value: [UInt8] = []
            TextValue.appendEscaped(name.utf8, to: &value)
            value.append(";;;;")
            writer.property("N", value: value)
        }
    }
}
