import Bytes
package import Database

/// Which members of a calendar or book may have some texts in them, by the index alone.
package enum SearchTextQuery {
    /// What a text must have: of each clause one needle. Folded as i;unicode-casemap folds; an empty one is in every text.
    package struct Needles: Sendable {
        private let clauses: [[[UInt8]]]

        package init(clauses: [[[UInt8]]]) { self.clauses = clauses }

        package static func any(_ needles: [[UInt8]]) -> Needles { Needles(clauses: [needles]) }
        package static func all(_ needles: [[UInt8]]) -> Needles { Needles(clauses: needles.map { [$0] }) }

        func match(_ text: UnsafeRawBufferPointer) -> Bool {
            clauses.allSatisfy { $0.contains { text.contains($0) } }
        }
    }

    /// Calls `body` with the names of members whose text has the needles, or is not known, in the order of their bytes,
    /// from the first after `name` on (nil: from the start), until there are no more or it returns false. A member that
    /// is not named has them in no property; one that is named may have them in another than is asked for, or across two.
    package static func forEachName(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String? = nil,
        matching needles: Needles, _ body: (String) throws -> Bool
    ) throws {
        try tx.forEach(
            "SELECT name, text FROM search_text WHERE collection_id = $1 AND name > $2 ORDER BY name",
            [.integer(collection.rawValue), .text(name ?? "")]
        ) { row in
            guard row.isNull(1) || row.withBytes(1, needles.match) else { return true }
            return try body(row.text(0))
        }
    }

    /// At most `limit` of these names.
    package static func names(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String? = nil,
        matching needles: Needles, limit: Int = .max
    ) throws -> [String] {
        var names: [String] = []
        if limit <= 0 { return names }
        try forEachName(tx, in: collection, after: name, matching: needles) {
            names.append($0)
            return names.count < limit
        }
        return names
    }
}
