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

    /// Those that are the same as this one and are found in the wild, it first.
    static func spellings(of uid: String) -> [String] {
        let bare = bare(uid)
        return [uid] + [bare, prefix + bare, prefix.uppercased() + bare, prefix + prefix + bare].filter { !$0.isIdentical(to: uid) }
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
        for spelling in collection.kind == .book ? CardUID.spellings(of: uid) : [uid] {
            guard let found = try self.name(tx, in: collection.id, uid: spelling) else { continue }
            if name.map({ found.isIdentical(to: $0) }) != true { return found }
        }
        return nil
    }
}
