import Bytes
package import Database
import Grams

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

        /// One that each text must have, the longest.
        var necessary: [UInt8]? { clauses.filter { $0.count == 1 }.map { $0[0] }.max { $0.count < $1.count } }

        var grams: GramCondition? { .all(of: clauses.map { .any(of: $0.map { .contains($0) }) })?.bounded }
    }

    /// Calls `body` with the names of members whose text has the needles, or is not known, in the order of their bytes,
    /// from the first after `name` on (nil: from the start), until there are no more or it returns false. A member that
    /// is not named has them in no property; one that is named may have them in another than is asked for, or across two.
    package static func forEachName(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String? = nil,
        matching needles: Needles, _ body: (String) throws -> Bool
    ) throws {
        if let grams = needles.grams, let names = try MemberGrams.candidates(tx, in: collection, after: name, grams) {
            return try forEach(tx, of: names, in: collection, matching: needles, body)
        }
        try forEachText(tx, in: collection, after: name, matching: needles, body)
    }

    /// The same by reading all texts.
    private static func forEachText(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String?, matching needles: Needles,
        _ body: (String) throws -> Bool
    ) throws {
        func see(_ row: borrowing Row) throws -> Bool {
            guard row.isNull(1) || row.withBytes(1, needles.match) else { return true }
            return try body(row.text(0))
        }
        let parameters: [Value] = [.integer(collection.rawValue), .text(name ?? "")]
        // From another process texts come slower than they are searched there.
        if tx.isRemote, let needle = needles.necessary, !needle.isEmpty {
            return try tx.forEach(
                """
                SELECT name, text FROM search_text WHERE collection_id = $1 AND name > $2 AND (text IS NULL OR instr(text, $3) > 0)
                ORDER BY name
                """, parameters + [.bytes(needle)], row: see)
        }
        try tx.forEach("SELECT name, text FROM search_text WHERE collection_id = $1 AND name > $2 ORDER BY name", parameters, row: see)
    }

    /// A question whose answer is read some names at a time, in transactions of their own: the grams are asked once.
    package struct Pages {
        private enum Named {
            case notAsked, cannotTell
            /// What may have the needles, in order.
            case names(ArraySlice<String>)
        }

        private let collection: CollectionID
        private let needles: Needles
        private let most: Int
        /// How many the next page has. Few want more than the first ones, and each is a text that is read: so it grows.
        private var limit: Int
        private var named = Named.notAsked

        /// - Parameters:
        ///   - first: names of the first page.
        ///   - most: names of any.
        package init(in collection: CollectionID, matching needles: Needles, first: Int = 64, most: Int = 500) {
            self.collection = collection
            self.needles = needles
            self.most = max(most, 1)
            limit = min(max(first, 1), self.most)
        }

        /// The next names after one; nil: there are no more. None are not the end.
        package mutating func next(_ tx: borrowing ReadTransaction, after name: String?) throws -> [String]? {
            if case .notAsked = named {
                named = .cannotTell
                if let grams = needles.grams, let names = try MemberGrams.candidates(tx, in: collection, after: name, grams) {
                    named = .names(names[...])
                }
            }
            defer { limit = min(limit * 4, most) }
            guard case .names(let rest) = named else {
                var found: [String] = []
                try SearchTextQuery.forEachText(tx, in: collection, after: name, matching: needles) {
                    found.append($0)
                    return found.count < limit
                }
                // All texts were read.
                if found.count < limit { named = .names([]) }
                return found.isEmpty ? nil : found
            }
            if rest.isEmpty { return nil }
            let part = rest.prefix(limit)
            named = .names(rest.dropFirst(part.count))
            var found: [String] = []
            try SearchTextQuery.forEach(tx, of: Array(part), in: collection, matching: needles) {
                found.append($0)
                return true
            }
            return found
        }
    }

    private static let namesAtOnce = 8

    /// The same of those of `names`, which rise, that there are.
    private static func forEach(
        _ tx: borrowing ReadTransaction, of names: [String], in collection: CollectionID, matching needles: Needles,
        _ body: (String) throws -> Bool
    ) throws {
        var start = 0
        while start < names.count {
            let end = min(start + namesAtOnce, names.count)
            let parameters: [Value] = [.integer(collection.rawValue)] + names[start..<end].map(Value.text).filled(to: namesAtOnce)
            var goesOn = true
            try tx.forEach(
                """
                SELECT name, text FROM search_text WHERE collection_id = $1 AND name IN ($2, $3, $4, $5, $6, $7, $8, $9) ORDER BY name
                """, parameters
            ) { row in
                guard row.isNull(1) || row.withBytes(1, needles.match) else { return true }
                goesOn = try body(row.text(0))
                return goesOn
            }
            if !goesOn { return }
            start = end
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
