import Database

/// Rows of one table as they are to be, and what is to be done to have them so.
struct AccountRows {
    struct Difference {
        /// Rows that are there and are not to be, or are others.
        var deletions: [[StoredValue]] = []
        var insertions: [[StoredValue]] = []

        var isEmpty: Bool { deletions.isEmpty && insertions.isEmpty }
    }

    private let part: AccountTables.Part
    private let table: StoredTable
    private let columns: [StoredTable.Column]
    private let key: [Int]
    private let wanted: [[StoredValue]: [StoredValue]]

    init(_ part: AccountTables.Part, _ table: StoredTable, _ rows: [[StoredValue]]) {
        self.part = part
        self.table = table
        let columns = AccountTables.columns(of: table)
        self.columns = columns
        let key = table.key.compactMap { name in columns.firstIndex { $0.name == name } }
        self.key = key
        wanted = Dictionary(rows.map { row in (key.map { row[$0] }, row) }) { first, _ in first }
    }

    func difference(from there: [[StoredValue]]) -> Difference {
        var difference = Difference()
        var seen: Set<[StoredValue]> = []
        for row in there {
            let key = keyValues(row)
            seen.insert(key)
            let wanted = wanted[key]
            if wanted == row { continue }
            difference.deletions.append(row)
            if let wanted { difference.insertions.append(wanted) }
        }
        difference.insertions += wanted.filter { !seen.contains($0.key) }.map(\.value)
        return difference
    }

    private func keyValues(_ row: [StoredValue]) -> [StoredValue] { key.map { row[$0] } }

    private func value(_ row: [StoredValue], _ column: String) -> StoredValue? {
        columns.firstIndex { $0.name == column }.map { row[$0] }
    }

    private func integer(_ row: [StoredValue], _ column: String) throws -> Int64 {
        guard case .integer(let number)? = value(row, column) else { throw Failure(.damaged, "no number in \(table.name).\(column)") }
        return number
    }

    func id(_ row: [StoredValue]) throws -> Int64 { try integer(row, "id") }

    func reference(_ row: [StoredValue]) throws -> Int64 {
        try integer(row, part.reference == .blob ? "blob_id" : "content_id")
    }

    /// Each once, in their order.
    func references(_ rows: [[StoredValue]]) throws -> [Int64] { try Set(rows.map(reference)).sorted() }

    // MARK: Statements

    func delete(_ row: [StoredValue], from session: any TableSession) throws {
        let condition = table.key.enumerated().map { "\(StoredTable.quoted($1)) = $\($0 + 1)" }.joined(separator: " AND ")
        try session.execute("DELETE FROM \(StoredTable.quoted(table.name)) WHERE \(condition)", keyValues(row))
    }

    func insert(_ row: [StoredValue], into session: any TableSession) throws {
        try session.execute(table.insertion(of: columns), row)
    }

    /// What has come to have another name since the last pass is still there under its old one, beyond this page.
    func makeRoom(for row: [StoredValue], in session: any TableSession, released: (Int64) throws -> Void) throws {
        switch part.name {
        case "member":
            guard let collection = value(row, "collection_id"), let name = value(row, "name"), let id = value(row, "id") else { return }
            try take("collection_id = $1 AND id = $2 AND name <> $3", [collection, id, name], from: session, released)
            guard let uid = value(row, "uid"), uid != .null else { return }
            try take("collection_id = $1 AND uid = $2 AND name <> $3", [collection, uid, name], from: session, released)
        case "mail_file":
            guard let mailbox = value(row, "mailbox_id"), let name = value(row, "name"), let uid = value(row, "uid") else { return }
            try session.execute("DELETE FROM mail_file WHERE mailbox_id = $1 AND name = $2 AND uid <> $3", [mailbox, name, uid])
        default: break
        }
    }

    private func take(
        _ condition: String, _ parameters: [StoredValue], from session: any TableSession, _ released: (Int64) throws -> Void
    ) throws {
        let rows = try session.rows(
            "DELETE FROM member WHERE \(condition) RETURNING blob_id", [StoredTable.Column("blob_id", .integer)], parameters)
        for case .integer(let blob)? in rows.map(\.first) { try released(blob) }
    }
}
