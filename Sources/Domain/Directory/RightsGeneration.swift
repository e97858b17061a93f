package import Database

/// Says of which state groups and grants are: what was worked out from them holds as long as the number is the same, on
/// every node and in every process, for it is in the database.
///
/// Each state has a number that no other ever has, also none that was undone: what was seen of a change that was not
/// committed in the end is taken for nothing else.
package enum RightsGeneration {
    /// What the number is of, by its row.
    private static let everything: Int64 = 1
    private static let memberships: Int64 = 2
    private static let principals: Int64 = 3

    /// The numbers of a home's shares: what is granted, and what those are called who grant it.
    package struct Shares: Sendable, Equatable {
        package var rights: Int64 = 0
        package var principals: Int64 = 0
    }

    /// Of groups, grants, and what is shared.
    package static func current(_ tx: borrowing ReadTransaction) throws -> Int64 { try current(tx, everything) }

    /// Of who is in which group: grants change much more often.
    package static func ofMemberships(_ tx: borrowing ReadTransaction) throws -> Int64 { try current(tx, memberships) }

    /// Of groups, grants and what is shared, and of the principals themselves: names, addresses, all that a `Principal` says.
    package static func ofShares(_ tx: borrowing ReadTransaction) throws -> Shares {
        var shares = Shares()
        try tx.forEach("SELECT id, generation FROM rights_state WHERE id IN ($1, $2)", [.integer(everything), .integer(principals)]) { row in
            if row.integer(0) == everything { shares.rights = row.integer(1) } else { shares.principals = row.integer(1) }
            return true
        }
        return shares
    }

    package static func advance(_ tx: borrowing WriteTransaction) throws { try advance(tx, everything) }

    /// A principal has changed, or is gone.
    static func advancePrincipals(_ tx: borrowing WriteTransaction) throws { try advance(tx, principals) }

    static func advanceMemberships(_ tx: borrowing WriteTransaction) throws {
        try advance(tx, everything)
        try advance(tx, memberships)
    }

    private static func current(_ tx: borrowing ReadTransaction, _ row: Int64) throws -> Int64 {
        try tx.first("SELECT generation FROM rights_state WHERE id = $1", [.integer(row)]) { $0.integer(0) } ?? 0
    }

    private static func advance(_ tx: borrowing WriteTransaction, _ row: Int64) throws {
        try tx.willChange(.rightsState(row))
        try tx.execute(
            """
            INSERT INTO rights_state (id, generation) VALUES ($1, $2)
            ON CONFLICT (id) DO UPDATE SET generation = excluded.generation
            """, [.integer(row), .integer(try tx.nextID(.epoch))])
    }
}
