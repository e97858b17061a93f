import Cryptography
import Database

/// Makes what one database has of an account so in another: row by row, what differs and nothing else. It can be ended at any time and
/// begun anew; while somebody changes the account, each pass leaves less to the next one.
///
/// Each page of rows is written in one transaction with the bytes that it refers to, and read back. References to bytes are counted as
/// the rows are written, so that the target is whole after each transaction: other accounts may refer to the same bytes.
final class AccountCopy {
    struct Side {
        var session: any TableSession
        var files: FileBlobStore
    }

    /// Nil: an account that has nothing. So what is at the target goes.
    let source: Side?
    let target: Side
    let owner: Int64
    /// Of collections and mailboxes that were copied without a change between: the counter at which they were.
    private var copied: [Int64: Int64] = [:]
    /// Blobs, and contents of messages, whose bytes at the target this process has compared with the source's.
    private var seenBlobs: Set<Int64> = []
    private var seenContents: Set<Int64> = []
    /// Rows that were looked at, and rows that were written or removed.
    private(set) var looked = 0
    private(set) var changed = 0
    private let goesOn: () throws -> Void

    static let pageRows = 200

    /// - Parameter goesOn: is called between transactions, and throws where there is no time left, or nobody wants it any more.
    init(_ owner: Int64, from source: Side?, to target: Side, goesOn: @escaping () throws -> Void) {
        self.owner = owner
        self.source = source
        self.target = target
        self.goesOn = goesOn
    }

    /// Looks at all once; the count of rows that were written or removed.
    func pass() throws -> Int {
        let before = changed
        for part in AccountTables.ofAccounts { try copyWhole(part, of: owner) }
        // Server annotations that the owner has for themselves (RFC 5464), which are of no mailbox.
        try copyOwnAnnotations()
        try copyUnits(AccountTables.collections, AccountTables.ofCollections)
        try copyUnits(AccountTables.mailboxes, AccountTables.ofMailboxes)
        return changed - before
    }

    /// Collections or mailboxes: what is in each, then their own rows. A row of theirs says how far it is, so it comes last.
    private func copyUnits(_ unit: AccountTables.Part, _ parts: [AccountTables.Part]) throws {
        let here = try counters(source?.session, unit)
        let there = try counters(target.session, unit)
        for (id, counter) in here.sorted(by: { $0.key < $1.key }) {
            let isSame = copied[id] == counter
            for part in parts where !isSame || !part.isCounted { try copy(part, of: id) }
            // What came meanwhile is the next pass's.
            if try counters(source?.session, unit, of: id)[id] == counter { copied[id] = counter }
        }
        for id in there.keys.sorted() where here[id] == nil {
            for part in parts { try copy(part, of: id) }
        }
        try copyWhole(unit, of: owner)
    }

    /// How far the owner's collections or mailboxes are; with `id`, that one alone.
    private func counters(
        _ session: (any TableSession)?, _ unit: AccountTables.Part, of id: Int64? = nil
    ) throws -> [Int64: Int64] {
        guard let session else { return [:] }
        let columns = [StoredTable.Column("id", .integer), StoredTable.Column("modseq", .integer)]
        let condition = "\(unit.owner) = $1" + (id == nil ? "" : " AND id = $2")
        let rows = try session.rows(
            "SELECT id, modseq FROM \(unit.name) WHERE \(condition)", columns, [.integer(owner)] + (id.map { [.integer($0)] } ?? []))
        return Dictionary(rows.compactMap { row in
            guard case .integer(let id) = row[0], case .integer(let modseq) = row[1] else { return nil }
            return (id, modseq)
        }) { first, _ in first }
    }

    // MARK: Parts

    private func copy(_ part: AccountTables.Part, of id: Int64) throws {
        guard let page = part.page else { return try copyWhole(part, of: id) }
        try copyPages(part, of: id, by: page)
    }

    private func copyWhole(_ part: AccountTables.Part, of id: Int64) throws {
        let whole = "\(part.owner) = $1"
        let found = try read(source?.session, part, whole, [.integer(id)])
        try write(part, found, whole, [.integer(id)])
    }

    private func copyOwnAnnotations() throws {
        let part = AccountTables.Part(name: "mail_annotation", owner: "principal_id", isCounted: false)
        let whole = "principal_id = $1 AND mailbox_id = $2"
        let parameters: [StoredValue] = [.integer(owner), .integer(0)]
        try write(part, try read(source?.session, part, whole, parameters), whole, parameters)
    }

