package import Database
package import Directory

/// What was deleted, until it is restored or its time is over.
package enum Trash {
    package struct Item: Sendable, Equatable {
        package enum Kind: Sendable, Equatable {
            case member(collection: CollectionID)
            case collection(CollectionKind)
        }

        /// The node id that it had.
        package var id: Int64
        package var kind: Kind
        /// The names of the collections in which it stood, from the home down, which is not named. Any of them may be in the trash
        /// as well.
        package var place: [String] = []
        package var name: String
        package var size: Int
        package var trashed: Milliseconds
    }

    static func keep(
        _ tx: borrowing WriteTransaction, _ member: Member, owner: PrincipalID, by principal: PrincipalID?,
        now: Milliseconds
    ) throws {
        try tx.execute(
            """
            INSERT INTO trash (id, collection_id, owner_id, name, etag, size, component, uid, content_type, blob_id,
                created, modified, trashed, trashed_by, attached_bytes)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            """,
            [
                .integer(member.id.rawValue), .integer(member.collectionID.rawValue), .integer(owner.rawValue),
                .text(member.name), .text(member.etag), .integer(Int64(member.size)), .text(member.component),
                Value(member.uid), Value(member.contentType), .integer(member.blobID), .integer(member.created),
                .integer(member.modified), .integer(now), Value(principal?.rawValue),
                Value(member.attachedSize.map(Int64.init)),
            ])
    }

    /// What a principal's trash holds, the latest first.
    package static func items(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> [Item] {
        var places: [CollectionID: [String]] = [:]
        var members = try tx.all(
            """
            SELECT id, collection_id, name, size, trashed FROM trash WHERE owner_id = $1
            """, [.integer(owner.rawValue)]
        ) {
            Item(
                id: $0.integer(0), kind: .member(collection: CollectionID(rawValue: $0.integer(1))), name: $0.text(2),
                size: Int($0.integer(3)), trashed: $0.integer(4))
        }
        for index in members.indices {
            guard case .member(let collection) = members[index].kind else { continue }
            members[index].place = try place(tx, collection, &places)
        }
        let collections = try collections(tx, of: owner).map {
            Item(
                id: $0.collection.id.rawValue, kind: .collection($0.collection.kind),
                place: try $0.collection.parentID.map { try place(tx, $0, &places) } ?? [], name: $0.collection.name, size: 0,
                trashed: $0.trashed)
        }
        return (members + collections).sorted { ($0.trashed, $0.id) > ($1.trashed, $1.id) }
    }

    /// The names from the home down to a collection.
    private static func place(
        _ tx: borrowing ReadTransaction, _ id: CollectionID, _ known: inout [CollectionID: [String]]
    ) throws -> [String] {
        if let place = known[id] { return place }
        let path = try Collections.findWithTrash(tx, id).map {
            try Collections.path(tx, of: $0, find: Collections.findWithTrash)
        }
        let names = path?.filter { $0.parentID != nil }.map(\.name).reversed() ?? []
        known[id] = names
        return names
    }

    /// The collections in a principal's trash, without those below them.
    static func collections(
        _ tx: borrowing ReadTransaction, of owner: PrincipalID
    ) throws -> [(collection: Collection, trashed: Milliseconds)] {
        try tx.all(
            """
            SELECT id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components,
                member_count, created, modified, origin, visible_past, visible_future, trashed
            FROM collection WHERE owner_id = $1 AND trashed IS NOT NULL
            """, [.integer(owner.rawValue)]
        ) { (try Collections.read($0), $0.integer(15)) }
    }

    /// Members in anybody's trash after `id`, in the order of their ids.
    static func page(_ tx: borrowing ReadTransaction, after id: Int64, limit: Int) throws -> [Member] {
        try tx.all(
            """
            SELECT collection_id, name, id, etag, size, 0, component, uid, content_type, blob_id, created, modified, attached_bytes
            FROM trash WHERE id > $1 ORDER BY id LIMIT $2
            """, [.integer(id), .integer(Int64(limit))], row: Members.read)
    }

    /// Brings an item back to where it was, under its name or, where that is taken, under one made from it. The name
    /// that it has now. Throws `StoreRefusal.notFound` where it is not in the trash or its place is gone (or in the
    /// trash itself), tooDeep, and the refusals of a put.
    ///
    /// What a member's bytes say is asked of `facts`: in the trash nothing is indexed.
    package static func restore(
        _ tx: borrowing WriteTransaction, _ id: Int64, of owner: PrincipalID, files: FileBlobStore, facts: ObjectFacts,
        now: Milliseconds
    ) throws -> String {
        if let item = try collections(tx.read, of: owner).first(where: { $0.collection.id.rawValue == id }) {
            return try restore(tx, item.collection, now: now)
        }
        let row = try tx.read.first(
            """
            SELECT collection_id, name, id, etag, size, 0, component, uid, content_type, blob_id, created, modified, attached_bytes
            FROM trash WHERE id = $1 AND owner_id = $2
            """, [.integer(id), .integer(owner.rawValue)], row: Members.read)
        guard let member = row, let collection = try Collections.find(tx.read, member.collectionID),
            try Collections.isReachable(tx.read, collection)
        else { throw StoreRefusal.notFound }
        let name = try freeName(tx.read, like: member.name, in: collection)
        var found = member.facts
        if !collection.kind.holdsFiles {
            let object = StoredObject(member: member, body: try Blobs.find(tx.read, member.blobID))
            if let truth = try object.truth(in: collection.kind, files: files, facts: facts)?.facts {
                found.index = truth.index
            }
        }
        try Members.put(
            tx, in: collection, name: name, existing: nil,
            content: MemberContent(place: .blob(member.blobID), size: member.size, etag: member.etag, facts: found),
            now: now)
        try tx.execute("DELETE FROM trash WHERE id = $1", [.integer(id)])
        try Blobs.release(tx, member.blobID, hasAttachments: member.attachedSize != nil)
        if collection.kind == .calendar, let restored = try Members.find(tx.read, in: collection.id, name: name) {
            try Overlays.move(tx, from: member.id, to: restored.id)
        }
        return name
    }

    /// Takes a member out of the trash that has come back in another way, as `made`; nothing where it is not there.
    static func forget(_ tx: borrowing WriteTransaction, _ member: MemberID, for made: MemberID, isInCalendar: Bool) throws {
        let found = try tx.read.first(
            "DELETE FROM trash WHERE id = $1 RETURNING blob_id, attached_bytes", [.integer(member.rawValue)]
        ) { (blob: $0.integer(0), hasAttachments: !$0.isNull(1)) }
        guard let found else { return }
        try Blobs.release(tx, found.blob, hasAttachments: found.hasAttachments)
        if isInCalendar { try Overlays.move(tx, from: member, to: made) }
    }

    @discardableResult
    static func restore(
        _ tx: borrowing WriteTransaction, _ collection: Collection, now: Milliseconds
    ) throws -> String {
        guard let parentID = collection.parentID, let parent = try Collections.find(tx.read, parentID),
            try Collections.isReachable(tx.read, parent)
        else { throw StoreRefusal.notFound }
        let name = try freeName(tx.read, like: collection.name, in: parent)
        let tree = try Collections.subtree(tx.read, of: collection)
        try Collections.checkDepth(tx.read, of: parent, with: Collections.height(of: tree))
        try Quota.take(tx, try Collections.totalSize(tx.read, of: tree), of: collection.owner)
        try Grants.placesChanged(tx, of: tree)
        try ChangeLog.record(
            tx, in: parentID, name: name, isRemoval: false, isCollection: true, memberDelta: 0, now: now)
        try tx.execute(
            "UPDATE collection SET trashed = NULL, name = $2, modified = $3 WHERE id = $1",
            [.integer(collection.id.rawValue), .text(name), .integer(now)])
        return name
    }

    /// `name`, or one made from it (`name-2`, `name-3`, ... before the ending) that nothing in the collection has.
    static func freeName(_ tx: borrowing ReadTransaction, like name: String, in collection: Collection) throws
        -> String
    {
        var stem = name
        var ending = ""
        if let dot = name.lastIndex(of: "."), dot != name.startIndex, name[dot...].utf8.count <= 32 {
            stem = String(name[..<dot])
            ending = String(name[dot...])
        }
        var candidate = name
        var number = 1
        while try Members.find(tx, in: collection.id, name: candidate) != nil
            || Collections.isTaken(tx, candidate, in: collection)
        {
            // In ever longer steps, so that it does not look at all of very many.
            number += number < 100 ? 1 : number
            let suffix = "-\(number)\(ending)"
            while stem.utf8.count > MemberName.maximumLength - suffix.utf8.count { stem.unicodeScalars.removeLast() }
            candidate = stem + suffix
        }
        return candidate
    }

    /// Removes for good what was deleted before `horizon`, at most `limit` items at a time; the count of those that
    /// went.
    package static func purge(_ tx: borrowing WriteTransaction, before horizon: Milliseconds, limit: Int) throws -> Int
    {
        let members = try tx.read.all(
            "SELECT id, blob_id, attached_bytes FROM trash WHERE trashed < $1 LIMIT $2",
            [.integer(horizon), .integer(Int64(limit))]
        ) { ($0.integer(0), $0.integer(1), !$0.isNull(2)) }
        for (id, blob, hasAttachments) in members {
            try Overlays.removeAll(tx, of: MemberID(rawValue: id))
            try Blobs.release(tx, blob, hasAttachments: hasAttachments)
            try tx.execute("DELETE FROM trash WHERE id = $1", [.integer(id)])
        }
        if members.count == limit { return limit }
        let collections = try tx.read.all(
            """
            SELECT id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components,
                member_count, created, modified, origin, visible_past, visible_future
            FROM collection WHERE trashed < $1 LIMIT $2
            """, [.integer(horizon), .integer(Int64(limit - members.count))], row: Collections.read)
        for collection in collections { try destroy(tx, Collections.subtreeWithTrash(tx.read, of: collection)) }
        return members.count + collections.count
    }

    /// Removes all that a principal owns, for good, without a trace in any log: the principal itself is about to go.
    package static func destroyAll(_ tx: borrowing WriteTransaction, of owner: PrincipalID) throws {
        // Not by the tree: a row that lost its parent goes too.
        let all = try tx.read.all(
            """
            SELECT id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components,
                member_count, created, modified, origin, visible_past, visible_future
            FROM collection WHERE owner_id = $1
            """, [.integer(owner.rawValue)], row: Collections.read)
        try destroy(tx, all)
        // What it has elsewhere.
        let rest = try tx.read.all(
            "SELECT id, blob_id, attached_bytes FROM trash WHERE owner_id = $1", [.integer(owner.rawValue)]
        ) { ($0.integer(0), $0.integer(1), !$0.isNull(2)) }
        for (id, blob, hasAttachments) in rest {
            try Overlays.removeAll(tx, of: MemberID(rawValue: id))
            try Blobs.release(tx, blob, hasAttachments: hasAttachments)
            try tx.execute("DELETE FROM trash WHERE id = $1", [.integer(id)])
        }
        try tx.execute(
            "DELETE FROM birthday_card WHERE book_id IN (SELECT book_id FROM birthday_book WHERE owner_id = $1)",
            [.integer(owner.rawValue)])
        try tx.execute("DELETE FROM birthday_book WHERE owner_id = $1", [.integer(owner.rawValue)])
        try tx.execute("DELETE FROM lock WHERE owner_id = $1", [.integer(owner.rawValue)])
        try Overlays.removeAll(tx, of: owner)
        try tx.execute("UPDATE principal SET used_bytes = 0 WHERE id = $1", [.integer(owner.rawValue)])
    }

    /// Removes a collection with what is in it, for good, and notes that it is gone from the one that it was in.
    package static func destroy(_ tx: borrowing WriteTransaction, _ collection: Collection, now: Milliseconds) throws {
        if let parent = collection.parentID {
            try ChangeLog.record(
                tx, in: parent, name: collection.name, isRemoval: true, isCollection: true, memberDelta: 0, now: now)
        }
        try destroy(tx, Collections.subtreeWithTrash(tx.read, of: collection))
        try RightsGeneration.advance(tx)
    }

    private static func destroy(_ tx: borrowing WriteTransaction, _ collections: [Collection]) throws {
        for part in collections {
            let id = Value.integer(part.id.rawValue)
            if part.kind == .calendar { try Overlays.removeAll(tx, in: part.id) }
            let blobs = try tx.read.all(
                """
                SELECT blob_id, attached_bytes FROM member WHERE collection_id = $1 UNION ALL
                SELECT blob_id, attached_bytes FROM trash WHERE collection_id = $1
                """, [id]
            ) { (blob: $0.integer(0), hasAttachments: !$0.isNull(1)) }
            for (blob, hasAttachments) in blobs {
                try Blobs.release(tx, blob, hasAttachments: hasAttachments)
            }
            try tx.execute("DELETE FROM member WHERE collection_id = $1", [id])
            try tx.execute("DELETE FROM trash WHERE collection_id = $1", [id])
            try tx.execute("DELETE FROM change WHERE collection_id = $1", [id])
            try tx.execute("DELETE FROM property WHERE collection_id = $1", [id])
            try PastMembers.removeAll(tx, in: part.id)
            try IndexRows.removeAll(tx, in: part.id)
            try Grants.removeAll(tx, on: part.id)
            try Mounts.removeAll(tx, in: part.id)
            try tx.execute("DELETE FROM lock WHERE collection_id = $1", [id])
            try tx.execute("DELETE FROM subscription WHERE collection_id = $1", [id])
            try tx.execute("DELETE FROM birthday_calendar WHERE collection_id = $1", [id])
            try tx.execute("DELETE FROM collection WHERE id = $1", [id])
        }
    }
}
