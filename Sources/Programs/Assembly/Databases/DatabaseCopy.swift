import Cryptography
import Database

/// Copies all tables of one database into another one, in one transaction on each side, and keeps nothing that it has not read back and
/// found to be the same.
enum DatabaseCopy {
    struct Copied: Equatable {
        var table: String
        var rows: Int
    }

    /// - Parameter progress: Is called with counts of rows that were copied, and again with those that were read back.
    static func run(
        from source: any StoredTables, to target: any StoredTables, progress: (Int) -> Void
    ) throws -> [Copied] {
        let tables = try pairs(source, target)
        var copied: [Copied] = []
        for (table, sameTable) in tables {
            var expected = TableDigest()
            try target.beginInsert(into: table)
            try source.forEachRow(of: table) { row in
                expected.add(row)
                try target.insert(row)
                progress(1)
            }
            try target.endInsert()
            // The columns in the source's order, the key as the target has it.
            var found = TableDigest()
            try target.forEachRow(of: StoredTable(name: table.name, columns: table.columns, key: sameTable.key)) { row in
                found.add(row)
                progress(1)
            }
            let (rows, count) = (expected.count, found.count)
            let (written, read) = (expected.finish(), found.finish())
            guard rows == count, written == read else {
                throw Failure(.damaged, "\(table.name): \(rows) rows were copied and \(count) were found, or other ones; nothing is kept")
            }
            copied.append(Copied(table: table.name, rows: rows))
        }
        try target.commit()
        return copied
    }

    /// Each table with the other side's. Both must have the same: they are of one schema.
    static func pairs(
        _ source: any StoredTables, _ target: any StoredTables
    ) throws -> [(source: StoredTable, target: StoredTable)] {
        let (here, there) = (try source.tables(), try target.tables())
        guard here.map(\.name).sorted() == there.map(\.name).sorted() else {
            throw Failure(.damaged, "the databases have different tables: bring both to one schema by `tegu db migrate`")
        }
        return try here.map { table in
            guard let other = there.first(where: { $0.name == table.name }),
                Set(table.columns) == Set(other.columns), table.key == other.key, !table.key.isEmpty
            else { throw Failure(.damaged, "the table \(table.name) is another one in each database") }
            return (table, other)
        }
    }
}

/// Of the rows of a table in order, whatever engine they come from.
struct TableDigest: ~Copyable {
    private(set) var count = 0
    private var hasher = SHA256.Hasher()

    mutating func add(_ row: [StoredValue]) {
        count += 1
        for value in row {
            switch value {
            case .null: add(0, [])
            case .integer(let number): withUnsafeBytes(of: number.bigEndian) { add(1, [UInt8]($0)) }
            case .text(let bytes): add(2, bytes)
            case .bytes(let bytes): add(3, bytes)
            }
        }
    }

    /// With its length, so that no two rows are one text.
    private mutating func add(_ kind: UInt8, _ bytes: [UInt8]) {
        withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { hasher.update([kind] + $0) }
        hasher.update(bytes)
    }

    mutating func finish() -> [UInt8] { hasher.finish() }
}
