import Database

/// Which of this database's own principals have changed, in the order of commits (the tables `own_change` and `own_state`): who has read
/// them all need read only these again.
///
/// Noted is what a list of everybody takes of an entry: that it is there, its name, addresses and state, whether it is hidden, and who is in a
/// group. Not noted is what concerns no list (passwords, quotas), nor anything of those who are an entry of a directory elsewhere: they come and
/// change at sign-ins, which must not wait for each other at one row.
enum OwnChanges {
    /// The principal has changed, is gone, or is this database's own no more.
    static func note(_ tx: borrowing WriteTransaction, _ id: PrincipalID) throws {
        try tx.willChange(.ownState)
        // The row is held to the commit, so that numbers are seen in their order: who sees one has seen all before it.
        let number = try tx.read.first(
            """
            INSERT INTO own_state (id, last_change) VALUES (1, 1)
            ON CONFLICT (id) DO UPDATE SET last_change = own_state.last_change + 1 RETURNING last_change
            """) { $0.integer(0) }
        guard let number else { throw Failure(.serverBug, "a change of the directory has no number") }
        try tx.execute(
            """
            INSERT INTO own_change (principal_id, number) VALUES ($1, $2)
            ON CONFLICT (principal_id) DO UPDATE SET number = excluded.number
            """, [.integer(id.rawValue), .integer(number)])
    }

    /// Those of the principals have changed that are this database's own.
    static func note(_ tx: borrowing WriteTransaction, ownOf ids: [PrincipalID]) throws {
        for id in ids where try DirectoryAccounts.link(tx.read, of: id) == nil { try note(tx, id) }
    }

    static func last(_ tx: borrowing ReadTransaction) throws -> Int64 {
        try tx.first("SELECT last_change FROM own_state WHERE id = 1") { $0.integer(0) } ?? 0
    }

    /// The changes after a number, in their order.
    static func page(
        _ tx: borrowing ReadTransaction, after number: Int64, limit: Int
    ) throws -> [(id: PrincipalID, number: Int64)] {
        try tx.all(
            "SELECT principal_id, number FROM own_change WHERE number > $1 ORDER BY number LIMIT $2",
            [.integer(number), .integer(Int64(limit))]) { (PrincipalID(rawValue: $0.integer(0)), $0.integer(1)) }
    }
}
