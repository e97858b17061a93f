/// The names that mailboxes may have.
package enum MailboxName {
    package static let inbox = "INBOX"
    package static let separator: Character = "/"

    /// The name as it is stored: INBOX is one name in any case of letters (RFC 9051 §5.1), also as the first of several levels. Throws
    /// `MailRefusal.invalidName`.
    package static func stored(_ name: String, limits: MailLimits = MailLimits()) throws(MailRefusal) -> String {
        let bytes = name.utf8
        guard !bytes.isEmpty, bytes.count <= limits.nameLength else { throw .invalidName }
        // RFC 9051 §5.1: no control characters; a database's text has no NUL.
        if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) { throw .invalidName }
        let levels = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard levels.count <= limits.nameDepth, levels.allSatisfy({ !$0.isEmpty }) else { throw .invalidName }
        guard let first = levels.first, isInbox(first) else { return name }
        return inbox + String(decoding: bytes.dropFirst(first.count), as: UTF8.self)
    }

    /// The names above one, the highest first.
    package static func parents(of name: String) -> [String] {
        var parents: [String] = []
        for index in name.utf8.indices where name.utf8[index] == UInt8(ascii: "/") {
            parents.append(String(decoding: name.utf8[..<index], as: UTF8.self))
        }
        return parents
    }

    package static func isBelow(_ name: String, _ parent: String) -> Bool {
        name.utf8.starts(with: (parent + "/").utf8)
    }

    private static func isInbox(_ level: some Collection<UInt8>) -> Bool {
        level.count == 5 && level.elementsEqual(inbox.utf8) { $0 & 0xDF == $1 }
    }
}
