package import Database
package import Directory

/// The log of a collection's changes: what a client that comes back has to learn.
package enum ChangeLog {
    /// One change, as it looks now: what was changed again later is told only once, by its latest row.
    package struct Change: Sendable, Equatable {
        package enum State: Sendable, Equatable {
            case member(Member)
            case collection(Collection)
            /// Another's collection, in a home.
            case mount(Mount)
            /// Nothing has the name that a collection or a member had. Where both were there since, both are told:
            /// their URLs differ by a slash.
            case removed(isCollection: Bool)
        }

        package var modseq: ModSeq
        package var name: String
        package var state: State

        package init(modseq: ModSeq, name: String, state: State) {
            self.modseq = modseq
            self.name = name
            self.state = state
        }
    }

    /// What `change.is_collection` says of what has the name.
    private enum Bearer {
        static let member: Int64 = 0
        static let collection: Int64 = 1
        /// Another's collection, in a home: nobody but whose home it is learns of it.
        static let mount: Int64 = 2
        /// A member that was hidden (`Privacy`), or not there, before and after: those to whom what is private is not shown have had nothing of
        /// it, and are told nothing.
        static let privateMember: Int64 = 3
    }

    /// The same for what another shares with whose home `home` is.
    static func recordMount(
        _ tx: borrowing WriteTransaction, in home: CollectionID, name: String, isRemoval: Bool, now: Milliseconds
    ) throws {
        try record(tx, in: home, name: name, isRemoval: isRemoval, bearer: Bearer.mount, memberDelta: 0, now: now)
    }

    /// Writes one change, and moves the collection's position.
    ///
    /// - Parameters:
    ///   - principal: to whom alone a member looks different now; nil: to everybody. Only an owner's change moves the
    ///     member's own modseq.
    ///   - known: the collection as this transaction has read it, which has changed nothing in it since.
    @discardableResult
    static func record(
        _ tx: borrowing WriteTransaction, in collection: CollectionID, name: String, isRemoval: Bool,
        isCollection: Bool, isPrivate: Bool = false, of principal: PrincipalID? = nil, memberDelta: Int, with batch: ChangeBatch? = nil,
        from known: Collection? = nil, now: Milliseconds
    ) throws -> ModSeq {
        let member = isPrivate ? Bearer.privateMember : Bearer.member
        return try record(
            tx, in: collection, name: name, isRemoval: isRemoval, bearer: isCollection ? Bearer.collection : member,
            of: principal, memberDelta: memberDelta, with: batch, from: known, now: now)
    }

    @discardableResult
    private static func record(
        _ tx: borrowing WriteTransaction, in collection: CollectionID, name: String, isRemoval: Bool, bearer: Int64,
        of principal: PrincipalID? = nil, memberDelta: Int, with batch: ChangeBatch? = nil, from known: Collection? = nil, now: Milliseconds
    ) throws -> ModSeq {
        let modseq = try batch?.next(tx, memberDelta: memberDelta)
            ?? known.map { try next(tx, after: $0, memberDelta: memberDelta, now: now) }
            ?? next(tx, in: collection, memberDelta: memberDelta, now: now)
        try tx.execute(
            """
            INSERT INTO change (collection_id, modseq, name, is_removal, is_collection, at, principal_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            [
                .integer(collection.rawValue), .integer(modseq), .text(name), Value(isRemoval), .integer(bearer),
                .integer(now), Value(principal?.rawValue),
            ])
        return ModSeq(rawValue: modseq)
    }

    /// The modseq of a change that is made by itself; those made together have theirs from their batch, and no other place gives any.
    private static func next(
        _ tx: borrowing WriteTransaction, in collection: CollectionID, memberDelta: Int, now: Milliseconds
    ) throws -> Int64 {
        try tx.willChange(.collection(collection))
        // The collection's row first: it stays locked to the commit, so modseqs become visible in their order.
        let changed = try tx.read.first(
            """
            UPDATE collection SET modseq = modseq + 1, member_count = member_count + $2, modified = $3
            WHERE id = $1 RETURNING modseq, owner_id, kind
            """, [.integer(collection.rawValue), .integer(Int64(memberDelta)), .integer(now)]
        ) { row in
            (modseq: row.integer(0), owner: row.integer(1), isOfBooks: row.withBytes(2) { $0.first == UInt8(ascii: "b") })
        }
        guard let (modseq, owner, isOfBooks) = changed else { throw StoreRefusal.notFound }
        if isOfBooks { try booksChanged(tx, of: PrincipalID(rawValue: owner)) }
        return modseq
    }

    /// The same where it is known which the last one was: the row's answer is not waited for. Were it wrong, the log would have two rows of
    /// one modseq, which its key does not let it have; who has changed the row meanwhile has this transaction run again.
    private static func next(
        _ tx: borrowing WriteTransaction, after collection: Collection, memberDelta: Int, now: Milliseconds
    ) throws -> Int64 {
        try tx.willChange(.collection(collection.id))
        try tx.execute(
            "UPDATE collection SET modseq = modseq + 1, member_count = member_count + $2, modified = $3 WHERE id = $1",
            [.integer(collection.id.rawValue), .integer(Int64(memberDelta)), .integer(now)])
        if collection.kind == .book { try booksChanged(tx, of: collection.owner) }
        return collection.modseq.rawValue + 1
    }

    /// What is made from the owner's books must follow; by whom and when is no matter of this transaction.
    static func booksChanged(_ tx: borrowing WriteTransaction, of owner: PrincipalID) throws {
        try tx.execute(
            "UPDATE birthday_calendar SET is_stale = 1 WHERE owner_id = $1 AND is_stale = 0", [.integer(owner.rawValue)])
    }

    /// The changes after `since`, at most `limit`, in the order of the log. `reached` is the position up to which they
    /// are complete; `isComplete` tells whether that is the collection's latest.
    ///
    /// It costs the rows of the log after `since`, not what the collection holds. A row that a later one has
    /// superseded is passed over: the state that it would tell comes with the later one, on this page or another.
    ///
    /// - Parameters:
    ///   - tellsMounts: whether it is whose home it is that asks; others are told of nothing that is shared there.
    ///   - asker: who asks; nil: the owner. They are told of no change that is another's alone.
    ///   - hidesPrivate: whether the asker is shown nothing that is private. They are told of all members that were not when they
    ///     were changed: as such, also where they are private by now. That they are gone may be told twice.
    package static func changes(
        _ tx: borrowing ReadTransaction, in collection: Collection, since: ModSeq, limit: Int, tellsMounts: Bool = true,
        hidesPrivate: Bool = false, asker: PrincipalID? = nil
    ) throws -> (changes: [Change], reached: ModSeq, isComplete: Bool) {
        var rows: [Line] = []
        var page = ChangePage()
        var position = since
        var ahead: MembersAhead?
        while true {
            rows.removeAll(keepingCapacity: true)
            try tx.forEach(
                """
                SELECT modseq, name, is_removal, is_collection, principal_id FROM change
                WHERE collection_id = $1 AND modseq > $2 ORDER BY modseq LIMIT 512
                """, [.integer(collection.id.rawValue), .integer(position.rawValue)]
            ) {
                rows.append(
                    Line(
                        modseq: ModSeq(rawValue: $0.integer(0)), name: $0.text(1), isRemoval: $0.flag(2), bearer: $0.integer(3),
                        principal: $0.optionalInteger(4).map(PrincipalID.init(rawValue:))))
                return true
            }
            for (index, row) in rows.enumerated() {
                if tx.isRemote, row.isOfMember, !(ahead?.covers(row.name, in: collection.id) ?? false) {
                    let next = rows[index...].lazy.filter(\.isOfMember).prefix(MembersAhead.limit)
                    ahead = try MembersAhead(tx, in: collection.id, next.map(\.name), withBytes: false)
                }
                if let state = try state(
                    tx, collection, row, ahead, tellsMounts: tellsMounts, hidesPrivate: hidesPrivate, asker: asker ?? collection.owner) {
                    let change = Change(modseq: row.modseq, name: row.name, state: state)
                    guard page.add(change, limit: limit) else { return (page.changes, position, false) }
                }
                position = row.modseq
            }
            // Fewer than the statement asks for. `collection` may have been read before this snapshot.
            if rows.count < 512 { return (page.changes, max(position, collection.modseq), true) }
        }
    }

    /// A row of the log.
    private struct Line {
        var modseq: ModSeq
        var name: String
        var isRemoval: Bool
        var bearer: Int64
        /// Whose change it is; nil: everybody's.
        var principal: PrincipalID?

        var isOfMember: Bool { bearer == Bearer.member || bearer == Bearer.privateMember }
    }

    /// What a row of the log has to tell; nil where a later row tells it.
    ///
    /// The last row of a name always tells what the name is now: of a member by its modseq, of a collection because
    /// each of its rows does (nothing in its row says which one is the latest), of a removal because nothing is there.
    private static func state(
        _ tx: borrowing ReadTransaction, _ collection: Collection, _ row: Line, _ ahead: MembersAhead?, tellsMounts: Bool,
        hidesPrivate: Bool, asker: PrincipalID
    ) throws -> Change.State? {
        if let principal = row.principal, principal != asker { return nil }
        if row.bearer == Bearer.privateMember, hidesPrivate { return nil }
        if !row.isOfMember {
            if row.bearer == Bearer.mount, !tellsMounts { return nil }
            if let child = try Collections.child(tx, of: collection.id, name: row.name) { return .collection(child) }
            if tellsMounts, collection.parentID == nil, let mount = try Mounts.find(tx, in: collection.id, name: row.name) {
                return .mount(mount)
            }
            return row.isRemoval ? .removed(isCollection: true) : nil
        }
        if let member = try ahead.map({ $0.find(row.name)?.member }) ?? Members.find(tx, in: collection.id, name: row.name) {
            if member.modseq == row.modseq || row.principal != nil { return .member(member) }
            // The latest row may be one of which only the owner is told.
            if try asker != collection.owner && isPersonal(tx, member) { return .member(member) }
            // The later rows of one that became private are not told.
            let isHidden = try hidesPrivate && IndexRows.isHidden(tx, in: collection.id, name: row.name)
            return isHidden ? .removed(isCollection: false) : nil
        }
        return row.isRemoval || hidesPrivate ? .removed(isCollection: false) : nil
    }

    /// Whether only its owner is told of a member's latest change.
    private static func isPersonal(_ tx: borrowing ReadTransaction, _ member: Member) throws -> Bool {
        try tx.first(
            "SELECT principal_id FROM change WHERE collection_id = $1 AND modseq = $2",
            [.integer(member.collectionID.rawValue), .integer(member.modseq.rawValue)]) { !$0.isNull(0) } ?? false
    }

    /// Whether the first change after `since` was made before a time. What is later in the log was made later.
    package static func begins(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after since: ModSeq, before time: Milliseconds
    ) throws -> Bool {
        let first = try tx.first(
            "SELECT at FROM change WHERE collection_id = $1 AND modseq > $2 ORDER BY modseq LIMIT 1",
            [.integer(collection.rawValue), .integer(since.rawValue)]) { $0.integer(0) }
        return first.map { $0 < time } ?? false
    }

    /// Whether the log has the row of a member's latest change.
    static func hasRow(_ tx: borrowing ReadTransaction, of member: Member) throws -> Bool {
        try tx.first(
            """
            SELECT 1 FROM change
            WHERE collection_id = $1 AND modseq = $2 AND name = $3 AND is_removal = 0 AND is_collection IN (0, 3)
            """, [.integer(member.collectionID.rawValue), .integer(member.modseq.rawValue), .text(member.name)]
        ) { _ in
            true
        } ?? false
    }

    /// How many rows there are after the floor, and the last one's modseq.
    static func extent(_ tx: borrowing ReadTransaction, of collection: Collection) throws -> (rows: Int64, last: Int64)
    {
        try tx.first(
            "SELECT COUNT(*), MAX(modseq) FROM change WHERE collection_id = $1 AND modseq > $2",
            [.integer(collection.id.rawValue), .integer(collection.logFloor.rawValue)]
        ) {
            ($0.integer(0), $0.integer(1))
        } ?? (0, 0)
    }

    /// Forgets the changes that were made before `horizon`, and raises the floors of the collections concerned. At most
    /// `limit` rows at a time; the count of those that went.
    package static func forget(_ tx: borrowing WriteTransaction, before horizon: Milliseconds, limit: Int) throws -> Int
    {
        let rows = try tx.read.all(
            """
            SELECT collection_id, modseq FROM change WHERE at < $1 ORDER BY collection_id, modseq LIMIT $2
            """, [.integer(horizon), .integer(Int64(limit))]
        ) { ($0.integer(0), $0.integer(1)) }
        var floors: [Int64: Int64] = [:]
        for (collection, modseq) in rows { floors[collection] = max(floors[collection] ?? 0, modseq) }
        for (collection, floor) in floors.sorted(by: { $0.key < $1.key }) {
            try tx.execute(
                "UPDATE collection SET log_floor = $2 WHERE id = $1 AND log_floor < $2",
                [.integer(collection), .integer(floor)])
            try tx.execute(
                "DELETE FROM change WHERE collection_id = $1 AND modseq <= $2",
                [.integer(collection), .integer(floor)])
        }
        return rows.count
    }
}
