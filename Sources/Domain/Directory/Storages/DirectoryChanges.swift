import Database

/// What of the directory other storages have not copied yet (the tables `directory_change` and `directory_state`).
enum DirectoryChanges {
    /// The principal, its addresses, its entry or its memberships have changed. Nothing is noted where there is one storage.
    static func note(_ tx: borrowing WriteTransaction, _ id: PrincipalID) throws {
        try tx.willChange(.directoryState)
        // The row is held to the commit, so that numbers are seen in their order.
        let number = try tx.read.first(
            "UPDATE directory_state SET last_change = last_change + 1 WHERE id = 1 RETURNING last_change") { $0.integer(0) }
        guard let number else { return }
        try tx.execute(
            """
            INSERT INTO directory_change (principal_id, number) VALUES ($1, $2)
            ON CONFLICT (principal_id) DO UPDATE SET number = excluded.number
            """, [.integer(id.rawValue), .integer(number)])
    }

    static func last(_ tx: borrowing ReadTransaction) throws -> Int64 {
        try tx.first("SELECT last_change FROM directory_state WHERE id = 1") { $0.integer(0) } ?? 0
    }

    /// From now on changes are noted.
    static func follow(_ tx: borrowing WriteTransaction) throws {
        try tx.execute("INSERT INTO directory_state (id, last_change) VALUES (1, 0) ON CONFLICT DO NOTHING")
    }

    /// The changes after a number, in their order.
    static func page(
        _ tx: borrowing ReadTransaction, after number: Int64, limit: Int
    ) throws -> [(id: PrincipalID, number: Int64)] {
        try tx.all(
            "SELECT principal_id, number FROM directory_change WHERE number > $1 ORDER BY number LIMIT $2",
            [.integer(number), .integer(Int64(limit))]) { (PrincipalID(rawValue: $0.integer(0)), $0.integer(1)) }
    }
}
