package import Database
package import Directory

/// Which members of a calendar are shown: those that have an instance in a window, and those of which the index holds no
/// time at all.
///
/// The index decides, by the rows of each member: an exact one that is in the window shows it, and none shows nothing.
/// Where the index only knows in which stretch of time the instances are, the bytes are asked. So what is shown depends
/// on the bytes and the window alone, and what a move of the window changes can be told exactly (`VisibleChanges`).
/// Times without a zone, and days, are taken as they would be in UTC: nobody's zone is part of it.
///
/// To some only what is public is shown, whenever it is, and of what is confidential when it is (`Privacy`); of that the index is
/// always certain. And whose the calendar is not has alarms of their own on what is in it (`Overlays`), and not those of the owner.
package struct Visibility: Sendable {
    /// Whether the object in this blob has an instance in the window. True where that cannot be told.
    package typealias Judge = @Sendable (borrowing ReadTransaction, _ blobID: Int64) throws -> Bool

    /// All that is public, and the times of what is confidential.
    package static let ofPublic = Visibility(
        .all, range: OccurrenceRange(lower: 0, upper: 0, floatingLower: 0, floatingUpper: 0), hidesPrivate: true) { _, _ in true }

    /// All that somebody sees whose the calendar is not.
    package static func ofAll(for asker: PrincipalID, hidesPrivate: Bool) -> Visibility {
        Visibility(
            .all, range: OccurrenceRange(lower: 0, upper: 0, floatingLower: 0, floatingUpper: 0), hidesPrivate: hidesPrivate, asker: asker
        ) { _, _ in true }
    }

    let window: VisibleWindow
    /// Whether what is not public is kept back.
    package let hidesPrivate: Bool
    /// Who looks, where the calendar is not theirs; nil: its owner, or somebody of whom only that is asked.
    package let asker: PrincipalID?
    /// The same window as the index has it.
    let range: OccurrenceRange
    private let judge: Judge

    package init(
        _ window: VisibleWindow, range: OccurrenceRange, hidesPrivate: Bool = false, asker: PrincipalID? = nil,
        judge: @escaping Judge
    ) {
        self.window = window
        self.hidesPrivate = hidesPrivate
        self.asker = asker
        self.range = range
        self.judge = judge
    }

    /// Whether a member is shown.
    package func shows(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, name: String, blobID: Int64
    ) throws -> Bool {
        if try isHidden(tx, in: collection, name: name) { return false }
        if window == .all { return true }
        return try shows(tx, try state(tx, in: collection, name: name), blobID: blobID)
    }

    package func shows(_ tx: borrowing ReadTransaction, _ member: Member) throws -> Bool {
        try shows(tx, in: member.collectionID, name: member.name, blobID: member.blobID)
    }

    /// Whether a member is not shown for what it is, whenever it is.
    package func isHidden(_ tx: borrowing ReadTransaction, in collection: CollectionID, name: String) throws -> Bool {
        try privacy(tx, in: collection, name: name) == .hidden
    }

    /// What is shown of a member for what it is, whenever it is. Of what the index does not know, nothing.
    package func privacy(_ tx: borrowing ReadTransaction, in collection: CollectionID, name: String) throws -> Privacy {
        guard hidesPrivate else { return .open }
        return try IndexRows.privacy(tx, in: collection, name: name) ?? .hidden
    }

    /// A member as it is shown; nil where it is not.
    package func shown(_ tx: borrowing ReadTransaction, _ member: Member) throws -> Member? {
        guard let seen = try seen(tx, member) else { return nil }
        if window != .all,
            try !shows(tx, state(tx, in: member.collectionID, name: member.name), blobID: member.blobID) { return nil }
        return seen
    }

    /// `state` is what the statements of this folder say of a member: nil: it has no time; 0: it has none in the window;
    /// 1: it may have; 2: it has.
    func shows(_ tx: borrowing ReadTransaction, _ state: Int64?, blobID: Int64) throws -> Bool {
        if window == .all { return true }
        switch state {
        case nil: return true
        case 0?: return false
        case 1?: return try judge(tx, blobID)
        default: return true
        }
    }

    private func state(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, name: String
    ) throws -> Int64? {
        try tx.first(
            """
            SELECT MAX(CASE WHEN starts < $4 AND (ends > $3 OR (starts = ends AND starts >= $3)) AND (weeks & $5) <> 0
                THEN 1 + is_exact ELSE 0 END)
            FROM occurrence WHERE collection_id = $1 AND name = $2
            """,
            [
                .integer(collection.rawValue), .text(name), .integer(range.lower), .integer(range.upper),
                .integer(range.weeks.rawValue),
            ]
        ) { $0.optionalInteger(0) } ?? nil
    }
}
