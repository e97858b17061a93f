import Bytes
package import ContentLines

/// A card in another version than it is stored in: RFC 2426 (3.0) and RFC 6350 (4.0) with their extensions.
///
/// Every card has a form in each version, and nothing of it is lost on the way: what a version has no property for stands
/// in one whose name begins with X-, and becomes what it was on the way back. Lines that both versions write alike keep
/// their bytes and their place.
package enum VCardVersions {
    /// The card as version 3.0.
    package static func version3(of card: Component) -> [UInt8] {
        switch VCardVersion(of: card) {
        case .v4_0:
            var lines = lines(of: card)
            Version3.convert(&lines)
            return write(lines, of: card, as: .v3_0)
        case .v2_1: return fromVersion21(card)
        case .v3_0, nil: return card.normalizedSource
        }
    }

    /// The card as version 4.0.
    package static func version4(of card: Component) -> [UInt8] {
        switch VCardVersion(of: card) {
        case .v3_0:
            var lines = lines(of: card)
            Version4.convert(&lines)
            return write(lines, of: card, as: .v4_0)
        case .v2_1:
            let bytes = fromVersion21(card)
            guard let newer = try? VCardDocument.parse(bytes).cards.first else { return bytes }
            return VCardVersion(of: newer) == .v3_0 ? version4(of: newer) : bytes
        case .v4_0, nil: return card.normalizedSource
        }
    }

    private static func fromVersion21(_ card: Component) -> [UInt8] {
        VCardConversion(fallbackCharset: "windows-1252", assignedUID: nil).fromVersion21(card)
    }

    private static func lines(of card: Component) -> [CardLine] {
        var agents = card.children(named: "VCARD").makeIterator()
        var lines: [CardLine] = []
        for line in card.properties where !line.isNamed("VERSION") && !line.isNamedAsDelimiter {
            var next = CardLine(line)
            if next.name == "AGENT", next.value.allSatisfy(\.isASCIIWhitespace), let agent = agents.next() {
                // RFC 2426 §3.5.4: the agent's card as text.
                next.setText(WellFormedText.string(agent.normalizedSource[...]))
            }
            lines.append(next)
        }
        return lines
    }

    private static func write(_ lines: [CardLine], of card: Component, as version: VCardVersion) -> [UInt8] {
        var writer = ContentLineWriter()
        writer.begin("VCARD")
        // RFC 6350 §6.7.9: right after BEGIN.
        writer.property("VERSION", text: version.rawValue)
        for var line in lines {
            // RFC 6350 §6.2.1: there is a name, and it is not empty.
            if line.name == "FN", line.text.trimmedOfWhitespace.isEmpty, let name = FormattedName.derive(from: card) {
                line.setText(name)
            }
            line.append(to: &writer)
        }
        RequiredProperties.appendNames(missingFrom: card, version: version, to: &writer)
        writer.end("VCARD")
        return writer.bytes
    }
}

/// From version 3.0.
enum Version4 {
    static func convert(_ lines: inout [CardLine]) {
        CardLabels.toVersion4(&lines)
        CardNames.toVersion4(&lines)
        let names = Set(lines.map(\.name))
        let addresses = Set(lines.filter { $0.name == "IMPP" }.map { $0.rawText.lowercased() })
        for index in lines.indices {
            let label = CardDays.isAnniversary(lines[index], among: lines)
            convert(&lines[index], names: names, isAnniversary: label, addresses: addresses)
        }
    }

    private static func convert(
        _ line: inout CardLine, names: Set<String>, isAnniversary: Bool, addresses: Set<String>
    ) {
        if isAnniversary && !names.contains("ANNIVERSARY") { CardDays.renameToAnniversary(&line) }
        CardServices.toVersion4(&line, addresses: addresses)
        VersionNames.toVersion4(&line, names: names)
        switch line.name {
        case "ADR": _ = line.restore { CardNames.firstComponents(of: $0, count: 7) }
        case "PHOTO", "LOGO", "SOUND", "KEY": CardMedia.toVersion4(&line)
        case "BDAY", "ANNIVERSARY", "DEATHDATE": CardDays.toVersion4(&line)
        case "REV", "CREATED": CardDays.timestampToVersion4(&line)
        case "TEL": CardPlaces.telephoneToVersion4(&line)
        case "GEO": CardPlaces.geoToVersion4(&line)
        case "TZ": CardPlaces.zoneToVersion4(&line)
        case "MEMBER": CardMembers.toVersion4(&line)
        case "UID":
            line.removeValueType("uri")
            // RFC 6350 §6.7.6: a URI unless it says that it is text.
            if !URIText.hasScheme(line.value) { line.setParameter("VALUE", "text") }
        case "URL", "SOURCE", "IMPP", "FBURL", "CALURI", "CALADRURI", "SOCIALPROFILE":
            line.removeValueType("uri", "url")
            if line.value.contains(0x5C) { line.value = URIText.unescaped(line.value) }
        case "AGENT":
            // RFC 6350 §6.6.6: what AGENT was.
            line.rename("RELATED")
            if line.valueType == "uri" || line.valueType == "url" {
                line.removeParameter("VALUE")
            } else {
                line.setParameter("VALUE", "text")
            }
            line.setTypes(["agent"])
        default: break
        }
        CardPreference.toVersion4(&line)
    }
}

/// From version 4.0.
enum Version3 {
    static func convert(_ lines: inout [CardLine]) {
        CardPreference.toVersion3(&lines)
        CardNames.toVersion3(&lines)
        for index in lines.indices { convert(&lines[index]) }
        CardLabels.toVersion3(&lines)
    }

    private static func convert(_ line: inout CardLine) {
        CardServices.toVersion3(&line)
        switch line.name {
        case "ADR": CardNames.reduce(&line, count: 7)
        case "PHOTO", "LOGO", "SOUND", "KEY": CardMedia.toVersion3(&line)
        case "BDAY": if !CardDays.toVersion3(&line) { line.rename("X-BDAY") }
        case "ANNIVERSARY":
            let name = line.takeVersion3Name()
            _ = CardDays.toVersion3(&line)
            line.rename(name.flatMap { CardDays.anniversaryNames.contains($0) ? $0 : nil } ?? "X-ANNIVERSARY")
        case "REV": line.removeValueType("timestamp")
        case "TEL": CardPlaces.telephoneToVersion3(&line)
        case "GEO": CardPlaces.geoToVersion3(&line)
        case "TZ": CardPlaces.zoneToVersion3(&line)
        case "UID": line.removeValueType("text", "uri")
        case "RELATED" where line.types.map { $0.lowercased() } == ["agent"]:
            line.rename("AGENT")
            line.setTypes([])
            if line.valueType == "text" { line.removeParameter("VALUE") } else { line.setParameter("VALUE", "uri") }
        default: VersionNames.toVersion3(&line)
        }
    }
}
