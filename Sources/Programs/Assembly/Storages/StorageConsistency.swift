import Database
import Directory

/// What `tegu check` looks at between databases: the copy of the directory, and that nothing of an account is where it does not belong.
enum StorageConsistency {
    /// The count of faults.
    static func check(_ part: Storages.Part, fault: (String) -> Void) throws -> Int {
        var count = 0
        let database = part.installation.database
        try part.mirror.forEachDifference { id in
            fault("principal \(id.rawValue) is another one here than in the configuration database")
            count += 1
        }
        try database.read { tx in
            try tx.forEach(
                """
                SELECT DISTINCT c.owner_id FROM collection c JOIN principal p ON p.id = c.owner_id
                WHERE p.id < $1 AND (p.storage IS NULL OR p.storage <> $2)
                UNION SELECT DISTINCT m.owner_id FROM mailbox m JOIN principal p ON p.id = m.owner_id
                WHERE p.id < $1 AND (p.storage IS NULL OR p.storage <> $2)
                """, [.integer(StorageMap.idsPerStorage), .text(part.name)]
            ) { row in
                fault("principal \(row.integer(0)) has collections or mailboxes here, and is in another storage")
                count += 1
                return true
            }
        }
        return count
    }
}
