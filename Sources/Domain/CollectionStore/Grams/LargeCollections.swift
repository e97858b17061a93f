package import Database

/// The books and calendars whose texts are worth an index.
package enum LargeCollections {
    private static let pageCount: Int64 = 2_000

    /// Those after one of them in the order of their ids, and where to go on; nil: there are no more. A page looks at as many collections
    /// as it takes a moment to read.
    package static func page(
        _ tx: borrowing ReadTransaction, after id: CollectionID
    ) throws -> (found: [CollectionID], next: CollectionID?) {
        var found: [CollectionID] = []
        var last: CollectionID?
        var count: Int64 = 0
        try tx.forEach(
            "SELECT id, kind, member_count FROM collection WHERE id > $1 AND trashed IS NULL ORDER BY id LIMIT $2",
            [.integer(id.rawValue), .integer(pageCount)]
        ) { row in
            let id = CollectionID(rawValue: row.integer(0))
            let kind = CollectionKind(rawValue: row.text(1))
            if kind == .book || kind == .calendar, row.integer(2) >= Int64(MemberGrams.fewest) { found.append(id) }
            last = id
            count += 1
            return true
        }
        return (found, count < pageCount ? nil : last)
    }
}
