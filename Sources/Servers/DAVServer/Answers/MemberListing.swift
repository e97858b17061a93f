import CollectionStore
import Database
import Directory
import XML

/// The rows of a collection's members, in the order of their names, as far as `isWanted` wants them.
final class MemberListing: MultistatusSource.Part {
    typealias Filter = (borrowing ReadTransaction, borrowing MemberView) throws -> Bool

    private let rows: Rows
    private let collection: Collection
    private let access: Access
    private let href: Href
    private let isWanted: Filter?
    private var last: String?
    private var scope: MemberScope?
    private let entryRow: EntryRow?
    private let visibility: Visibility?

    init(_ rows: Rows, in collection: Collection, _ access: Access, href: Href, after name: String? = nil, isWanted: Filter? = nil) {
        self.rows = rows
        self.collection = collection
        self.access = access
        self.href = href
        self.last = name
        self.isWanted = isWanted
        visibility = rows.exchange.visibility(of: collection, access)
        entryRow = rows.selection.entryRow(under: href)
    }

    func write(_ tx: borrowing ReadTransaction, to out: inout XMLWriter, limit: Int) throws -> Bool {
        let hasDeadProperties = try rows.hasDeadProperties(tx, in: collection)
        if isWanted == nil, !hasDeadProperties, let row = entryRow { return try write(row, tx, to: &out, limit: limit) }
        let scope = try self.scope ?? rows.scope(tx, collection, access, href: href)
        self.scope = scope
        let (rows, isWanted) = (rows, isWanted)
        var rest: [UInt8]?
        var judged = 0
        try Members.forEach(tx, in: collection.id, after: last, shownBy: visibility) { member in
            if let isWanted {
                judged += 1
                // A query that found as much as one answer may hold looks no further.
                if rows.form.work.isCut { return false }
                try rows.write(tx, member, scope, hasDeadProperties: hasDeadProperties, where: isWanted, to: &out)
            } else {
                try rows.write(tx, member, scope, hasDeadProperties: hasDeadProperties, to: &out)
            }
            if out.count >= limit || judged == Self.mostJudged { rest = [UInt8](member.name) }
            return rest == nil
        }
        return ends(after: rest)
    }

    /// How many members one piece judges: a query that finds little must not hold one transaction while it reads all.
    static let mostJudged = 500

    /// The same where the rows are all alike.
    private func write(
        _ row: EntryRow, _ tx: borrowing ReadTransaction, to out: inout XMLWriter, limit: Int
    ) throws -> Bool {
        var rest: [UInt8]?
        try Members.forEachEntry(tx, in: collection.id, after: last, shownBy: visibility) { member in
            row.write(member, to: &out)
            if out.count >= limit { rest = [UInt8](member.name) }
            return rest == nil
        }
        return ends(after: rest)
    }

    /// Keeps the name of the last row where the piece was full; whether it was not.
    private func ends(after name: [UInt8]?) -> Bool {
        guard let name else { return true }
        last = String(decoding: name, as: UTF8.self)
        return false
    }
}
