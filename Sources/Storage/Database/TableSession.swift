/// A connection of its own to one database, for statements that are made of names in the catalogue: what copies rows knows tables by it
/// only, and misses no column that came later. For one thread.
///
/// Parameters are `$1`, `$2`, ... in the order of their values, each once.
package protocol TableSession: AnyObject {
    /// By name. What engines keep for themselves is not among them.
    var tables: [String: StoredTable] { get }
    /// A snapshot that is read from, or a transaction that others' writes wait for or are waited for.
    func begin(isWriting: Bool) throws
    func commit() throws
    /// Nothing where none is open.
    func rollback()
    /// The values of `columns`, which are what the statement selects.
    func rows(_ sql: String, _ columns: [StoredTable.Column], _ parameters: [StoredValue]) throws -> [[StoredValue]]
    /// How many rows it changed.
    @discardableResult
    func execute(_ sql: String, _ parameters: [StoredValue]) throws -> Int
}

extension TableSession {
    package func transaction<Result>(isWriting: Bool, _ body: () throws -> Result) throws -> Result {
        try begin(isWriting: isWriting)
        do {
            let result = try body()
            try commit()
            return result
        } catch {
            rollback()
            throw error
        }
    }

    package func table(_ name: String) throws -> StoredTable {
        guard let table = tables[name] else { throw Failure(.serverBug, "there is no table \(name)") }
        return table
    }
}
