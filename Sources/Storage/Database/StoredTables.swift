/// A value of a row as it is stored. A text is its bytes, so that a copy alters none.
package enum StoredValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case text([UInt8])
    case bytes([UInt8])
}

/// A table as the database's own catalogue has it.
package struct StoredTable: Sendable, Equatable {
    package enum Kind: Sendable { case integer, text, bytes }

    package struct Column: Sendable, Hashable {
        package var name: String
        package var kind: Kind

        package init(_ name: String, _ kind: Kind) {
            self.name = name
            self.kind = kind
        }
    }

    package var name: String
    package var columns: [Column]
    /// The columns of its primary key, in their order.
    package var key: [String]

    package init(name: String, columns: [Column], key: [String]) {
        self.name = name
        self.columns = columns
        self.key = key
    }

    /// A name of the catalogue in a statement.
    package static func quoted(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    package var quotedColumns: String { Self.quoted(columns) }
    package static func quoted(_ columns: [Column]) -> String { columns.map { quoted($0.name) }.joined(separator: ", ") }

    /// Puts a row of `columns` into the table: with `$1`, `$2`, ... for their values.
    package func insertion(of columns: [Column]) -> String {
        let places = columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        return "INSERT INTO \(Self.quoted(name)) (\(Self.quoted(columns))) VALUES (\(places))"
    }

    package var quotedKey: String { key.map(Self.quoted).joined(separator: ", ") }
}

/// All tables of one database, in one transaction on a connection of its own: for copies from engine to engine. It knows tables by the
/// catalogue only. What engines keep for themselves is not among them. For one thread.
package protocol StoredTables: AnyObject {
    func tables() throws -> [StoredTable]
    func rowCount(of table: StoredTable) throws -> Int
    /// The rows in the order of the key, which is that of the bytes, with the values in the order of `table.columns`.
    func forEachRow(of table: StoredTable, _ body: ([StoredValue]) throws -> Void) throws
    /// Removes all rows, and takes those that come by `insert` until `endInsert`.
    func beginInsert(into table: StoredTable) throws
    func insert(_ row: [StoredValue]) throws
    func endInsert() throws
    /// Without it nothing is kept.
    func commit() throws
}
