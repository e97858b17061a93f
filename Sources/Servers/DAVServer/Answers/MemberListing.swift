import CollectionStore
import Database
import Directory
import XML

/// The rows of a collection's members, in the order of their names, as far as `isWanted` wants them.
final class MemberListing: MultistatusSource.Part {
    typealias Filter = (borrowing ReadTransaction, borrowing MemberView) throws -> Bool

    private let rows: Rows
    private let collection: Collection
    private let owner: Principal
    private let href: Href
    private let isWanted: Filter?
    private var last: String?
    private var scope: MemberScope?

    init(_ rows: Rows, in collection: Collection, owner: Principal, href: Href, after name: String? = nil, isWanted: Filter? = nil) {
        self.rows = rows
        self.collection = collection
        self.owner = owner
        self.href = href
        self.last = name
        self.isWanted = isWanted
    }

    func write(_ tx: borrowing ReadTransaction, to out: inout XMLWriter, limit: Int) throws -> Bool {
        let scope = try self.scope ?? rows.scope(tx, collection, owner: owner, href: href)
        self.scope = scope
        let hasDeadProperties = try DeadProperties.anyMemberHasSome(tx, in: collection.id)
        var isComplete = true
        var lastName: [UInt8] = []
        let (rows, isWanted) = (rows, isWanted)
        func write(_ member: borrowing MemberView) throws -> Bool {
            if let isWanted {
                // A query that found as much as one answer may hold looks no further.
                if rows.form.work.isCut { return false }
                guard try isWanted(tx, member), rows.form.work.takeRow() else { return true }
            }
            try rows.write(tx, member, scope, hasDeadProperties: hasDeadProperties, to: &out)
            guard out.count < limit else {
                lastName = [UInt8](member.name)
                isComplete = false
                return false
            }
            return true
        }
        if isWanted == nil && rows.selection.needsOnlyEntries {
            try Members.forEachEntry(tx, in: collection.id, after: last, row: write)
        } else {
            try Members.forEach(tx, in: collection.id, after: last, row: write)
        }
        if !isComplete { last = String(decoding: lastName, as: UTF8.self) }
        return isComplete
    }
}
