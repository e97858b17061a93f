import Bytes
import Database

/// The table `mail_keyword`: which bit of its messages' flags each keyword of a mailbox is.
enum MailKeywords {
    /// In the order of their numbers.
    static func all(_ tx: borrowing ReadTransaction, of mailbox: MailboxID) throws -> [String] {
        try tx.all("SELECT name FROM mail_keyword WHERE mailbox_id = $1 ORDER BY number", [.integer(mailbox.rawValue)]) { $0.text(0) }
    }

    /// The bits of keywords, those that are new to the mailbox made; the ones for which there is no room, or which cannot be.
    static func bits(
        _ tx: borrowing WriteTransaction, _ keywords: [String], in mailbox: MailboxID
    ) throws -> (bits: UInt64, notKept: [String]) {
        if keywords.isEmpty { return (0, []) }
        var known = try all(tx.read, of: mailbox)
        var bits: UInt64 = 0
        var notKept: [String] = []
        for keyword in keywords {
            if let number = number(of: keyword, in: known) {
                bits |= FlagBits.keyword(number)
            } else if known.count < FlagBits.keywordCount, isPossible(keyword) {
                try tx.execute(
                    "INSERT INTO mail_keyword (mailbox_id, number, name) VALUES ($1, $2, $3)",
                    [.integer(mailbox.rawValue), .integer(Int64(known.count)), .text(keyword)])
                bits |= FlagBits.keyword(known.count)
                known.append(keyword)
            } else {
                notKept.append(keyword)
            }
        }
        return (bits, notKept)
    }

    /// The bits of those that the mailbox has already.
    static func knownBits(_ tx: borrowing ReadTransaction, _ keywords: [String], in mailbox: MailboxID) throws -> UInt64 {
        if keywords.isEmpty { return 0 }
        let known = try all(tx, of: mailbox)
        return keywords.reduce(0) { bits, keyword in
            number(of: keyword, in: known).map { bits | FlagBits.keyword($0) } ?? bits
        }
    }

    /// Keywords are the same in any case of letters (RFC 9051 §2.3.2).
    private static func number(of keyword: String, in known: [String]) -> Int? {
        let bytes = [UInt8](keyword.utf8)
        return known.prefix(FlagBits.keywordCount).firstIndex { [UInt8]($0.utf8).equalsIgnoringASCIICase(bytes) }
    }

    private static let longest = 100

    /// RFC 9051 §9: flag-keyword is an atom.
    private static func isPossible(_ keyword: String) -> Bool {
        let bytes = keyword.utf8
        return !bytes.isEmpty && bytes.count <= longest
            && bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && !Self.specials.contains($0) }
    }

    private static let specials = [UInt8]("(){%*\"\\]".utf8)
}
