internal import Bytes

/// What SETACL does to the rights of an identifier (RFC 4314 §3.1).
package struct RightsChange: Hashable, Sendable {
    package enum Kind: Sendable { case replace, add, remove }

    package var kind: Kind
    /// Letters, as they were sent. RFC 4314 §2.1.1's `c` and `d` are the server's to resolve.
    package var rights: [UInt8]
}

extension CommandCursor {
    mutating func setACL() throws(ParseError) -> Command {
        let mailbox = try mailboxArgument()
        let identifier = try stringArgument("an identifier")
        let start = position + 1
        let sent = try stringArgument("rights")
        let kind: RightsChange.Kind = sent.first == 0x2B ? .add : sent.first == 0x2D ? .remove : .replace
        let rights = kind == .replace ? sent : Array(sent.dropFirst())
        // RFC 4314 §7: rights are lower-case letters and digits.
        guard rights.allSatisfy({ $0.isASCIIDigit || ($0.isASCIILetter && $0 >= 0x61) }), rights.count <= 256 else {
            throw ParseError(at: start, expected: "rights in lower-case letters")
        }
        return .setACL(mailbox, identifier: identifier, RightsChange(kind: kind, rights: rights))
    }

    mutating func deleteACL() throws(ParseError) -> Command {
        let mailbox = try mailboxArgument()
        return .deleteACL(mailbox, identifier: try stringArgument("an identifier"))
    }

    mutating func listRights() throws(ParseError) -> Command {
        let mailbox = try mailboxArgument()
        return .listRights(mailbox, identifier: try stringArgument("an identifier"))
    }
}
