package import Database

/// Which database has what a principal owns (the tables `storage` and `storage_domain`, and `principal.storage`).
package enum StorageMap {
    /// Ids of a storage begin at its number times this: none is ever another storage's too, and all fit where 53 bits do.
    package static let idsPerStorage: Int64 = 1 << 40
    private static let mostStorages: Int64 = 8_000

    /// Where new principals of a domain are; nil: in the configuration database.
    package static func storage(_ tx: borrowing ReadTransaction, ofDomain domain: String) throws -> String? {
        try tx.first("SELECT storage FROM storage_domain WHERE domain = $1", [.text(domain)]) { $0.text(0) }
    }

    /// Which domains have a storage for their new principals.
    package static func domains(_ tx: borrowing ReadTransaction) throws -> [(domain: String, storage: String)] {
        try tx.all("SELECT domain, storage FROM storage_domain ORDER BY domain") { ($0.text(0), $0.text(1)) }
    }

    /// - Parameter storage: nil: the configuration database.
    package static func assign(_ tx: borrowing WriteTransaction, domain: String, to storage: String?) throws {
        try tx.execute("DELETE FROM storage_domain WHERE domain = $1", [.text(domain)])
        guard let storage else { return }
        try tx.execute("INSERT INTO storage_domain (domain, storage) VALUES ($1, $2)", [.text(domain), .text(storage)])
    }

    /// Whether somebody whom a grant would reach is in another storage than this database is, where it would count for nothing: the
    /// grantee, somebody in the group, or some of all. A group that gets such a member later is not looked at again.
    ///
    /// - Parameter grantee: as grants have it: a principal; 0: all of the owner's domain; -1: everybody.
    package static func reachesElsewhere(
        _ tx: borrowing ReadTransaction, grantee: Int64, of owner: PrincipalID
    ) throws -> Bool {
        try tx.first(
            """
            SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM storage_identity WHERE id = 1) THEN 0
                WHEN $1 > 0 THEN (
                    WITH RECURSIVE reached (id) AS (
                        SELECT id FROM principal WHERE id = $1
                        UNION SELECT m.member_id FROM reached r JOIN group_member m ON m.group_id = r.id
                    )
                    SELECT COUNT(*) FROM reached r JOIN principal p ON p.id = r.id
                    WHERE p.kind <> 'group' AND COALESCE(p.storage, '') <> (SELECT name FROM storage_identity WHERE id = 1))
                ELSE (
                    SELECT COUNT(*) FROM principal p
                    WHERE p.kind = 'user' AND ($1 = -1 OR p.domain = (SELECT domain FROM principal WHERE id = $2))
                        AND COALESCE(p.storage, '') <> (SELECT name FROM storage_identity WHERE id = 1))
                END
            """, [.integer(grantee), .integer(owner.rawValue)]) { $0.integer(0) > 0 } ?? false
    }

    /// How many accounts are in each; the configuration database is nil.
    ///
    /// - Parameter owners: how names of resources begin that are no accounts: each storage has its own.
    package static func counts(_ tx: borrowing ReadTransaction, leavingOut owners: String) throws -> [String?: Int] {
        var counts: [String?: Int] = [:]
        try tx.forEach(
            """
            SELECT storage, COUNT(*) FROM principal
            WHERE kind <> 'group' AND NOT (kind = 'resource' AND substr(name, 1, CAST($2 AS INTEGER)) = $1) GROUP BY storage
            """, [.text(owners), .integer(Int64(owners.unicodeScalars.count))]
        ) { row in
            counts[row.optionalText(0)] = Int(row.integer(1))
            return true
        }
        return counts
    }

    /// The first accounts of a storage by their ids, at most `limit`.
    package static func accounts(_ tx: borrowing ReadTransaction, in storage: String, limit: Int) throws -> [Principal] {
        let ids = try tx.all(
            "SELECT id FROM principal WHERE storage = $1 AND kind <> 'group' ORDER BY id LIMIT $2",
            [.text(storage), .integer(Int64(limit))]) { PrincipalID(rawValue: $0.integer(0)) }
        return try ids.compactMap { try LocalDirectory.find(tx, $0) }
    }

    /// The number of a storage, given to it where it has none yet.
    static func number(_ tx: borrowing WriteTransaction, of storage: String) throws -> Int64 {
        if let known = try tx.read.first("SELECT number FROM storage WHERE name = $1", [.text(storage)], row: { $0.integer(0) }) {
            return known
        }
        let last = try tx.read.first("SELECT COALESCE(MAX(number), 0) FROM storage") { $0.integer(0) } ?? 0
        guard last < mostStorages else { throw Failure(.unavailable, "there have been \(mostStorages) storages: there can be no more") }
        try tx.execute("INSERT INTO storage (name, number) VALUES ($1, $2)", [.text(storage), .integer(last + 1)])
        return last + 1
    }
}

extension LocalDirectory {
    /// Says where what a principal owns is: when it is there, or there is nothing of it.
    package func setStorage(_ tx: borrowing WriteTransaction, of id: PrincipalID, _ storage: String?) throws {
        let count = try tx.rowsChanged(
            by: "UPDATE principal SET storage = $2 WHERE id = $1", [.integer(id.rawValue), Value(storage)])
        if count == 0 { throw DirectoryRefusal.notFound }
        try RightsGeneration.advancePrincipals(tx)
        try DirectoryChanges.note(tx, id)
        forget(tx, id)
    }
}
