package import Database
package import Directory

/// Finds, makes, moves and removes collections.
package enum Collections {
    /// How many collections may stand in each other, the home counted.
    package static let maximumDepth = 64

    // MARK: Finding

    package static func home(_ tx: borrowing ReadTransaction, of owner: PrincipalID, kind: CollectionKind) throws
        -> Collection?
    {
        try tx.first(
            """
            SELECT id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components,
                member_count, created, modified, origin, visible_past, visible_future
            FROM collection WHERE owner_id = $1 AND kind = $2 AND parent_id IS NULL AND trashed IS NULL
            """, [.integer(owner.rawValue), .text(kind.rawValue)], row: read)
    }

    /// A home, and the collection of a name in it: what most requests begin with, in one statement.
    ///
    /// - Parameters:
    ///   - member: the name of one in that, which is looked for as well where each statement is a journey.
    ///   - withBytes: whether its bytes will be asked for too.
    package static func home(
        _ tx: borrowing ReadTransaction, of owner: PrincipalID, kind: CollectionKind, child name: String, member: String?,
        withBytes: Bool = false
    ) throws -> (home: Collection, child: Collection?, member: Found)? {
        guard tx.isRemote, let member else { return try home(tx, of: owner, kind: kind, child: name).map { ($0, $1, .notAsked) } }
        let parameters: [Value] = [.integer(owner.rawValue), .text(kind.rawValue), .text(name), .text(member)]
        let sql = withBytes ? wholeMemberByPath : memberByPath
        tx.foresee(sql, parameters)
        guard let (home, child) = try home(tx, of: owner, kind: kind, child: name) else { return nil }
        if child == nil { return (home, child, .asked(nil, nil)) }
        let found = try tx.first(sql, parameters) { (try Members.read($0), withBytes ? Blobs.body(in: $0, at: 13) : nil) }
        return (home, child, .asked(found?.0, found?.1))
    }

    /// A member that may have been looked for already, and its bytes, where these were asked for too.
    package enum Found {
        case notAsked
        case asked(Member?, Blobs.Body?)
    }

    private static let memberByPath: StaticString = """
        SELECT collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id, created, modified, attached_bytes
        FROM member WHERE name = $4 AND collection_id = (
            SELECT id FROM collection WHERE name = $3 AND trashed IS NULL AND parent_id = (
                SELECT id FROM collection WHERE owner_id = $1 AND kind = $2 AND parent_id IS NULL AND trashed IS NULL))
        """

    private static let wholeMemberByPath: StaticString = """
        SELECT m.collection_id, m.name, m.id, m.etag, m.size, m.modseq, m.component, m.uid, m.content_type, m.blob_id, m.created,
            m.modified, m.attached_bytes, b.data, b.file
        FROM member m LEFT JOIN blob b ON b.id = m.blob_id WHERE m.name = $4 AND m.collection_id = (
            SELECT id FROM collection WHERE name = $3 AND trashed IS NULL AND parent_id = (
                SELECT id FROM collection WHERE owner_id = $1 AND kind = $2 AND parent_id IS NULL AND trashed IS NULL))
        """

    /// The same of the two alone.
    package static func home(
        _ tx: borrowing ReadTransaction, of owner: PrincipalID, kind: CollectionKind, child name: String
    ) throws -> (home: Collection, child: Collection?)? {
        let found = try tx.all(
            """
            SELECT id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components,
                member_count, created, modified, origin, visible_past, visible_future
            FROM collection WHERE owner_id = $1 AND kind = $2 AND parent_id IS NULL AND trashed IS NULL
            UNION ALL
            SELECT id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components,
                member_count, created, modified, origin, visible_past, visible_future
            FROM collection WHERE name = $3 AND trashed IS NULL AND parent_id = (
                SELECT id FROM collection WHERE owner_id = $1 AND kind = $2 AND parent_id IS NULL AND trashed IS NULL)
            """, [.integer(owner.rawValue), .text(kind.rawValue), .text(name)], row: read)
        guard let home = found.first(where: { $0.parentID == nil }) else { return nil }
        return (home, found.first { $0.parentID != nil })
    }

    package static func find(_ tx: borrowing ReadTransaction, _ id: CollectionID) throws -> Collection? {
        try tx.first(
            """
            SELECT id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components,
                member_count, created, modified, origin, visible_past, visible_future
            FROM collection WHERE id = $1 AND trashed IS NULL
            """, [.integer(id.rawValue)], row: read)
    }

    package static func child(_ tx: borrowing ReadTransaction, of parent: CollectionID, name: String) throws
        -> Collection?
    {
        try tx.first(
            """
            SELECT id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components,
                member_count, created, modified, origin, visible_past, visible_future
            FROM collection WHERE parent_id = $1 AND name = $2 AND trashed IS NULL
            """, [.integer(parent.rawValue), .text(name)], row: read)
    }

    /// The collections after `id` in the order of their ids, also those in the trash.
    static func page(_ tx: borrowing ReadTransaction, after id: CollectionID, limit: Int) throws -> [Collection] {
        try tx.all(
            """
            SELECT id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components,
                member_count, created, modified, origin, visible_past, visible_future
            FROM collection WHERE id > $1 ORDER BY id LIMIT $2
            """, [.integer(id.rawValue), .integer(Int64(limit))], row: read)
    }

    /// The collection with this id, also where it is in the trash.
    static func findWithTrash(_ tx: borrowing ReadTransaction, _ id: CollectionID) throws -> Collection? {
        try tx.first(
            """
            SELECT id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components,
                member_count, created, modified, origin, visible_past, visible_future
            FROM collection WHERE id = $1
            """, [.integer(id.rawValue)], row: read)
    }

    /// The collections in `parent`, by name.
    package static func children(_ tx: borrowing ReadTransaction, of parent: CollectionID) throws -> [Collection] {
        try tx.all(
            """
            SELECT id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components,
                member_count, created, modified, origin, visible_past, visible_future
            FROM collection WHERE parent_id = $1 AND trashed IS NULL ORDER BY name
            """, [.integer(parent.rawValue)], row: read)
    }

    /// `top` and all collections below it, each after its parent.
    package static func subtree(_ tx: borrowing ReadTransaction, of top: Collection) throws -> [Collection] {
        var found = [top]
        var next = 0
        while next < found.count {
            let children = try children(tx, of: found[next].id)
            // Only damaged rows stand in a circle; it would never end.
            if children.contains(where: { $0.id == top.id }) {
                throw Failure(.damaged, "collection \(top.id.rawValue) is below itself")
            }
            found += children
            next += 1
        }
        return found
    }

    /// As `subtree`, with what is in the trash but stood in it, and what is below that.
    static func subtreeWithTrash(_ tx: borrowing ReadTransaction, of top: Collection) throws -> [Collection] {
        let trashed = try Trash.collections(tx, of: top.owner).map(\.collection).filter { $0.id != top.id }
        var found = try subtree(tx, of: top)
        var next = 0
        while next < found.count {
            for part in trashed where part.parentID == found[next].id { found += try subtree(tx, of: part) }
            next += 1
        }
        return found
    }

    /// `collection` and those that it stands in, up to its home, or up to one that `find` does not find: that is in the trash.
    package static func path(
        _ tx: borrowing ReadTransaction, of collection: Collection,
        find: (borrowing ReadTransaction, CollectionID) throws -> Collection? = Collections.find
    ) throws -> [Collection] {
        var path = [collection]
        var current = collection
        while let id = current.parentID, let parent = try find(tx, id) {
            // Only damaged rows stand in a circle; it would never end.
            if path.count > 2 * maximumDepth {
                throw Failure(.damaged, "collection \(collection.id.rawValue) is too deep to have a home")
            }
            path.append(parent)
            current = parent
        }
        return path
    }

    /// `collection` and those that it stands in; nil where one of them is in the trash.
    package static func reachedBy(_ tx: borrowing ReadTransaction, _ collection: Collection) throws -> [CollectionID]? {
        // A calendar or a book stands in a home, and a home is in no trash.
        if collection.kind == .calendar || collection.kind == .book, let home = collection.parentID {
            return [collection.id, home]
        }
        let path = try path(tx, of: collection)
        return path.last?.parentID == nil ? path.map(\.id) : nil
    }

    /// Whether neither `collection` nor anything that it stands in is in the trash.
    static func isReachable(_ tx: borrowing ReadTransaction, _ collection: Collection) throws -> Bool {
        guard try find(tx, collection.id) != nil else { return false }
        return try path(tx, of: collection).last?.parentID == nil
    }

    static func read(_ row: borrowing Row) throws -> Collection {
        guard let kind = CollectionKind(rawValue: row.text(3)) else {
            throw Failure(.damaged, "collection \(row.integer(0)) is of an unknown kind")
        }
        return Collection(
            id: CollectionID(rawValue: row.integer(0)),
            parentID: row.optionalInteger(1).map(CollectionID.init(rawValue:)),
            owner: PrincipalID(rawValue: row.integer(2)), kind: kind, name: row.text(4),
            modseq: ModSeq(rawValue: row.integer(5)), logFloor: ModSeq(rawValue: row.integer(6)), epoch: row.integer(7),
            components: row.optionalText(8).map { $0.split(separator: " ").map(String.init) },
            memberCount: Int(row.integer(9)), created: row.integer(10), modified: row.integer(11),
            origin: try origin(row),
            visibleRange: VisibleRange.read(past: row.optionalInteger(13), future: row.optionalInteger(14)))
    }

    private static func origin(_ row: borrowing Row) throws -> CollectionOrigin? {
        guard let text = row.optionalText(12) else { return nil }
        guard let origin = CollectionOrigin(rawValue: text) else {
            throw Failure(.damaged, "collection \(row.integer(0)) is of an unknown origin")
        }
        return origin
    }

    // MARK: Making

    /// Makes a user's home of `kind`, or gives the one that is there.
    @discardableResult
    package static func makeHome(
        _ tx: borrowing WriteTransaction, of owner: PrincipalID, kind: CollectionKind, now: Milliseconds
    ) throws -> Collection {
        if let home = try home(tx.read, of: owner, kind: kind) { return home }
        return try insert(tx, parent: nil, owner: owner, kind: kind, name: kind.rawValue, components: nil, origin: nil, now: now)
    }

    /// Makes a collection in `parent`. Throws `StoreRefusal` nameTaken, kindNotAllowed, invalidName or tooDeep.
    package static func make(
        _ tx: borrowing WriteTransaction, in parent: Collection, name: String, kind: CollectionKind,
        components: [String]? = nil, origin: CollectionOrigin? = nil, now: Milliseconds
    ) throws -> Collection {
        try checkPlace(tx.read, parent: parent, name: name, kind: kind)
        try checkDepth(tx.read, of: parent, with: 1)
        try ChangeLog.record(
            tx, in: parent.id, name: name, isRemoval: false, isCollection: true, memberDelta: 0, now: now)
        return try insert(
            tx, parent: parent.id, owner: parent.owner, kind: kind, name: name, components: components, origin: origin,
            now: now)
    }

    private static func checkPlace(
        _ tx: borrowing ReadTransaction, parent: Collection, name: String, kind: CollectionKind
    ) throws {
        try MemberName.check(name)
        guard parent.kind.childKinds.contains(kind) else { throw StoreRefusal.kindNotAllowed }
        if try isTaken(tx, name, in: parent) { throw StoreRefusal.nameTaken }
        if try Members.find(tx, in: parent.id, name: name) != nil { throw StoreRefusal.nameTaken }
    }

    /// Whether a collection that is in `parent` has the name, or in a home one of another's.
    static func isTaken(_ tx: borrowing ReadTransaction, _ name: String, in parent: Collection) throws -> Bool {
        if try !parent.kind.childKinds.isEmpty && child(tx, of: parent.id, name: name) != nil { return true }
        return try parent.parentID == nil && Mounts.hasName(tx, in: parent.id, name)
    }

    private static func insert(
        _ tx: borrowing WriteTransaction, parent: CollectionID?, owner: PrincipalID, kind: CollectionKind, name: String,
        components: [String]?, origin: CollectionOrigin?, now: Milliseconds
    ) throws -> Collection {
        let made = Collection(
            id: CollectionID(rawValue: try tx.nextID(.node)), parentID: parent, owner: owner, kind: kind, name: name,
            modseq: .zero, logFloor: .zero, epoch: try tx.nextID(.epoch), components: components, memberCount: 0,
            created: now, modified: now, origin: origin)
        try tx.execute(
            """
            INSERT INTO collection (id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components,
                created, modified, origin)
            VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $7, $8, $8, $9)
            """,
            [
                .integer(made.id.rawValue), Value(parent?.rawValue), .integer(owner.rawValue), .text(kind.rawValue),
                .text(name), .integer(made.epoch), Value(components?.joined(separator: " ")), .integer(now),
                Value(origin?.rawValue),
            ])
        return made
    }

    /// Throws `StoreRefusal.tooDeep` where `parent` has no room below it for so many collections in each other.
    static func checkDepth(_ tx: borrowing ReadTransaction, of parent: Collection, with height: Int) throws {
        if try path(tx, of: parent).count + height > maximumDepth { throw StoreRefusal.tooDeep }
    }

    // MARK: Changing

    /// Records that properties of `collection` changed, in its parent's log. A home's are in nobody's log.
    package static func propertiesChanged(
        _ tx: borrowing WriteTransaction, of collection: Collection, now: Milliseconds
    ) throws {
        guard let parent = collection.parentID else { return }
        try Mounts.sharedPropertiesChanged(tx, of: collection.id)
        try ChangeLog.record(
            tx, in: parent, name: collection.name, isRemoval: false, isCollection: true, memberDelta: 0, now: now)
    }

    /// Makes the sync tokens of a calendar that shows a window invalid: what is in sight may have changed without a write, as
    /// what is found in stored objects is made anew.
    static func renewEpoch(_ tx: borrowing WriteTransaction, ofWindowed collection: CollectionID) throws {
        try tx.execute(
            """
            UPDATE collection SET epoch = $2
            WHERE id = $1 AND (visible_past IS NOT NULL OR visible_future IS NOT NULL)
            """, [.integer(collection.rawValue), .integer(try tx.nextID(.epoch))])
    }

    /// The same for all of them.
    static func renewEpochsOfWindowed(_ tx: borrowing WriteTransaction) throws {
        let ids = try tx.read.all(
            "SELECT id FROM collection WHERE visible_past IS NOT NULL OR visible_future IS NOT NULL ORDER BY id"
        ) { CollectionID(rawValue: $0.integer(0)) }
        for id in ids { try renewEpoch(tx, ofWindowed: id) }
    }

    package static func setComponents(
        _ tx: borrowing WriteTransaction, of collection: Collection, to components: [String]?
    ) throws {
        try tx.execute(
            "UPDATE collection SET components = $2 WHERE id = $1",
            [.integer(collection.id.rawValue), Value(components?.joined(separator: " "))])
    }

    /// Who has the collection in their homes looks anew.
    package static func setOrigin(
        _ tx: borrowing WriteTransaction, of collection: CollectionID, to origin: CollectionOrigin
    ) throws {
        try tx.execute(
            "UPDATE collection SET origin = $2 WHERE id = $1", [.integer(collection.rawValue), .text(origin.rawValue)])
        try RightsGeneration.advance(tx)
    }

    /// Moves a collection with all that is in it. Throws `StoreRefusal`. A home cannot be moved.
    package static func move(
        _ tx: borrowing WriteTransaction, _ collection: Collection, to parent: Collection, name: String,
        now: Milliseconds
    ) throws {
        guard let oldParent = collection.parentID else { throw StoreRefusal.kindNotAllowed }
        try checkPlace(tx.read, parent: parent, name: name, kind: collection.kind)
        if try isInside(tx.read, parent, collection) { throw StoreRefusal.intoItself }
        let tree = try subtree(tx.read, of: collection)
        try checkDepth(tx.read, of: parent, with: height(of: tree))
        if parent.owner != collection.owner { try hand(tx, collection, tree, to: parent.owner) }
        try ChangeLog.record(
            tx, in: oldParent, name: collection.name, isRemoval: true, isCollection: true, memberDelta: 0, now: now)
        try ChangeLog.record(
            tx, in: parent.id, name: name, isRemoval: false, isCollection: true, memberDelta: 0, now: now)
        try removeLocks(tx, of: tree)
        try Grants.placesChanged(tx, of: tree)
        try tx.execute(
            "UPDATE collection SET parent_id = $2, name = $3, modified = $4 WHERE id = $1",
            [
                .integer(collection.id.rawValue), .integer(parent.id.rawValue), .text(name), .integer(now),
            ])
    }

    /// Makes `owner` the owner of a collection with all that is in it, and of what was deleted from it.
    private static func hand(
        _ tx: borrowing WriteTransaction, _ collection: Collection, _ tree: [Collection], to owner: PrincipalID
    ) throws {
        let bytes = try totalSize(tx.read, of: tree)
        try Quota.take(tx, bytes, of: owner)
        try Quota.release(tx, bytes, of: collection.owner)
        for part in try subtreeWithTrash(tx.read, of: collection) {
            // What its owner granted, another need not grant.
            try Grants.removeAll(tx, on: part.id)
            try tx.execute(
                "UPDATE collection SET owner_id = $2 WHERE id = $1",
                [.integer(part.id.rawValue), .integer(owner.rawValue)])
            try tx.execute(
                "UPDATE trash SET owner_id = $2 WHERE collection_id = $1",
                [.integer(part.id.rawValue), .integer(owner.rawValue)])
        }
    }

    /// What all these and their members take of the quota.
    static func totalSize(_ tx: borrowing ReadTransaction, of tree: [Collection]) throws -> Int {
        var bytes = 0
        for part in tree { bytes &+= try Members.totalSize(tx, in: part.id) &+ DeadProperties.charge(tx, in: part.id) }
        return bytes
    }

    /// RFC 4918 §9.6 and §7.6: what is deleted or moved leaves its locks behind.
    private static func removeLocks(_ tx: borrowing WriteTransaction, of tree: [Collection]) throws {
        try Locks.removeAll(tx, in: tree.map(\.id))
        // One that was taken on the name before there was a collection.
        if let top = tree.first, let parent = top.parentID { try Locks.removeAll(tx, at: parent, top.name) }
    }

    /// How many of a tree, which has each after its parent, stand in each other.
    static func height(of tree: [Collection]) -> Int {
        var depths: [CollectionID: Int] = [:]
        for part in tree { depths[part.id] = (part.parentID.flatMap { depths[$0] } ?? 0) + 1 }
        return depths.values.max() ?? 1
    }

    /// Whether `inner` is `outer` or below it.
    package static func isInside(
        _ tx: borrowing ReadTransaction, _ inner: Collection, _ outer: Collection
    ) throws -> Bool {
        try path(tx, of: inner).contains { $0.id == outer.id }
    }

    /// Copies a collection: its properties, and with `deeply` all that is in it; its locks never (RFC 4918 §7.6).
    /// `visibility` leaves out what is private where it does not show that, and `copyMember` copies what is in a calendar as it is seen.
    /// Throws `StoreRefusal`.
    @discardableResult
    package static func copy(
        _ tx: borrowing WriteTransaction, _ collection: Collection, to parent: Collection, name: String, deeply: Bool,
        shownBy visibility: Visibility? = nil, now: Milliseconds, copyMember: MemberCopy? = nil
    ) throws -> Collection {
        try checkPlace(tx.read, parent: parent, name: name, kind: collection.kind)
        if deeply {
            if try isInside(tx.read, parent, collection) { throw StoreRefusal.intoItself }
            let tree = try subtree(tx.read, of: collection)
            try checkDepth(tx.read, of: parent, with: height(of: tree))
            try Quota.check(tx.read, try totalSize(tx.read, of: tree), of: parent.owner)
        }
        return try copyChecked(
            tx, collection, to: parent, name: name, deeply: deeply,
            shownBy: visibility?.hidesPrivate == true || visibility?.asker != nil ? visibility : nil, now: now, copyMember: copyMember)
    }

    @discardableResult
    private static func copyChecked(
        _ tx: borrowing WriteTransaction, _ collection: Collection, to parent: Collection, name: String, deeply: Bool,
        shownBy visibility: Visibility? = nil, now: Milliseconds, copyMember: MemberCopy? = nil
    ) throws -> Collection {
        let made = try make(
            tx, in: parent, name: name, kind: collection.kind, components: collection.components, now: now)
        try Quota.take(tx, try DeadProperties.copy(tx, from: collection.id, nil, to: made.id, nil), of: made.owner)
        if let range = collection.visibleRange { try VisibleRange.set(tx, of: made, to: range) }
        guard deeply else { return made }
        var last: String?
        while true {
            let page = try Members.page(tx.read, in: collection.id, after: last, limit: 256, shownBy: visibility)
            if page.isEmpty { break }
            try ChangeBatch.run(tx, in: made, now: now) { batch in
                for member in page where !member.isMasked {
                    if let copyMember, made.kind == .calendar {
                        try copyMember(tx, member, made, batch)
                    } else {
                        try Members.copy(tx, member, to: made, name: member.name, with: batch, now: now)
                    }
                }
            }
            last = page.last?.name
        }
        for child in try children(tx.read, of: collection.id) {
            try copyChecked(tx, child, to: made, name: child.name, deeply: true, now: now, copyMember: copyMember)
        }
        return made
    }

    /// Moves a collection with all that is in it to the trash. A home cannot be removed.
    package static func remove(_ tx: borrowing WriteTransaction, _ collection: Collection, now: Milliseconds) throws {
        guard let parent = collection.parentID else { throw StoreRefusal.kindNotAllowed }
        try ChangeLog.record(
            tx, in: parent, name: collection.name, isRemoval: true, isCollection: true, memberDelta: 0, now: now)
        let tree = try subtree(tx.read, of: collection)
        try removeLocks(tx, of: tree)
        try Grants.placesChanged(tx, of: tree)
        try Quota.release(tx, try totalSize(tx.read, of: tree), of: collection.owner)
        try tx.execute(
            "UPDATE collection SET trashed = $2 WHERE id = $1",
            [.integer(collection.id.rawValue), .integer(now)])
    }
}
