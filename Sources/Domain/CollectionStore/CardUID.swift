import Bytes
package import Database

/// What identifies a card: eM Client puts `urn:uuid:` before the UIDs of others, DAVx⁵ takes it away. Each writes back what it got
/// elsewhere, so that with it and without it are one UID. It is never rewritten: what is stored is what was sent.
enum CardUID {
    private static let prefix = "urn:uuid:"

    /// Without the prefix, which eM Client puts before one that has it already, too; as it is where nothing stands behind it.
    private static func bare(_ uid: String) -> String {
        var rest = uid.utf8[...]
        while rest.count > prefix.utf8.count, rest.prefix(prefix.utf8.count).equalsIgnoringASCIICase(prefix.utf8) {
            rest = rest.dropFirst(prefix.utf8.count)
        }
        return String(Substring(rest))
    }

    static func isSame(_ a: String, _ b: String) -> Bool { bare(a).isIdentical(to: bare(b)) }

    /// Those that are the same as this one and are found in the wild, at most five, it first.
    static func spellings(of uid: String) -> [String] {
        let bare = bare(uid)
        return [uid] + [bare, prefix + bare, prefix.uppercased() + bare, prefix + prefix + bare].filter { !$0.isIdentical(to: uid) }
    }

    /// Of the spellings that a statement asks for.
    static func parameters(_ spellings: [String]) -> [Value] { spellings.map(Value.text).filled(to: 5) }

    /// The name that was found for the first of the spellings, but for `name`.
    static func first(of found: [(name: String, uid: String)], by spellings: [String], except name: String?) -> String? {
        let found = found.filter { name?.isIdentical(to: $0.name) != true }
        return spellings.lazy.compactMap { spelling in found.first { $0.uid.isIdentical(to: spelling) }?.name }.first
    }
}

extension Members {
    /// Whether an object of `collection` keeps its UID when it gets another content.
    static func isSame(_ uid: String, _ other: String, in collection: Collection) -> Bool {
        collection.kind == .book ? CardUID.isSame(uid, other) : uid.isIdentical(to: other)
    }

    /// The name of the member with this UID; in a book of the card that it means. `name`: a member that is not looked at.
    package static func name(
        _ tx: borrowing ReadTransaction, of uid: String, in collection: Collection, except name: String? = nil
    ) throws -> String? {
        guard collection.kind == .book else {
            return try self.name(tx, in: collection.id, uid: uid).flatMap { name?.isIdentical(to: $0) == true ? nil : $0 }
        }
        let spellings = CardUID.spellings(of: uid)
        let found = try tx.all(
            "SELECT name, uid FROM member WHERE collection_id = $1 AND uid IN ($2, $3, $4, $5, $6)",
            [.integer(collection.id.rawValue)] + CardUID.parameters(spellings)
        ) { (name: $0.text(0), uid: $0.text(1)) }
        return CardUID.first(of: found, by: spellings, except: name)
    }
}
