import CollectionStore
import Database
import Directory

/// What an account shares with others in its storage, and they with it: sharing ends at a storage, so it stands in the way of a move.
enum SharesInTheWay {
    /// One line each, the first ones.
    static func find(_ tx: borrowing ReadTransaction, of owner: Principal, now: Int64, limit: Int = 20) throws -> [String] {
        let id = Value.integer(owner.id.rawValue)
        let parameters: [Value] = [id, .integer(now), .integer(Int64(limit))]
        var found: [(text: String, who: Int64)] = []
        found += try tx.all(
            """
            SELECT c.name, g.grantee FROM collection c JOIN access_grant g ON g.collection_id = c.id
            WHERE c.owner_id = $1 AND c.trashed IS NULL AND (g.expires IS NULL OR g.expires > $2) ORDER BY c.id, g.grantee LIMIT $3
            """, parameters) { ("the collection “\($0.text(0))” is shared with", $0.integer(1)) }
        found += try tx.all(
            """
            SELECT m.name, g.grantee FROM mailbox m JOIN mail_grant g ON g.mailbox_id = m.id
            WHERE m.owner_id = $1 AND m.trashed IS NULL ORDER BY m.id, g.grantee LIMIT $2
            """, [id, .integer(Int64(limit))]) { ("the mailbox “\($0.text(0))” is shared with", $0.integer(1)) }
        // What reaches the account itself, or by a group.
        for grantee in try Groups.closure(tx, of: owner.id).sorted(by: { $0.rawValue < $1.rawValue }) {
            let key: [Value] = [.integer(grantee.rawValue), id, .integer(Int64(limit))]
            found += try tx.all(
                """
                SELECT c.name, c.owner_id FROM access_grant g JOIN collection c ON c.id = g.collection_id
                WHERE g.grantee = $1 AND c.owner_id <> $2 AND c.trashed IS NULL LIMIT $3
                """, key) { ("it reads the collection “\($0.text(0))” of", $0.integer(1)) }
            found += try tx.all(
                """
                SELECT m.name, m.owner_id FROM mail_grant g JOIN mailbox m ON m.id = g.mailbox_id
                WHERE g.grantee = $1 AND m.owner_id <> $2 AND m.trashed IS NULL LIMIT $3
                """, key) { ("it reads the mailbox “\($0.text(0))” of", $0.integer(1)) }
        }
        // And what all of the domain, or everybody, may read. Each storage has an address list of its own.
        found += try tx.all(
            """
            SELECT c.name, c.owner_id FROM access_grant g JOIN collection c ON c.id = g.collection_id
            JOIN principal p ON p.id = c.owner_id
            WHERE (g.grantee = -1 OR g.grantee = 0 AND p.domain = $1) AND c.owner_id <> $2 AND c.trashed IS NULL
                AND (c.origin IS NULL OR c.origin NOT IN ($4, $5, $6)) LIMIT $3
            """, [
                .text(owner.domain), id, .integer(Int64(limit)), .text(CollectionOrigin.addressList.rawValue),
                .text(CollectionOrigin.addressDirectory.rawValue), .text(CollectionOrigin.addressIndex.rawValue),
            ]
        ) { ("it reads the collection “\($0.text(0))” of", $0.integer(1)) }
        return try found.prefix(limit).map { "\($0.text) \(try name(tx, $0.who))" }
    }

    private static func name(_ tx: borrowing ReadTransaction, _ id: Int64) throws -> String {
        switch id {
        case 0: "all of its domain"
        case -1: "everybody"
        default: try LocalDirectory.find(tx, PrincipalID(rawValue: id))?.signInText ?? "principal \(id)"
        }
    }
}
