import Bytes
import ContentLines

/// What a card from a file needs before it can be stored.
struct VCardConversion {
    let fallbackCharset: String
    /// For a card that has no UID.
    let assignedUID: String?

    /// A card of version 3.0 or 4.0: its lines as they are, but for those which are not UTF-8.
    func toUTF8(_ card: Component) -> [UInt8] {
        var out: [UInt8] = []
        let isKept = card.properties.allSatisfy { WellFormedText.isUTF8($0.source) }
            && !(assignedUID != nil && card.property("UID") != nil)
        let addition = addition(to: card)
        if isKept {
            card.appendSource(to: &out) { $0.append(contentsOf: addition) }
            return out
        }
        var writer = ContentLineWriter()
        writer.begin("VCARD")
        for line in card.properties {
            if assignedUID != nil && line.isNamed("UID") || line.isNamedAsDelimiter { continue }
            var source: [UInt8] = []
            if WellFormedText.isUTF8(line.source) {
                line.appendSource(to: &source)
                writer.verbatim(source)
            } else if WellFormedText.isUTF8(line.unfolded) {
                writer.logicalLine(line.unfolded)
            } else {
                appendHead(of: line, to: &source)
                for parameter in line.parameters where !parameter.isNamed("CHARSET") {
                    source.append(0x3B)
                    if !parameter.isBareWord {
                        source.append(contentsOf: parameter.name)
                        source.append(0x3D)
                    }
                    source.append(contentsOf: utf8(parameter.rawValue, of: line))
                }
                source.append(0x3A)
                source.append(contentsOf: utf8(line.value, of: line))
                writer.logicalLine(source)
            }
        }
        writer.verbatim(addition)
        writer.end("VCARD")
        return writer.bytes
    }

    private func addition(to card: Component) -> [UInt8] {
        var writer = ContentLineWriter()
        if card.property("VERSION") == nil { writer.property("VERSION", text: "3.0") }
        if let assignedUID { writer.property("UID", text: assignedUID) }
        return writer.bytes
    }

    /// vCard 2.1 to RFC 2426.
    func fromVersion21(_ card: Component) -> [UInt8] {
        var writer = ContentLineWriter()
        writer.begin("VCARD")
        writer.property("VERSION", text: "3.0")
        var agents = card.children(named: "VCARD").makeIterator()
        for line in card.properties {
            if line.isNamed("VERSION") || assignedUID != nil && line.isNamed("UID") { continue }
            if line.isNamedAsDelimiter { continue }
            if line.isNamed("AGENT"), line.value.allSatisfy(\.isASCIIWhitespace), let agent = agents.next() {
                // RFC 2426 §3.5.4: the agent's card as text.
                let inner = VCardConversion(fallbackCharset: fallbackCharset, assignedUID: nil).fromVersion21(agent)
                writer.property("AGENT", text: String(utf8: inner))
                continue
            }
            writer.logicalLine(fromVersion21(line))
        }
        let name = FormattedName.derive(from: card)
        // RFC 2426 §3.1.1 and §3.1.2: both must be there.
        if card.property("FN") == nil { writer.property("FN", text: name ?? "") }
        if card.property("N") == nil {
            var value: [UInt8] = []
            TextValue.appendEscaped((name ?? "").utf8, to: &value)
            value.append(";;;;")
            writer.property("N", value: value)
        }
        if let assignedUID { writer.property("UID", text: assignedUID) }
        writer.end("VCARD")
        return writer.bytes
    }

    private func fromVersion21(_ line: ContentLine) -> [UInt8] {
        var out: [UInt8] = []
        appendHead(of: line, to: &out)
        var types: [ArraySlice<UInt8>] = []
        var isBinary = false
        var isURI = false
        for parameter in line.parameters {
            if parameter.isNamed("TYPE") {
                types += parameter.rawValues
            } else if parameter.isNamed("ENCODING") {
                isBinary = isBinary || parameter.hasValue("BASE64") || parameter.hasValue("B")
            } else if parameter.isNamed("VALUE") {
                isURI = isURI || parameter.hasValue("URL") || parameter.hasValue("URI")
            } else if !parameter.isNamed("CHARSET") {
                out.append(0x3B)
                out.append(contentsOf: parameter.name)
                out.append(0x3D)
                out.append(contentsOf: utf8(parameter.rawValue, of: line))
            }
        }
        if isBinary { out.append(";ENCODING=b") }
        if isURI { out.append(";VALUE=uri") }
        for (number, type) in types.enumerated() {
            out.append(number == 0 ? ";TYPE=" : ",")
            out.append(contentsOf: utf8(type, of: line))
        }
        out.append(0x3A)
        if isBinary {
            out.append(contentsOf: line.value.lazy.filter { !$0.isASCIIWhitespace })
        } else {
            appendText(of: line, isURI: isURI, to: &out)
        }
        return out
    }

    private func appendText(of line: ContentLine, isURI: Bool, to out: inout [UInt8]) {
        let value = utf8(line.transferDecodedValue, of: line)
        let name = line.uppercasedName
        switch name {
        case "N", "ADR", "ORG": appendEscaped(StructuredValue.components(value), separator: 0x3B, to: &out)
        case "CATEGORIES", "NICKNAME": appendEscaped(StructuredValue.list(value), separator: 0x2C, to: &out)
        case "URL", "UID", "BDAY", "REV", "TZ", "GEO", "SOURCE": out.append(contentsOf: value)
        default:
            if isURI {
                out.append(contentsOf: value)
            } else {
                TextValue.appendEscaped(TextValue.unescape(value), to: &out)
            }
        }
    }

    private func appendEscaped(_ parts: [String], separator: UInt8, to out: inout [UInt8]) {
        for (number, part) in parts.enumerated() {
            if number > 0 { out.append(separator) }
            TextValue.appendEscaped(part.utf8, to: &out)
        }
    }

    private func appendHead(of line: ContentLine, to out: inout [UInt8]) {
        if let group = line.group {
            out.append(contentsOf: utf8(group, of: line))
            out.append(0x2E)
        }
        out.append(contentsOf: utf8(line.name, of: line))
    }

    private func utf8(_ bytes: ArraySlice<UInt8>, of line: ContentLine) -> ArraySlice<UInt8> {
        if WellFormedText.isUTF8(bytes) { return bytes }
        let charset = line.parameterValue("CHARSET") ?? fallbackCharset
        let converted = Charset.utf8(bytes, from: charset) ?? Charset.utf8(bytes, from: fallbackCharset)
        return ArraySlice(converted ?? [UInt8](WellFormedText.string(bytes).utf8))
    }
}

extension ContentLine {
    /// RFC 6350 §6.1.1 and §6.1.2: BEGIN and END have no parameters. What has some is a property, and would be one of them
    /// once CHARSET or a coding is taken away.
    var isNamedAsDelimiter: Bool { group == nil && (isNamed("BEGIN") || isNamed("END")) }
}
