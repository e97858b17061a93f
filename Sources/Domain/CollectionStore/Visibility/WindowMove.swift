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
        // Of each length class that part of the index is read which can reach into an edge (`OccurrenceQuery`).
        try tx.all(
            """
            WITH edge (lower, upper, weeks) AS (VALUES
                (CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT)),
                (CAST($6 AS BIGINT), CAST($7 AS BIGINT), CAST($8 AS BIGINT))),
            line (is_floating) AS (VALUES (0), (1)),
            class (span, reach) AS (VALUES
                (10, 1024), (11, 2048), (12, 4096), (13, 8192), (14, 16384), (15, 32768), (16, 65536),
                (17, 131072), (18, 262144), (19, 524288), (20, 1048576), (21, 2097152), (22, 4194304),
                (23, 8388608), (24, 16777216), (25, 33554432), (26, 67108864), (27, 134217728),
                (28, 268435456), (29, 536870912), (30, 1073741824), (31, 2147483648), (32, 4294967296),
                (33, 8589934592), (34, 17179869184), (35, 34359738368), (36, 68719476736), (37, 137438953472),
                (38, 274877906944), (39, 549755813888), (40, 1099511627776), (41, 2199023255552),
                (63, 2305843009213693952)),
            met AS (
                SELECT DISTINCT occurrence.name AS name
                FROM edge CROSS JOIN line CROSS JOIN class CROSS JOIN occurrence
                WHERE collection_id = $1 AND occurrence.is_floating = line.is_floating AND occurrence.span = class.span
                    AND starts >= edge.lower - reach AND starts < edge.upper AND edge.lower < edge.upper
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
