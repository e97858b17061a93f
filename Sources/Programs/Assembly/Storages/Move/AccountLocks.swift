import Database

/// Locks of an account's collections (RFC 4918 §6), which move no counter: those that were taken while it was sealed come after it.
enum AccountLocks {
    static func bring(of owner: Int64, from source: any TableSession, to target: any TableSession) throws {
        let table = try target.table("lock")
        let rows = AccountRows(AccountTables.Part(name: "lock", owner: "collection_id", isCounted: false), table, [])
        let columns = AccountTables.columns(of: table)
        let found = try source.rows(
            "SELECT \(StoredTable.quoted(columns)) FROM lock WHERE collection_id IN (SELECT id FROM collection WHERE owner_id = $1)", columns, [.integer(owner)])
        guard let token = columns.firstIndex(where: { $0.name == "token" }),
            let collection = columns.firstIndex(where: { $0.name == "collection_id" })
        else { return }
        for row in found {
            try target.transaction(isWriting: true) {
                let isThere = try !target.rows(
                    "SELECT token FROM lock WHERE token = $1", [StoredTable.Column("token", .text)], [row[token]]).isEmpty
                let isOfUse = try !target.rows(
                    "SELECT id FROM collection WHERE id = $1", [StoredTable.Column("id", .integer)], [row[collection]]).isEmpty
                if !isThere, isOfUse { try rows.insert(row, into: target) }
            }
        }
    }
}
