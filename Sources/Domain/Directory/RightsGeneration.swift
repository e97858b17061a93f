package import Database

/// Counts the changes of groups and grants: what was worked out from them holds as long as the number is the same, on
/// every node and in every process, for it is in the database.
package enum RightsGeneration {
    package static func current(_ tx: borrowing ReadTransaction) throws -> Int64 {
        try tx.first("SELECT generation FROM rights_state WHERE id = 1") { $0.integer(0) } ?? 0
    }

    package static func advance(_ tx: borrowing WriteTransaction) throws {
        try tx.execute("UPDATE rights_state SET generation = generation + 1 WHERE id = 1")
    }
}
