import Database
import Directory

/// Looks for grants, groups and mounts that lead nowhere, or that stand where something else does.
///
/// A mount of a collection that is gone, or that is shared no more, is no fault: it goes when somebody looks at its home.
enum RightsConsistency {
    /// After so many of a kind it is told that there is something wrong.
    private static let limit: Int64 = 1000

    static func check(_ database: any Database, fault: (String) -> Void) throws {
        for line in try database.read({ tx in try faults(tx) }) { fault(line) }
    }

    private static func faults(_ tx: borrowing ReadTransaction) throws -> [String] {
        let limit = [Value.integer(limit)]
        var faults: [String] = []
        faults += try tx.all(
            """
            SELECT g.collection_id, g.grantee, c.id FROM access_grant g LEFT JOIN collection c ON c.id = g.collection_id
            LEFT JOIN principal p ON p.id = g.grantee
            WHERE c.id IS NULL OR (g.grantee > 0 AND p.id IS NULL) OR c.owner_id = g.grantee
            ORDER BY g.collection_id, g.grantee LIMIT $1
            """, limit
        ) { row in
            let label = "the grant on collection \(row.integer(0)) to \(row.integer(1))"
            return row.isNull(2) ? "\(label): the collection is missing" : "\(label): it is to nobody, or to the owner"
        }
        faults += try tx.all(
            """
            SELECT m.group_id, m.member_id FROM group_member m
            LEFT JOIN principal g ON g.id = m.group_id AND g.kind = 'group' LEFT JOIN principal p ON p.id = m.member_id
            WHERE g.id IS NULL OR p.id IS NULL ORDER BY m.group_id, m.member_id LIMIT $1
            """, limit
        ) { "principal \($0.integer(1)) in group \($0.integer(0)): one of them is missing" }
        faults += try tx.all(
            """
            SELECT m.home_id, m.name FROM mount m LEFT JOIN collection h ON h.id = m.home_id AND h.parent_id IS NULL
            WHERE h.id IS NULL ORDER BY m.home_id, m.name LIMIT $1
            """, limit
        ) { "the mount “\($0.text(1))” is in \($0.integer(0)), which is no home" }
        faults += try tx.all(
            """
            SELECT m.home_id, m.name FROM mount m
            WHERE EXISTS (SELECT 1 FROM collection c WHERE c.parent_id = m.home_id AND c.name = m.name AND c.trashed IS NULL)
                OR EXISTS (SELECT 1 FROM member e WHERE e.collection_id = m.home_id AND e.name = m.name)
            ORDER BY m.home_id, m.name LIMIT $1
            """, limit
        ) { "the mount “\($0.text(1))” in home \($0.integer(0)) has the name of something else there" }
        faults += try tx.all(
            """
            SELECT DISTINCT p.home_id, p.collection_id FROM mount_property p
            LEFT JOIN mount m ON m.home_id = p.home_id AND m.collection_id = p.collection_id
            WHERE m.home_id IS NULL ORDER BY p.home_id, p.collection_id LIMIT $1
            """, limit
        ) { "properties of collection \($0.integer(1)) in home \($0.integer(0)): there is no such mount" }
        faults += try tx.all(
            """
            SELECT i.collection_id, i.grantee FROM invitation i
            LEFT JOIN access_grant g ON g.collection_id = i.collection_id AND g.grantee = i.grantee
            WHERE g.collection_id IS NULL ORDER BY i.collection_id, i.grantee LIMIT $1
            """, limit
        ) { "the invitation of principal \($0.integer(1)) to collection \($0.integer(0)): nothing is granted" }
        return faults
    }
}
