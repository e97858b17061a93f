import Database

/// From one window to another: whose members came into sight or went out of it.
///
/// What changes has an instance in the days that are in one window only, so it has a row of the index there: those days
/// are asked, and not the calendar.
struct WindowMove {
    let before: Visibility
    let after: Visibility
    /// The days that are in one window only, as the index has them.
    let edges: [OccurrenceRange]

    struct Candidate {
        let name: String
        /// What the index says of it in each window, as `Visibility.shows` takes it.
        let before: Int64
        let after: Int64

        /// Whether the index alone does not tell.
        var isJudged: Bool { before == 1 || after == 1 }
    }

    init(from before: VisibleWindow, to after: VisibleWindow, _ visibility: (VisibleWindow) -> Visibility) {
        self.before = visibility(before)
        self.after = visibility(after)
        edges = after.differences(from: before).map { visibility($0).range }
    }

    /// All that may have changed, in the order of their names' bytes, from the first after `name` on.
    func candidates(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String
    ) throws -> [Candidate] {
        // Of each length class that part of the index is read which can reach into an edge, and of the parts of a year those
        // that an edge has (`OccurrenceQuery`).
        try tx.all(
            """
            WITH edge (lower, upper, weeks) AS (VALUES
                (CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT)),
                (CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT))),
            line (is_floating) AS (VALUES (0), (1)),
            class (span, reach, parts) AS (VALUES
                (10, 1024, -1), (11, 2048, -1), (12, 4096, -1), (13, 8192, -1),
                (14, 16384, -1), (15, 32768, -1), (16, 65536, -1), (17, 131072, -1),
                (18, 262144, -1), (19, 524288, -1), (20, 1048576, -1), (21, 2097152, -1),
                (22, 4194304, -1), (23, 8388608, -1), (24, 16777216, -1), (25, 33554432, -1),
                (26, 67108864, -1), (27, 134217728, -1), (28, 268435456, -1), (29, 536870912, -1),
                (30, 1073741824, -1), (31, 2147483648, -1), (32, 4294967296, -1), (33, 8589934592, -1),
                (34, 17179869184, -1), (35, 34359738368, -1), (36, 68719476736, -1), (37, 137438953472, -1),
                (38, 274877906944, -1), (39, 549755813888, -1), (40, 1099511627776, -1), (41, 2199023255552, -1),
                (63, 2305843009213693952, -1),
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
                (115, 2305843009213693952, 2251799813685248), (116, 2305843009213693952, 4503599627370496)),
            met AS (
                SELECT DISTINCT occurrence.name AS name
                FROM edge CROSS JOIN line CROSS JOIN class CROSS JOIN occurrence
                WHERE collection_id = $1 AND (edge.weeks & class.parts) <> 0
                    AND occurrence.is_floating = line.is_floating AND occurrence.span = class.span AND starts >= edge.lower - reach AND starts < edge.upper AND edge.lower < edge.upper
                    AND (ends > edge.lower OR (starts = ends AND starts >= edge.lower))
                    AND (occurrence.weeks & edge.weeks) <> 0 AND occurrence.name > $2),
            judged AS (
                SELECT occurrence.name AS name,
                    MAX(CASE WHEN starts < $10 AND (ends > $9 OR (starts = ends AND starts >= $9))
                        AND (weeks & $11) <> 0 THEN 1 + is_exact ELSE 0 END) AS earlier,
                    MAX(CASE WHEN starts < $13 AND (ends > $12 OR (starts = ends AND starts >= $12))
                        AND (weeks & $14) <> 0 THEN 1 + is_exact ELSE 0 END) AS later
                FROM met CROSS JOIN occurrence
                WHERE collection_id = $1 AND occurrence.name = met.name GROUP BY occurrence.name)
            SELECT name, earlier, later FROM judged WHERE earlier <> later OR earlier = 1 ORDER BY name
            """,
            [.integer(collection.rawValue), .text(name)] + edge(0) + edge(1) + Self.bounds(before.range)
                + Self.bounds(after.range)
        ) { Candidate(name: $0.text(0), before: $0.integer(1), after: $0.integer(2)) }
    }

    private func edge(_ index: Int) -> [Value] {
        index < edges.count ? Self.bounds(edges[index]) : [.integer(1), .integer(0), .integer(0)]
    }

    private static func bounds(_ range: OccurrenceRange) -> [Value] {
        [.integer(range.lower), .integer(range.upper), .integer(range.weeks.rawValue)]
    }

    /// The member, and whether it is in sight after the move where it was not before, or the other way round; nil: it is
    /// as it was.
    func change(
        _ tx: borrowing ReadTransaction, _ candidate: Candidate, in collection: CollectionID
    ) throws -> (member: Member, isShown: Bool)? {
        guard let member = try Members.find(tx, in: collection, name: candidate.name) else { return nil }
        guard let seen = try after.seen(tx, member) else { return nil }
        let isShown = try after.shows(tx, candidate.after, blobID: member.blobID)
        let wasShown = try before.shows(tx, candidate.before, blobID: member.blobID)
        return wasShown == isShown ? nil : (seen, isShown)
    }
}
