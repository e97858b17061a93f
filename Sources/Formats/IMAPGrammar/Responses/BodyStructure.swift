internal import Bytes

/// RFC 9051 §7.5.2: BODY and BODYSTRUCTURE.
package indirect enum BodyStructure: Hashable, Sendable {
    case part(BodyPart)
    case multipart(Multipart)

    package struct Parameter: Hashable, Sendable {
        package var name: [UInt8]
        package var value: [UInt8]

        package init(_ name: [UInt8], _ value: [UInt8]) { (self.name, self.value) = (name, value) }
    }

    /// RFC 9051 §9: body-ext-1part and body-ext-mpart, what BODYSTRUCTURE has beside BODY.
    package struct Extension: Hashable, Sendable {
        package var dispositionKind: [UInt8]?
        package var dispositionParameters: [Parameter] = []
        package var languages: [[UInt8]] = []
        package var location: [UInt8]?

        package init() {}
    }

    package struct BodyPart: Hashable, Sendable {
        package enum Content: Hashable, Sendable {
            case basic
            /// TEXT: how many lines it has.
            case text(lines: UInt64)
            /// MESSAGE/RFC822 and MESSAGE/GLOBAL.
            case message(Envelope, BodyStructure, lines: UInt64)
        }

        package var type: [UInt8]
        package var subtype: [UInt8]
        package var parameters: [Parameter] = []
        package var id: [UInt8]?
        package var description: [UInt8]?
        /// Never NIL on the wire; 7BIT where the message has none.
        package var encoding: [UInt8] = [UInt8]("7BIT".utf8)
        /// In octets, as it is encoded.
        package var size: UInt64
        package var content: Content
        package var md5: [UInt8]?
        package var other = Extension()

        package init(type: [UInt8], subtype: [UInt8], size: UInt64, content: Content = .basic) {
            (self.type, self.subtype, self.size, self.content) = (type, subtype, size, content)
        }
    }

    package struct Multipart: Hashable, Sendable {
        package var parts: [BodyStructure]
        package var subtype: [UInt8]
        package var parameters: [Parameter] = []
        package var other = Extension()

        package init(parts: [BodyStructure], subtype: [UInt8]) { (self.parts, self.subtype) = (parts, subtype) }
    }
}

extension BodyStructure {
    /// Deeper parts are written as parts without structure. Who reads messages has a lesser limit.
    private static let deepest = 200

    /// As it stands behind `BODYSTRUCTURE `, or behind `BODY ` where it is not `extended`.
    package func append(to out: inout [UInt8], extended: Bool, utf8: Bool = false) {
        append(BodyStructureForm(isExtended: extended, utf8: utf8), depth: 0, to: &out)
    }

    private func append(_ form: BodyStructureForm, depth: Int, to out: inout [UInt8]) {
        out.append(0x28)
        switch self {
        case .part(let part) where depth < BodyStructure.deepest: part.append(form, to: &out) { $0.append(form, depth: depth + 1, to: &$1) }
        case .multipart(let multipart) where depth < BodyStructure.deepest && !multipart.parts.isEmpty:
            for part in multipart.parts { part.append(form, depth: depth + 1, to: &out) }
            multipart.append(form, to: &out)
        case .multipart(let multipart) where multipart.parts.isEmpty:
            // RFC 9051 §9: body-type-mpart has one body at least.
            BodyStructure.part(.init(type: [UInt8]("TEXT".utf8), subtype: [UInt8]("PLAIN".utf8), size: 0, content: .text(lines: 0)))
                .append(form, depth: depth + 1, to: &out)
            multipart.append(form, to: &out)
        default: out.append("\"APPLICATION\" \"OCTET-STREAM\" NIL NIL NIL \"7BIT\" 0")
        }
        out.append(0x29)
    }
}

private struct BodyStructureForm {
    var isExtended: Bool
    var utf8: Bool

    func string(_ value: [UInt8], _ out: inout [UInt8]) { WireString.append(value, utf8: utf8, to: &out) }

    func nstring(_ value: [UInt8]?, _ out: inout [UInt8]) {
        out.append(0x20)
        WireString.append(nullable: value, utf8: utf8, to: &out)
    }

    func parameters(_ parameters: [BodyStructure.Parameter], _ out: inout [UInt8]) {
        out.append(0x20)
        if parameters.isEmpty { return out.append("NIL") }
        out.append(0x28)
        for (index, parameter) in parameters.enumerated() {
            if index > 0 { out.append(0x20) }
            string(parameter.name, &out)
            out.append(0x20)
            string(parameter.value, &out)
        }
        out.append(0x29)
    }

    func other(_ other: BodyStructure.Extension, _ out: inout [UInt8]) {
        if let kind = other.dispositionKind {
            out.append(" (")
            string(kind, &out)
            parameters(other.dispositionParameters, &out)
            out.append(0x29)
        } else {
            out.append(" NIL")
        }
        switch other.languages.count {
        case 0: out.append(" NIL")
        case 1: nstring(other.languages[0], &out)
        default:
            out.append(" (")
            for (index, language) in other.languages.enumerated() {
                if index > 0 { out.append(0x20) }
                string(language, &out)
            }
            out.append(0x29)
        }
        nstring(other.location, &out)
    }
}

extension BodyStructure.BodyPart {
    fileprivate func append(
        _ form: BodyStructureForm, to out: inout [UInt8], nested: (BodyStructure, inout [UInt8]) -> Void
    ) {
        form.string(type, &out)
        out.append(0x20)
        form.string(subtype, &out)
        form.parameters(parameters, &out)
        form.nstring(id, &out)
        form.nstring(description, &out)
        form.nstring(encoding, &out)
        out.append(0x20)
        out.append(decimal: size)
        switch content {
        case .basic: break
        case .text(let lines):
            out.append(0x20)
            out.append(decimal: lines)
        case .message(let envelope, let body, let lines):
            out.append(0x20)
            envelope.append(to: &out, utf8: form.utf8)
            out.append(0x20)
            nested(body, &out)
            out.append(0x20)
            out.append(decimal: lines)
        }
        guard form.isExtended else { return }
        form.nstring(md5, &out)
        form.other(other, &out)
    }
}

extension BodyStructure.Multipart {
    fileprivate func append(_ form: BodyStructureForm, to out: inout [UInt8]) {
        out.append(0x20)
        form.string(subtype, &out)
        guard form.isExtended else { return }
        form.parameters(parameters, &out)
        form.other(other, &out)
    }
}
