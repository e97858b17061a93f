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
        let parameters: [Value] = [
            .integer(collection.rawValue), .integer(range.lower), .integer(range.upper),
            .integer(range.floatingLower), .integer(range.floatingUpper), .integer(range.weeks.rawValue),
            .text(component?.lowercased() ?? ""),
        ]
        let parts = range.weeks.parts
        guard parts.count <= placeCount else { return try tx.forEach(inManyParts, parameters, row: body) }
        var classes = parts.map { Value.integer(Occurrence.firstWeekSpan + Int64($0)) }
        // No row is of class 0.
        while classes.count < placeCount { classes.append(.integer(0)) }
        try tx.forEach(inFewParts, parameters + classes, row: body)
    }

    /// As many parts of the year as the first statement has places for: a month and a half.
    private static let placeCount = 8

    /// The classes of length, and those of the parts of the year (`Occurrence.rows`) that the range has, from $8 on.
    private static let inFewParts: StaticString =
        """
        WITH line (is_floating, lower, upper) AS (
            VALUES (0, CAST($2 AS BIGINT), CAST($3 AS BIGINT)), (1, CAST($4 AS BIGINT), CAST($5 AS BIGINT))),
        class (span, reach) AS (VALUES
            (10, 1024), (11, 2048), (12, 4096), (13, 8192), (14, 16384), (15, 32768),
            (16, 65536), (17, 131072), (18, 262144), (19, 524288), (20, 1048576), (21, 2097152),
            (22, 4194304), (23, 8388608), (24, 16777216), (25, 33554432), (26, 67108864), (27, 134217728),
            (28, 268435456), (29, 536870912), (30, 1073741824), (31, 2147483648), (32, 4294967296), (33, 8589934592),
            (34, 17179869184), (35, 34359738368), (36, 68719476736), (37, 137438953472), (38, 274877906944), (39, 549755813888),
            (40, 1099511627776), (41, 2199023255552), (63, 2305843009213693952),
            (CAST($8 AS BIGINT), 2305843009213693952), (CAST($9 AS BIGINT), 2305843009213693952), (CAST($10 AS BIGINT), 2305843009213693952),
            (CAST($11 AS BIGINT), 2305843009213693952), (CAST($12 AS BIGINT), 2305843009213693952), (CAST($13 AS BIGINT), 2305843009213693952),
            (CAST($14 AS BIGINT), 2305843009213693952), (CAST($15 AS BIGINT), 2305843009213693952))
        SELECT name, occurrence.is_floating, starts, ends, is_exact, component, busy, weeks
        FROM line CROSS JOIN class CROSS JOIN occurrence
        WHERE collection_id = $1 AND occurrence.is_floating = line.is_floating AND occurrence.span = class.span
            AND starts >= lower - reach AND starts <= upper AND ends >= lower AND (weeks & $6) <> 0
            AND ($7 = '' OR component = $7)
        ORDER BY name
        """

    /// The same with the classes of all parts, of which those are asked that the range has.
    private static let inManyParts: StaticString =
        """
        WITH line (is_floating, lower, upper) AS (
            VALUES (0, CAST($2 AS BIGINT), CAST($3 AS BIGINT)), (1, CAST($4 AS BIGINT), CAST($5 AS BIGINT))),
        class (span, reach, parts) AS (VALUES
            (10, 1024, -1), (11, 2048, -1), (12, 4096, -1), (13, 8192, -1), (14, 16384, -1),
            (15, 32768, -1), (16, 65536, -1), (17, 131072, -1), (18, 262144, -1), (19, 524288, -1),
            (20, 1048576, -1), (21, 2097152, -1), (22, 4194304, -1), (23, 8388608, -1), (24, 16777216, -1),
            (25, 33554432, -1), (26, 67108864, -1), (27, 134217728, -1), (28, 268435456, -1), (29, 536870912, -1),
            (30, 1073741824, -1), (31, 2147483648, -1), (32, 4294967296, -1), (33, 8589934592, -1), (34, 17179869184, -1),
            (35, 34359738368, -1), (36, 68719476736, -1), (37, 137438953472, -1), (38, 274877906944, -1), (39, 549755813888, -1),
            (40, 1099511627776, -1), (41, 2199023255552, -1), (63, 2305843009213693952, -1),
            (64, 2305843009213693952, 1), (65, 2305843009213693952, 2), (66, 2305843009213693952, 4),
            (67, 2305843009213693952, 8), (68, 2305843009213693952, 16), (69, 2305843009213693952, 32),
            (70, 2305843009213693952, 64), (71, 2305843009213693952, 128), (72, 2305843009213693952, 256),
            (73, 2305843009213693952, 512), (74, 2305843009213693952, 1024), (75, 2305843009213693952, 2048),
            (76, 2305843009213693952, 4096), (77, 2305843009213693952, 8192), (78, 2305843009213693952, 16384),
            (79, 2305843009213693952, 32768), (80, 2305843009213693952, 65536), (81, 2305843009213693952, 131072),
            (82, 2305843009213693952, 262144), (83, 2305843009213693952, 524288), (84, 2305843009213693952, 1048576),
            (85, 2305843009213693952, 2097152), (86, 2305843009213693952, 4194304), (87, 2305843009213693952, 8388608),
            (88, 2305843009213693952, 16777216), (89, 2305843009213693952, 33554432), (90, 2305843009213693952, 67108864),
            (91, 2305843009213693952, 134217728), (92, 2305843009213693952, 268435456), (93, 2305843009213693952, 536870912),
            (94, 2305843009213693952, 1073741824), (95, 2305843009213693952, 2147483648), (96, 2305843009213693952, 4294967296),
            (97, 2305843009213693952, 8589934592), (98, 2305843009213693952, 17179869184), (99, 2305843009213693952, 34359738368),
            (100, 2305843009213693952, 68719476736), (101, 2305843009213693952, 137438953472), (102, 2305843009213693952, 274877906944),
            (103, 2305843009213693952, 549755813888), (104, 2305843009213693952, 1099511627776), (105, 2305843009213693952, 2199023255552),
            (106, 2305843009213693952, 4398046511104), (107, 2305843009213693952, 8796093022208), (108, 2305843009213693952, 17592186044416),
            (109, 2305843009213693952, 35184372088832), (110, 2305843009213693952, 70368744177664), (111, 2305843009213693952, 140737488355328),
            (112, 2305843009213693952, 281474976710656), (113, 2305843009213693952, 562949953421312), (114, 2305843009213693952, 1125899906842624),
            (115, 2305843009213693952, 2251799813685248), (116, 2305843009213693952, 4503599627370496))
        SELECT name, occurrence.is_floating, starts, ends, is_exact, component, busy, weeks
        FROM line CROSS JOIN class CROSS JOIN occurrence
        WHERE collection_id = $1 AND (CAST($6 AS BIGINT) & parts) <> 0
            AND occurrence.is_floating = line.is_floating AND occurrence.span = class.span
            AND starts >= lower - reach AND starts <= upper AND ends >= lower AND (weeks & $6) <> 0
            AND ($7 = '' OR component = $7)
        ORDER BY name
        """
}