    /// A page is what the source has between two values, and all that the target has there: at a source without rows, pages of the target.
    private func copyPages(_ part: AccountTables.Part, of id: Int64, by column: String) throws {
        let kind = try target.session.table(part.name).columns.first { $0.name == column }?.kind
        var last: StoredValue = kind == .integer ? .integer(.min) : .text([])
        // An empty text is before all names.
        while true {
            let end = try end(part, of: id, by: column, after: last)
            let range = "\(part.owner) = $1 AND \(column) > $2" + (end == nil ? "" : " AND \(column) <= $3")
            let parameters = [.integer(id), last] + (end.map { [$0] } ?? [])
            let found = try read(source?.session, part, range, parameters)
            try write(part, found, range, parameters)
            guard let end else { return }
            last = end
        }
    }

    /// Where a page ends; nil: with all that there is.
    private func end(
        _ part: AccountTables.Part, of id: Int64, by column: String, after last: StoredValue
    ) throws -> StoredValue? {
        let session = source?.session ?? target.session
        let kind: StoredTable.Kind = if case .integer = last { .integer } else { .text }
        return try session.rows(
            "SELECT DISTINCT \(column) FROM \(part.name) WHERE \(part.owner) = $1 AND \(column) > $2 ORDER BY \(column) LIMIT 1 OFFSET \(Self.pageRows - 1)",
            [StoredTable.Column(column, kind)], [.integer(id), last]
        ).first?.first
    }

    private func read(
        _ session: (any TableSession)?, _ part: AccountTables.Part, _ range: String, _ parameters: [StoredValue]
    ) throws -> [[StoredValue]] {
        guard let session else { return [] }
        let columns = AccountTables.columns(of: try target.session.table(part.name))
        return try session.rows(
            "SELECT \(StoredTable.quoted(columns)) FROM \(StoredTable.quoted(part.name)) WHERE \(range)", columns, parameters)
    }

    // MARK: Writing

    private func write(
        _ part: AccountTables.Part, _ wanted: [[StoredValue]], _ range: String, _ parameters: [StoredValue]
    ) throws {
        try goesOn()
        let table = try target.session.table(part.name)
        let rows = AccountRows(part, table, wanted)
        looked += wanted.count
        let there = try read(target.session, part, range, parameters)
        let difference = rows.difference(from: there)
        let bytes = AccountBytes(source: source, target: target)
        if difference.isEmpty { return try compareBytes(part, rows, wanted, bytes) }
        // Large ones in transactions of their own, before what names them.
        var gone: Set<Int64> = []
        var blobs: [Int64: AccountBytes.Blob] = [:]
        switch part.reference {
        case .content?:
            for id in try rows.references(difference.insertions) {
                switch try bytes.bringContent(id) {
                case .there: break
                case .written: seenContents.insert(id)
                case .gone: gone.insert(id)
                }
            }
        case .blob?:
            blobs = try bytes.load(rows.references(difference.insertions))
            gone = Set(try rows.references(difference.insertions)).subtracting(blobs.keys)
        case nil: break
        }
        // What has gone while it was read is no longer in the row either: the next pass sees that.
        let insertions = try difference.insertions.filter { try part.reference == nil || !gone.contains(rows.reference($0)) }
        try target.session.transaction(isWriting: true) {
            for row in difference.deletions {
                try rows.delete(row, from: target.session)
                switch part.reference {
                case .blob?:
                    if source == nil { try bytes.removeOverlays(ofMember: rows.id(row)) }
                    try bytes.releaseBlob(rows.reference(row))
                case .content?: try bytes.releaseContent(rows.reference(row))
                case nil: break
                }
            }
            for row in insertions {
                try rows.makeRoom(for: row, in: target.session) { blob in try bytes.releaseBlob(blob) }
                try rows.insert(row, into: target.session)
                switch part.reference {
                case .blob?: try bytes.addBlob(rows.reference(row), blobs)
                case .content?: try bytes.nameContent(rows.reference(row))
                case nil: break
                }
            }
        }
        changed += difference.deletions.count + difference.insertions.count
        guard gone.isEmpty else { return }
        guard rows.difference(from: try read(target.session, part, range, parameters)).isEmpty else {
            throw Failure(.damaged, "rows of \(part.name) are not what was written")
        }
        if part.reference == .blob {
            try bytes.mend(blobs)
            seenBlobs.formUnion(blobs.keys)
        }
        try compareBytes(part, rows, wanted, bytes)
    }

    /// Of rows that are at the target already nobody knows yet whether their bytes are right.
    private func compareBytes(_ part: AccountTables.Part, _ rows: AccountRows, _ wanted: [[StoredValue]], _ bytes: AccountBytes) throws {
        guard source != nil else { return }
        switch part.reference {
        case .blob?:
            let blobs = try bytes.load(rows.references(wanted).filter { !seenBlobs.contains($0) })
            if blobs.isEmpty { return }
            try bytes.mend(blobs)
            seenBlobs.formUnion(blobs.keys)
        case .content?:
            for id in try rows.references(wanted) where seenContents.insert(id).inserted { try bytes.mendContent(id) }
        case nil: break
        }
    }
}
