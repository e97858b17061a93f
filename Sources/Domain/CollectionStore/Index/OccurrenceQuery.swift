package import Database

/// Which members of a calendar have something in a range of time, by the index alone.
package enum OccurrenceQuery {
    /// A member that may have an instance in the range: a member that is no candidate has none.
    package struct Candidate: Sendable, Equatable {
        package let name: String
        /// In lower case, as `Member.component`.
        package let component: String
        /// Whether a VEVENT or VJOURNAL of it overlaps the range as RFC 4791 §9.9 says; else its bytes must be asked.
        package fileprivate(set) var isCertain: Bool
    }

    /// A row of the index, with the name of its member.
    package struct Run: Sendable, Equatable {
        package let name: String
        package let component: String
        package let occurrence: Occurrence
    }

    /// The candidates in the order of their names' bytes, each once. `component` in any case; nil: all.
    package static func candidates(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, overlapping range: OccurrenceRange,
        component: String? = nil
    ) throws -> [Candidate] {
        var found: [Candidate] = []
        var lastName: [UInt8] = []
        try forEachRow(tx, in: collection, overlapping: range, component: component) { row in
            let isCertain =
                row.flag(4) && isPlain(row)
                && range.surelyOverlaps(
                    start: row.integer(2), end: row.integer(3), isFloating: row.flag(1))
            let isSame = row.withBytes(0) { !found.isEmpty && $0.elementsEqual(lastName) }
            if isSame {
                if isCertain { found[found.count - 1].isCertain = true }
            } else {
                lastName = row.bytes(0)
                found.append(Candidate(name: row.text(0), component: row.text(5), isCertain: isCertain))
            }
            return true
        }
        return found
    }

    /// Calls `body` for the rows of the index that overlap the range or touch it, in the order of their members' names,
    /// until it returns false: all that free-busy needs where they are exact and not `varies`.
    package static func forEachRun(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, overlapping range: OccurrenceRange,
        component: String? = nil, _ body: (Run) throws -> Bool
    ) throws {
        try forEachRow(tx, in: collection, overlapping: range, component: component) { row in
            try body(
                Run(
                    name: row.text(0), component: row.text(5),
                    occurrence: Occurrence(
                        start: row.integer(2), end: row.integer(3), isFloating: row.flag(1), isExact: row.flag(4),
                        busy: Busy(rawValue: row.integer(6)) ?? .varies, weeks: YearWeeks(rawValue: row.integer(7)))))
        }
    }

    /// Whether the row of §9.9's table is that of events; tasks have others.
    private static func isPlain(_ row: borrowing Row) -> Bool {
        row.withBytes(5) { $0.elementsEqual("vevent".utf8) || $0.elementsEqual("vjournal".utf8) }
    }

    // Of each length class that part is read which can reach into the range. What only touches the range is read too:
    // some rows of §9.9's tables take it in.
    private static func forEachRow(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, overlapping range: OccurrenceRange,
        component: String?, _ body: (borrowing Row) throws -> Bool
    ) throws {
        try tx.forEach(
            """
            WITH line (is_floating, lower, upper) AS (
                VALUES (0, CAST($2 AS BIGINT), CAST($3 AS BIGINT)), (1, CAST($4 AS BIGINT), CAST($5 AS BIGINT))),
            class (span, reach) AS (VALUES
                (10, 1024), (11, 2048), (12, 4096), (13, 8192), (14, 16384), (15, 32768), (16, 65536),
                (17, 131072), (18, 262144), (19, 524288), (20, 1048576), (21, 2097152), (22, 4194304),
                (23, 8388608), (24, 16777216), (25, 33554432), (26, 67108864), (27, 134217728),
                (28, 268435456), (29, 536870912), (30, 1073741824), (31, 2147483648), (32, 4294967296),
                (33, 8589934592), (34, 17179869184), (35, 34359738368), (36, 68719476736), (37, 137438953472),
                (38, 274877906944), (39, 549755813888), (40, 1099511627776), (41, 2199023255552),
                (63, 2305843009213693952))
            SELECT name, occurrence.is_floating, starts, ends, is_exact, component, busy, weeks
            FROM line CROSS JOIN class CROSS JOIN occurrence
            WHERE collection_id = $1 AND occurrence.is_floating = line.is_floating AND occurrence.span = class.span
                AND starts >= lower - reach AND starts <= upper AND ends >= lower AND (weeks & $6) <> 0
                AND ($7 = '' OR component = $7)
            ORDER BY name
            """,
            [
                .integer(collection.rawValue), .integer(range.lower), .integer(range.upper),
                .integer(range.floatingLower), .integer(range.floatingUpper), .integer(range.weeks.rawValue),
                .text(component?.lowercased() ?? ""),
            ], row: body)
    }
}
