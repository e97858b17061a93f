package import Database

/// Tells which principals have changed since it was last asked, whichever process has changed them. Where there is one storage nothing is
/// noted, and it tells of nothing.
package struct DirectoryWatch: Sendable {
    private var position: Int64?
    private static let batch = 500

    package init() {}

    /// Nothing at the first time. One read where nothing has changed.
    package mutating func changed(_ database: any Database) throws -> [PrincipalID] {
        let start = position
        let (last, changes) = try database.read { tx in
            let last = try DirectoryChanges.last(tx)
            guard let start, last > start else { return (last, [(id: PrincipalID, number: Int64)]()) }
            return (last, try DirectoryChanges.page(tx, after: start, limit: Self.batch))
        }
        position = changes.count < Self.batch ? last : changes.last?.number
        return changes.map(\.id)
    }
}
