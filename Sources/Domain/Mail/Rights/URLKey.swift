import Bytes
import Cryptography
package import Database
package import Directory

/// A mailbox access key (RFC 4467 §2): who has authorized a URL of a message by it lets others fetch that, until the key is another.
package struct URLKey: Sendable {
    private let value: [UInt8]

    /// From 32 random bytes.
    package init(_ value: [UInt8]) { self.value = value }

    /// RFC 4467 §4: the token of a URL, in hexadecimal. The first octet names the way in which it was made.
    package func token(of rump: [UInt8]) -> [UInt8] {
        Hexadecimal.encode([1] + HMACSHA256(key: value).code(rump))
    }

    package func authorizes(_ rump: [UInt8], token: [UInt8]) -> Bool {
        ConstantTime.areEqual(self.token(of: rump), token.map(\.asciiLowercased))
    }
}

/// The table `mail_url_key`.
package enum URLKeys {
    package static func find(_ tx: borrowing ReadTransaction, of mailbox: MailboxID, by principal: PrincipalID) throws -> URLKey? {
        try tx.first(
            "SELECT value FROM mail_url_key WHERE principal_id = $1 AND mailbox_id = $2",
            [.integer(principal.rawValue), .integer(mailbox.rawValue)]) { URLKey($0.bytes(0)) }
    }

    /// The key that there is; else a new one of these random bytes.
    package static func make(
        _ tx: borrowing WriteTransaction, of mailbox: MailboxID, by principal: PrincipalID, random: [UInt8]
    ) throws -> URLKey {
        if let key = try find(tx.read, of: mailbox, by: principal) { return key }
        try reset(tx, of: mailbox, by: principal, random: random)
        return URLKey(random)
    }

    /// What was authorized before is worth nothing any more.
    package static func reset(
        _ tx: borrowing WriteTransaction, of mailbox: MailboxID, by principal: PrincipalID, random: [UInt8]
    ) throws {
        try tx.execute("""
            INSERT INTO mail_url_key (principal_id, mailbox_id, value) VALUES ($1, $2, $3)
            ON CONFLICT (principal_id, mailbox_id) DO UPDATE SET value = excluded.value
            """, [.integer(principal.rawValue), .integer(mailbox.rawValue), .bytes(random)])
    }

    /// All that anybody has authorized of it.
    static func removeAll(_ tx: borrowing WriteTransaction, of mailbox: MailboxID) throws {
        try tx.execute("DELETE FROM mail_url_key WHERE mailbox_id = $1", [.integer(mailbox.rawValue)])
    }

    /// All that this principal has authorized.
    package static func removeAll(_ tx: borrowing WriteTransaction, by principal: PrincipalID) throws {
        try tx.execute("DELETE FROM mail_url_key WHERE principal_id = $1", [.integer(principal.rawValue)])
    }
}
