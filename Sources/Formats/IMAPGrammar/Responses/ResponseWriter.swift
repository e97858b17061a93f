internal import Bytes

/// Writes responses (RFC 9051 §7) as bytes. Whoever sends them takes `bytes` and empties it, whenever they like: between responses
/// and, where a literal was announced, before its content.
package struct ResponseWriter: Sendable {
    package var bytes: [UInt8] = []
    /// How mailbox names are written, and whether UTF-8 may stand in quotes.
    package var coding: MailboxCoding
    /// Whether the next item of a list stands behind another.
    var needsSpace = false

    package init(coding: MailboxCoding = .modifiedUTF7) { self.coding = coding }

    package enum Status: Sendable {
        case ok, no, bad

        var name: StaticString {
            switch self {
            case .ok: "OK "
            case .no: "NO "
            case .bad: "BAD "
            }
        }
    }

    // MARK: Status responses (RFC 9051 §7.1)

    /// The end of a command.
    package mutating func tagged(_ tag: [UInt8], _ status: Status, _ code: ResponseCode? = nil, _ text: String) {
        bytes.append(contentsOf: tag)
        bytes.append(0x20)
        respond(status.name, code, text)
    }

    package mutating func untagged(_ status: Status, _ code: ResponseCode? = nil, _ text: String) {
        bytes.append("* ")
        respond(status.name, code, text)
    }

    package mutating func bye(_ code: ResponseCode? = nil, _ text: String) {
        bytes.append("* ")
        respond("BYE ", code, text)
    }

    package mutating func preauthenticated(_ code: ResponseCode? = nil, _ text: String) {
        bytes.append("* ")
        respond("PREAUTH ", code, text)
    }

    private mutating func respond(_ status: StaticString, _ code: ResponseCode?, _ text: String) {
        bytes.append(status)
        if let code {
            bytes.append(0x5B)
            code.append(to: &self)
            bytes.append("] ")
        }
        WireString.append(text: text, utf8: coding == .utf8, to: &bytes)
        endLine()
    }

    /// RFC 9051 §7.5. The space is there even before nothing: some clients want it.
    package mutating func continuation(_ text: String = "") {
        bytes.append("+ ")
        if !text.isEmpty { WireString.append(text: text, utf8: coding == .utf8, to: &bytes) }
        endLine()
    }

    /// A challenge of AUTHENTICATE.
    package mutating func challenge(_ data: [UInt8]) {
        bytes.append("+ ")
        bytes.append(contentsOf: Base64.encode(data))
        endLine()
    }

    // MARK: Pieces

    mutating func endLine() { bytes.append(contentsOf: [0x0D, 0x0A]) }

    mutating func string(_ value: [UInt8]) { WireString.append(value, utf8: coding == .utf8, to: &bytes) }
    mutating func nstring(_ value: [UInt8]?) { WireString.append(nullable: value, utf8: coding == .utf8, to: &bytes) }
    mutating func astring(_ value: [UInt8]) { WireString.appendAString(value, utf8: coding == .utf8, to: &bytes) }
    mutating func mailbox(_ name: MailboxName) { astring(name.encoded(coding)) }

    /// A space and the value.
    mutating func argument(_ value: [UInt8]) {
        bytes.append(0x20)
        astring(value)
    }

    /// `(` the elements with spaces between them `)`.
    mutating func list<Element>(_ elements: some Sequence<Element>, _ write: (inout ResponseWriter, Element) -> Void) {
        bytes.append(0x28)
        var isFirst = true
        for element in elements {
            if !isFirst { bytes.append(0x20) }
            isFirst = false
            write(&self, element)
        }
        bytes.append(0x29)
    }

    mutating func flagList(_ flags: [Flag]) {
        list(flags) { $1.append(to: &$0.bytes) }
    }
}
