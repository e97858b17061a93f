package import Database
package import Grams

/// Grams of some documents of a scope (a mailbox, a book, a calendar), as their row has it. Never changed once it is used.
package struct GramSegment: Sendable {
    package var id: Int64
    package var first: Int64
    package var last: Int64
    package var version: Int64
    package var documentCount: Int
    package var byteCount: Int
    /// What the scope's owner wrote, to find the documents by.
    package var documents: [UInt8]
    package var open: DocumentSet
    /// When it was begun, where it was read.
    package var made: Milliseconds = 0

    package init(
        id: Int64, first: Int64, last: Int64, version: Int64, documentCount: Int, byteCount: Int, documents: [UInt8], open: DocumentSet
    ) {
        self.id = id
        self.first = first
        self.last = last
        self.version = version
        self.documentCount = documentCount
        self.byteCount = byteCount
        self.documents = documents
        self.open = open
    }
}

/// The rows of segments. A segment is made beside the work of others: its pages come in small transactions, then it is published in the
/// place of those that it replaces; theirs go in small transactions too. So nobody waits for an index.
package enum GramSegments {
    /// Those of a scope after the one that begins with `first`, in order.
    package static func all(
        _ tx: borrowing ReadTransaction, of scope: Int64, after first: Int64 = -1, limit: Int = 100_000
    ) throws -> [GramSegment] {
        try tx.all(
            """
            SELECT id, first_document, last_document, version, document_count, byte_count, documents, open, made FROM gram_segment
            WHERE scope_id = $1 AND first_document > $2 AND unfinished IS NULL ORDER BY first_document LIMIT $3
            """, [.integer(scope), .integer(first), .integer(Int64(limit))]
        ) { row in
            var segment = GramSegment(
                id: row.integer(0), first: row.integer(1), last: row.integer(2), version: row.integer(3),
                documentCount: count(row.integer(4)), byteCount: count(row.integer(5)), documents: row.bytes(6),
                open: DocumentSet(encoded: row.bytes(7)))
            segment.made = row.integer(8)
            return segment
        }
    }

    /// Sums of them are numbers too, whatever is in the rows.
    private static func count(_ number: Int64) -> Int { Int(min(max(number, 0), 1 << 40)) }

    /// The documents of each segment that may fulfil the condition. The segments follow each other, as `all` gives them.
    package static func matching(
        _ tx: borrowing ReadTransaction, _ segments: [GramSegment], of scope: Int64, _ condition: GramCondition
    ) throws -> [DocumentSet] {
        var found = try evaluate(tx, segments, scope, condition)
        for (index, segment) in segments.enumerated() { found[index].formUnion(segment.open) }
        return found
    }

    private static func evaluate(
        _ tx: borrowing ReadTransaction, _ segments: [GramSegment], _ scope: Int64, _ condition: GramCondition
    ) throws -> [DocumentSet] {
        switch condition {
        case .has(let query):
            var found: [DocumentSet]?
            for range in query.ranges {
                let next = try documents(tx, segments, scope, range)
                found = found.map { zip($0, next).map { $0.intersection($1) } } ?? next
                if found?.allSatisfy(\.isEmpty) == true { break }
            }
            return found ?? segments.map { DocumentSet(all: $0.documentCount) }
        case .all(let parts):
            var found = segments.map { DocumentSet(all: $0.documentCount) }
            for part in parts {
                found = zip(found, try evaluate(tx, segments, scope, part)).map { $0.intersection($1) }
                if found.allSatisfy(\.isEmpty) { break }
            }
            return found
        case .any(let parts):
            var found = segments.map { _ in DocumentSet() }
            for part in parts {
                for (index, documents) in try evaluate(tx, segments, scope, part).enumerated() { found[index].formUnion(documents) }
            }
            return found
        }
    }

    /// One statement for all segments: on a database that is another process round trips are what costs.
    private static func documents(
        _ tx: borrowing ReadTransaction, _ segments: [GramSegment], _ scope: Int64, _ range: ClosedRange<Gram>
    ) throws -> [DocumentSet] {
        guard let first = segments.first, let last = segments.last else { return [] }
        var found = segments.map { _ in DocumentSet() }
        var numbers: [Int64: Int] = [:]
        for (index, segment) in segments.enumerated() { numbers[segment.id] = index }
        // CROSS JOIN: SQLite then reads the segments first.
        try tx.forEach(
            """
            SELECT gram_segment.id, gram_page.first_gram, gram_page.data FROM gram_segment CROSS JOIN gram_page
            WHERE gram_segment.scope_id = $1 AND gram_segment.first_document BETWEEN $2 AND $3 AND gram_segment.unfinished IS NULL
                AND gram_page.segment_id = gram_segment.id AND gram_page.first_gram <= $5
                AND gram_page.first_gram >= COALESCE(
                    (SELECT earlier.first_gram FROM gram_page AS earlier
                     WHERE earlier.segment_id = gram_segment.id AND earlier.first_gram <= $4 ORDER BY earlier.first_gram DESC LIMIT 1), $4)
                AND gram_page.first_gram >= 0
            """,
            [
                .integer(scope), .integer(first.first), .integer(last.first), .integer(range.lowerBound), .integer(range.upperBound),
            ]
        ) { row in
            guard let index = numbers[row.integer(0)] else { return true }
            let isSound = row.withBytes(2) { GramPage.collect(range, firstGram: row.integer(1), $0, into: &found[index]) }
            if !isSound { found[index] = DocumentSet(all: segments[index].documentCount) }
            return true
        }
        return found
    }

    /// The pages of a segment from one gram on, in order.
    package static func pages(_ tx: borrowing ReadTransaction, of segment: Int64, from first: Int64 = 0) throws -> [GramPage] {
        try tx.all(
            "SELECT first_gram, data FROM gram_page WHERE segment_id = $1 AND first_gram >= $2 ORDER BY first_gram",
            [.integer(segment), .integer(first)]
        ) { GramPage(firstGram: $0.integer(0), data: $0.bytes(1)) }
    }
}
