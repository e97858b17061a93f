package import Database
package import Directory

/// Finds, makes, moves and removes collections.
package enum Collections {
    /// How many collections may stand in each other, the home counted.
    package static let maximumDepth = 64

    // MARK: Finding

    package static func home(_ tx: borrowing ReadTransaction, of owner: PrincipalID, kind: CollectionKind) throws -> Collection? {
        try tx.first("""
            SELECT id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components, member_count, created, modified
            FROM collection WHERE owner_id = $1 AND kind = $2 AND parent_id IS NULL AND trashed IS NULL
            """, [.integer(owner.rawValue), .text(kind.rawValue)], row: read)
    }

    package static func find(_ tx: borrowing ReadTransaction, _ id: CollectionID) throws -> Collection? {
        try tx.first("""
            SELECT id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components, member_count, created, modified
            FROM collection WHERE id = $1 AND trashed IS NULL
            """, [.integer(id.rawValue)], row: read)
    }

    package static func child(_ tx: borrowing ReadTransaction, of parent: CollectionID, name: String) throws -> Collection? {
        try tx.first("""
            SELECT id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components, member_count, created, modified
            FROM collection WHERE parent_id = $1 AND name = $2 AND trashed IS NULL
            """, [.integer(parent.rawValue), .text(name)], row: read)
    }

    /// The collections in `parent`, by name.
    package static func children(_ tx: borrowing ReadTransaction, of parent: CollectionID) throws -> [Collection] {
        try tx.all("""
            SELECT id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components, member_count, created, modified
            FROM collection WHERE parent_id = $1 AND trashed IS NULL ORDER BY name
            """, [.integer(parent.rawValue)], row: read)
    }

    /// `top` and all collections below it, each after its parent.
    package static func subtree(_ tx: borrowing ReadTransaction, of top: Collection) throws -> [Collection] {
        var found = [top]
        var next = 0
        while next < found.count {
            found += try children(tx, of: found[next].id)
            next += 1
        }
        return found
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
            memberCount: Int(row.integer(9)), created: row.integer(10), modified: row.integer(11))
    }

    // MARK: Making

    /// Makes a user's home of `kind`, or gives the one that is there.
    @discardableResult
    package static func makeHome(
        _ tx: borrowing WriteTransaction, of owner: PrincipalID, kind: CollectionKind, now: Milliseconds
    ) throws -> Collection {
        if let home = try home(tx.read, of: owner, kind: kind) { return home }
        return try insert(tx, parent: nil, owner: owner, kind: kind, name: kind.rawValue, components: nil, now: now)
    }

    /// Makes a collection in `parent`. Throws `StoreRefusal` nameTaken, kindNotAllowed, invalidName or tooDeep.
    package static func make(
        _ tx: borrowing WriteTransaction, in parent: Collection, name: String, kind: CollectionKind,
        components: [String]? = nil, now: Milliseconds
    ) throws -> Collection {
        try checkPlace(tx.read, parent: parent, name: name, kind: kind)
        if try depth(tx.read, of: parent) >= maximumDepth { throw StoreRefusal.tooDeep }
        try ChangeLog.record(tx, in: parent.id, name: name, isRemoval: false, isCollection: true, memberDelta: 0, now: now)
        return try insert(
            tx, parent: parent.id, owner: parent.owner, kind: kind, name: name, components: components, now: now)
    }

    private static func checkPlace(
        _ tx: borrowing ReadTransaction, parent: Collection, name: String, kind: CollectionKind
    ) throws {
        try MemberName.check(name)
        guard parent.kind.childKinds.contains(kind) else { throw StoreRefusal.kindNotAllowed }
        if try child(tx, of: parent.id, name: name) != nil { throw StoreRefusal.nameTaken }
        if try Members.find(tx, in: parent.id, name: name) != nil { throw StoreRefusal.nameTaken }
    }

    private static func insert(
        _ tx: borrowing WriteTransaction, parent: CollectionID?, owner: PrincipalID, kind: CollectionKind, name: String,
        components: [String]?, now: Milliseconds
    ) throws -> Collection {
        let made = Collection(
            id: CollectionID(rawValue: try tx.nextID(.node)), parentID: parent, owner: owner, kind: kind, name: name,
            modseq: .zero, logFloor: .zero, epoch: try tx.nextID(.epoch), components: components, memberCount: 0,
            created: now, modified: now)
        try tx.execute("""
            INSERT INTO collection (id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components, created, modified)
            VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $7, $8, $8)
            """, [
                .integer(made.id.rawValue), Value(parent?.rawValue), .integer(owner.rawValue), .text(kind.rawValue),
                .text(name), .integer(made.epoch), Value(components?.joined(separator: " ")), .integer(now),
            ])
        return made
    }

    private static func depth(_ tx: borrowing ReadTransaction, of collection: Collection) throws -> Int {
        var depth = 1
        var current = collection
        while let id = current.parentID, let parent = try find(tx, id) {
            depth += 1
            current = parent
        }
        return depth
    }

    // MARK: Changing

    /// Records that properties of `collection` changed: in its own log's position, and in its parent's log.
    package static func propertiesChanged(
        _ tx: borrowing WriteTransaction, of collection: Collection, now: Milliseconds
    ) throws {
        guard let parent = collection.parentID else { return }
        try ChangeLog.record(
            tx, in: parent, name: collection.name, isRemoval: false, isCollection: true, memberDelta: 0, now: now)
    }

    package static func setComponents(
        _ tx: borrowing WriteTransaction, of collection: Collection, to components: [String]?
    ) throws {
        try tx.execute("UPDATE collection SET components = $2 WHERE id = $1",
                       [.integer(collection.id.rawValue), Value(components?.joined(separator: " "))])
    }

    /// Moves a collection with all that is in it. Throws `StoreRefusal`. A home cannot be moved.
    package static func move(
        _ tx: borrowing WriteTransaction, _ collection: Collection, to parent: Collection, name: String, now: Milliseconds
    ) throws {
        guard let oldParent = collection.parentID else { throw StoreRefusal.kindNotAllowed }
        try checkPlace(tx.read, parent: parent, name: name, kind: collection.kind)
        if try isInside(tx.read, parent, collection) { throw StoreRefusal.intoItself }
        let tree = try subtree(tx.read, of: collection)
        if try depth(tx.read, of: parent) + tree.count > maximumDepth, // cheap bound first, exact one only past it
            try depth(tx.read, of: parent) + height(of: tree) > maximumDepth { throw StoreRefusal.tooDeep }
        try ChangeLog.record(
            tx, in: oldParent, name: collection.name, isRemoval: true, isCollection: true, memberDelta: 0, now: now)
        try ChangeLog.record(
            tx, in: parent.id, name: name, isRemoval: false, isCollection: true, memberDelta: 0, now: now)
        try Locks.removeAll(tx, in: tree.map(\.id))
        try tx.execute("UPDATE collection SET parent_id = $2, name = $3, modified = $4 WHERE id = $1", [
            .integer(collection.id.rawValue), .integer(parent.id.rawValue), .text(name), .integer(now),
        ])
        if parent.owner != collection.owner {
            for part in tree {
                let bytes = try Members.totalSize(tx.read, in: part.id)
                try Quota.take(tx, bytes, of: parent.owner)
                try Quota.release(tx, bytes, of: collection.owner)
                try tx.execute("UPDATE collection SET owner_id = $2 WHERE id = $1",
                               [.integer(part.id.rawValue), .integer(parent.owner.rawValue)])
            }
        }
    }

    private static func height(of tree: [Collection]) -> Int {
        var depths: [CollectionID: Int] = [:]
        for part in tree { depths[part.id] = (part.parentID.flatMap { depths[$0] } ?? 0) + 1 }
        return depths.values.max() ?? 1
    }

    /// Whether `inner` is `outer` or below it.
    package static func isInside(
        _ tx: borrowing ReadTransaction, _ inner: Collection, _ outer: Collection
    ) throws -> Bool {
        var current = inner
        while true {
            if current.id == outer.id { return true }
            guard let id = current.parentID, let parent = try find(tx, id) else { return false }
            current = parent
        }
    }

    /// Copies a collection: its properties, and with `deeply` all that is in it; its locks never (RFC 4918 §7.6).
    /// Throws `StoreRefusal`.
    package static func copy(
        _ tx: borrowing WriteTransaction, _ collection: Collection, to parent: Collection, name: String, deeply: Bool,
        now: Milliseconds
    ) throws {
        if deeply, try isInside(tx.read, parent, collection) { throw StoreRefusal.intoItself }
        let made = try make(
            tx, in: parent, name: name, kind: collection.kind, components: collection.components, now: now)
        try DeadProperties.copy(tx, from: collection.id, nil, to: made.id, nil)
        guard deeply else { return }
        for member in try Members.all(tx.read, in: collection.id) {
            try Members.copy(tx, member, to: made, name: member.name, now: now)
        }
        for child in try children(tx.read, of: collection.id) {
            try copy(tx, child, to: made, name: child.name, deeply: true, now: now)
        }
    }

    /// Moves a collection with all that is in it to the trash. A home cannot be removed.
    package static func remove(_ tx: borrowing WriteTransaction, _ collection: Collection, now: Milliseconds) throws {
        guard let parent = collection.parentID else { throw StoreRefusal.kindNotAllowed }
        try ChangeLog.record(
            tx, in: parent, name: collection.name, isRemoval: true, isCollection: true, memberDelta: 0, now: now)
        let tree = try subtree(tx.read, of: collection)
        try Locks.removeAll(tx, in: tree.map(\.id))
        for part in tree { try Quota.release(tx, try Members.totalSize(tx.read, in: part.id), of: part.owner) }
        try tx.execute("UPDATE collection SET trashed = $2 WHERE id = $1",
                       [.integer(collection.id.rawValue), .integer(now)])
    }
}
