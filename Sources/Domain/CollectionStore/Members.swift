package import Database
package import Directory

/// Finds, writes, moves and removes the objects in collections.
package enum Members {
    // MARK: Finding

    package static func find(_ tx: borrowing ReadTransaction, in collection: CollectionID, name: String) throws
        -> Member?
    {
        try tx.first(
            """
            SELECT collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id, created, modified, attached_bytes
            FROM member WHERE collection_id = $1 AND name = $2
            """, [.integer(collection.rawValue), .text(name)], row: read)
    }

    /// The name of the member with this UID.
    package static func name(_ tx: borrowing ReadTransaction, in collection: CollectionID, uid: String) throws
        -> String?
    {
        try tx.first(
            "SELECT name FROM member WHERE collection_id = $1 AND uid = $2",
            [.integer(collection.rawValue), .text(uid)]
        ) { $0.text(0) }
    }

    /// Calls `row` for the members in the order of their names' bytes, from the first after `name` on (nil: from the
    /// start), until there are no more or it returns false.
    package static func forEach(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String?,
        row: (borrowing MemberView) throws -> Bool
    ) throws {
        try tx.forEach(
            """
            SELECT collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id, created, modified, attached_bytes
            FROM member WHERE collection_id = $1 AND name > $2 ORDER BY name
            """, [.integer(collection.rawValue), .text(name ?? "")]
        ) { try row(MemberView(row: $0)) }
    }

    /// The same with nothing but the name, the id and the ETag of each, which costs half as much.
    package static func forEachEntry(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String?,
        row: (borrowing MemberView) throws -> Bool
    ) throws {
        try tx.forEach(
            "SELECT name, id, etag FROM member WHERE collection_id = $1 AND name > $2 ORDER BY name",
            [.integer(collection.rawValue), .text(name ?? "")]
        ) { try row(MemberView(entry: $0)) }
    }

    /// Calls `body` with the member of this name in place; false where there is none.
    package static func with(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, name: String,
        _ body: (borrowing MemberView) throws -> Void
    ) throws -> Bool {
        try tx.first(
            """
            SELECT collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id, created, modified, attached_bytes
            FROM member WHERE collection_id = $1 AND name = $2
            """, [.integer(collection.rawValue), .text(name)]
        ) { row in
            try body(MemberView(row: row))
            return true
        } ?? false
    }

    package static func all(_ tx: borrowing ReadTransaction, in collection: CollectionID) throws -> [Member] {
        try tx.all(
            """
            SELECT collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id, created, modified, attached_bytes
            FROM member WHERE collection_id = $1 ORDER BY name
            """, [.integer(collection.rawValue)], row: read)
    }

    /// At most `limit` members, in the order of their names' bytes, from the first after `name` on (nil: from the
    /// start).
    package static func page(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String?, limit: Int
    ) throws -> [Member] {
        try tx.all(
            """
            SELECT collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id, created, modified, attached_bytes
            FROM member WHERE collection_id = $1 AND name > $2 ORDER BY name LIMIT $3
            """, [.integer(collection.rawValue), .text(name ?? ""), .integer(Int64(limit))], row: read)
    }

    static func count(_ tx: borrowing ReadTransaction, in collection: CollectionID) throws -> Int {
        Int(
            try tx.first(
                "SELECT COUNT(*) FROM member WHERE collection_id = $1",
                [.integer(collection.rawValue)]
            ) { $0.integer(0) } ?? 0)
    }

    static func totalSize(_ tx: borrowing ReadTransaction, in collection: CollectionID) throws -> Int {
        Int(
            try tx.first(
                "SELECT COALESCE(SUM(size + COALESCE(attached_bytes, 0)), 0) FROM member WHERE collection_id = $1",
                [.integer(collection.rawValue)]
            ) { $0.integer(0) } ?? 0)
    }

    static func read(_ row: borrowing Row) throws -> Member {
        Member(
            collectionID: CollectionID(rawValue: row.integer(0)), name: row.text(1),
            id: MemberID(rawValue: row.integer(2)), etag: row.text(3), size: Int(row.integer(4)),
            modseq: ModSeq(rawValue: row.integer(5)), component: row.text(6), uid: row.optionalText(7),
            contentType: row.optionalText(8), blobID: row.integer(9), created: row.integer(10),
            modified: row.integer(11), attachedSize: row.optionalInteger(12).map { Int(truncatingIfNeeded: $0) })
    }

    // MARK: Writing

    package enum PutOutcome: Equatable, Sendable {
        case created
        case replaced
        /// The member held these very bytes already: nothing was changed, and there is no change row.
        case unchanged
    }

    /// Who changes members. What a collection gets from its origin, nobody else changes.
    package enum Author: Sendable {
        case client, origin
    }

    static func check(_ author: Author, mayChange collection: Collection) throws {
        if collection.isReadOnly && author == .client { throw StoreRefusal.readOnly }
    }

    /// Writes `content` under `name`, in the place of `existing` where that is what the name holds now. Throws
    /// `StoreRefusal` uidConflict, uidChanged, nameTaken (by a collection), quotaExceeded, readOnly or invalidName.
    ///
    /// - Parameters:
    ///   - batch: of changes of this collection that it is one of.
    ///   - ahead: what was asked ahead, of this collection.
    @discardableResult
    package static func put(
        _ tx: borrowing WriteTransaction, in collection: Collection, name: String, existing: Member?,
        content: MemberContent, by author: Author = .client, with batch: ChangeBatch? = nil, ahead: PutAhead? = nil, now: Milliseconds
    ) throws -> PutOutcome {
        try check(author, mayChange: collection)
        let existing = existing?.stored
        if let existing {
            if existing.etag == content.etag, content.facts.agree(with: existing) {
                try Blobs.discard(tx, content)
                return .unchanged
            }
            if let uid = existing.uid, !isSame(uid, content.facts.uid ?? "", in: collection) { throw StoreRefusal.uidChanged }
        } else {
            try MemberName.check(name)
            if try Collections.isTaken(tx.read, name, in: collection) { throw StoreRefusal.nameTaken }
        }
        if batch == nil { Quota.foresee(tx.read, of: collection.owner) }
        if let uid = content.facts.uid, !(existing?.uid).isIdentical(to: uid),
            let other = try ahead.map({ try $0.holder(tx.read, except: existing?.name) })
                ?? self.name(tx.read, of: uid, in: collection, except: existing?.name)
        {
            throw StoreRefusal.uidConflict(existingName: other)
        }
        let attachments = try Attachments.named(tx.read, by: content, in: collection)
        let growth = content.size &+ (attachments.size ?? 0) &- (existing?.chargedSize ?? 0)
        if batch == nil, growth != 0 { try tx.willChange([.principal(collection.owner), .collection(collection.id)]) }
        try Quota.take(tx, growth, of: collection.owner, with: batch)
        var isPrivate = content.facts.index.privacy == .hidden
        if isPrivate, existing != nil { isPrivate = try IndexRows.isHidden(tx.read, in: collection.id, name: name) }
        let isOwn = try existing.map { try isOwnersAlone(tx.read, content, $0) } ?? false
        let modseq = try ChangeLog.record(
            tx, in: collection.id, name: name, isRemoval: false, isCollection: false, isPrivate: isPrivate,
            of: isOwn ? collection.owner : nil, memberDelta: existing == nil ? 1 : 0, with: batch,
            from: ahead.map { _ in collection }, now: now)
        let blob = try Blobs.store(tx, content)
        try Attachments.use(tx, attachments, by: blob)
        if let existing {
            try tx.execute(
                """
                UPDATE member SET etag = $3, size = $4, modseq = $5, component = $6, uid = $7, content_type = $8,
                    blob_id = $9, modified = $10, attached_bytes = $11
                WHERE collection_id = $1 AND name = $2
                """,
                [
                    .integer(collection.id.rawValue), .text(name), .text(content.etag), .integer(Int64(content.size)),
                    .integer(modseq.rawValue), .text(content.facts.component), Value(content.facts.uid),
                    Value(content.facts.contentType), .integer(blob), .integer(now),
                    Value(attachments.size.map(Int64.init)),
                ])
            if author == .client {
                try PastMembers.keep(tx, existing, until: modseq, now: now)
            } else {
                try Blobs.release(tx, existing.blobID, hasAttachments: existing.attachedSize != nil)
            }
            try writeIndex(tx, content, in: collection, name: name, isNew: false)
            return .replaced
        }
        try insert(
            tx,
            Member(
                collectionID: collection.id, name: name, id: MemberID(rawValue: try tx.nextID(.node)),
                etag: content.etag,
                size: content.size, modseq: modseq, component: content.facts.component, uid: content.facts.uid,
                contentType: content.facts.contentType, blobID: blob, created: now, modified: now,
                attachedSize: attachments.size))
        try writeIndex(tx, content, in: collection, name: name, isNew: true)
        return .created
    }

    /// Whether nothing but what is the owner's alone differs: others see what they saw, by the same ETag. One of which they see only the
    /// times has a tag that moves with it.
    private static func isOwnersAlone(_ tx: borrowing ReadTransaction, _ content: MemberContent, _ existing: Member) throws -> Bool {
        let index = content.facts.index
        guard let tag = index.sharedTag, index.privacy == .open,
            try IndexRows.privacy(tx, in: existing.collectionID, name: existing.name) == .open else { return false }
        return try tag == IndexRows.sharedTag(tx, in: existing.collectionID, name: existing.name) ?? existing.etag
    }

    private static func writeIndex(
        _ tx: borrowing WriteTransaction, _ content: MemberContent, in collection: Collection, name: String, isNew: Bool
    ) throws {
        if collection.kind.holdsFiles { return }
        try IndexRows.write(tx, content.facts, in: collection.id, name: name, isNew: isNew)
    }

    static func insert(_ tx: borrowing WriteTransaction, _ member: Member) throws {
        try tx.execute(
            """
            INSERT INTO member (collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id,
                created, modified, attached_bytes)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """,
            [
                .integer(member.collectionID.rawValue), .text(member.name), .integer(member.id.rawValue),
                .text(member.etag), .integer(Int64(member.size)), .integer(member.modseq.rawValue),
                .text(member.component), Value(member.uid), Value(member.contentType), .integer(member.blobID),
                .integer(member.created), .integer(member.modified), Value(member.attachedSize.map(Int64.init)),
            ])
    }

    /// Records that properties of `member` changed.
    package static func propertiesChanged(_ tx: borrowing WriteTransaction, of member: Member, now: Milliseconds) throws
    {
        let modseq = try ChangeLog.record(
            tx, in: member.collectionID, name: member.name, isRemoval: false, isCollection: false,
            isPrivate: try IndexRows.isHidden(tx.read, in: member.collectionID, name: member.name), memberDelta: 0, now: now)
        try PastMembers.keepShared(tx, member, until: modseq, now: now)
        try PastProperties.dated(tx, of: member.collectionID, member.id, until: modseq, now: now)
        try tx.execute(
            "UPDATE member SET modseq = $3 WHERE collection_id = $1 AND name = $2",
            [.integer(member.collectionID.rawValue), .text(member.name), .integer(modseq.rawValue)])
    }

    /// Moves a member to the trash. Its properties are dropped, its locks too.
    package static func remove(
        _ tx: borrowing WriteTransaction, _ member: Member, in collection: Collection, by principal: PrincipalID?,
        now: Milliseconds
    ) throws {
        try check(.client, mayChange: collection)
        let member = member.stored
        // In the order in which `put` changes the two rows, lest they wait for each other.
        try tx.willChange([.principal(collection.owner), .collection(collection.id)])
        let (isPrivate, size) = try leaving(tx.read, member, collection)
        try Trash.keep(tx, member, owner: collection.owner, by: principal, now: now)
        try Quota.release(tx, size, of: collection.owner)
        let modseq = try leave(tx, member, collection, isPrivate: isPrivate, now: now)
        try PastMembers.keepShared(tx, member, until: modseq, now: now)
        try PastProperties.keepAll(tx, of: member.collectionID, member.id, until: modseq, now: now)
        try IndexRows.remove(tx, in: collection.id, name: member.name)
        try DeadProperties.removeAll(tx, of: member.collectionID, member.id)
    }

    /// Removes a member of a collection that is its origin's copy: there is nothing to restore, so the trash has none of it.
    package static func discard(
        _ tx: borrowing WriteTransaction, _ member: Member, in collection: Collection, with batch: ChangeBatch? = nil, now: Milliseconds
    ) throws {
        let (isPrivate, size) = try leaving(tx.read, member, collection)
        try Quota.release(tx, size, of: collection.owner, with: batch)
        try leave(tx, member, collection, isPrivate: isPrivate, with: batch, now: now)
        try IndexRows.remove(tx, in: collection.id, name: member.name)
        try DeadProperties.removeAll(tx, of: member.collectionID, member.id)
        if collection.kind == .calendar { try Overlays.removeAll(tx, of: member.id) }
        try Blobs.release(tx, member.blobID, hasAttachments: member.attachedSize != nil)
    }

    /// What is to be known of a member that goes, before anything is changed: whether it is private, and what it and its properties take of the quota.
    private static func leaving(
        _ tx: borrowing ReadTransaction, _ member: Member, _ collection: Collection
    ) throws -> (isPrivate: Bool, size: Int) {
        DeadProperties.foreseeCharge(tx, of: collection.id, member.id)
        return (
            try isPrivate(tx, member, in: collection), try member.chargedSize &+ DeadProperties.charge(tx, of: collection.id, member.id)
        )
    }

    private static func isPrivate(
        _ tx: borrowing ReadTransaction, _ member: Member, in collection: Collection
    ) throws -> Bool {
        guard collection.kind == .calendar else { return false }
        return try IndexRows.isHidden(tx, in: collection.id, name: member.name)
    }

    /// Takes the row away and writes the removal into the log.
    @discardableResult
    private static func leave(
        _ tx: borrowing WriteTransaction, _ member: Member, _ collection: Collection, isPrivate: Bool, with batch: ChangeBatch? = nil,
        now: Milliseconds
    ) throws -> ModSeq {
        let modseq = try ChangeLog.record(
            tx, in: collection.id, name: member.name, isRemoval: true, isCollection: false,
            isPrivate: isPrivate, memberDelta: -1, with: batch, now: now)
        try tx.execute(
            "DELETE FROM member WHERE collection_id = $1 AND name = $2",
            [.integer(collection.id.rawValue), .text(member.name)])
        try Locks.removeAll(tx, at: collection.id, member.name)
        return modseq
    }

    /// Copies a member with its properties; its bytes are shared, but where the copy has other `content`. Throws `StoreRefusal` as `put` does, and nameTaken.
    /// Whether the destination takes such a member at all is its kind's to say, before.
    package static func copy(
        _ tx: borrowing WriteTransaction, _ member: Member, to collection: Collection, name: String, content: MemberContent? = nil,
        with batch: ChangeBatch? = nil, now: Milliseconds
    ) throws {
        if try find(tx.read, in: collection.id, name: name) != nil { throw StoreRefusal.nameTaken }
        let member = member.stored
        if let content {
            try put(tx, in: collection, name: name, existing: nil, content: content, with: batch, now: now)
            guard let made = try find(tx.read, in: collection.id, name: name) else { return }
            let growth = try DeadProperties.copy(tx, from: member.collectionID, member.id, to: collection.id, made.id)
            return try Quota.take(tx, growth, of: collection.owner, with: batch)
        }
        var facts = member.facts
        facts.index.privacy = try IndexRows.privacy(tx.read, in: member.collectionID, name: member.name) ?? .open
        try put(
            tx, in: collection, name: name, existing: nil,
            content: MemberContent(
                place: .blob(member.blobID), size: member.size, etag: member.etag, facts: facts), with: batch, now: now)
        if let made = try find(tx.read, in: collection.id, name: name) {
            let growth = try DeadProperties.copy(tx, from: member.collectionID, member.id, to: collection.id, made.id)
            try Quota.take(tx, growth, of: collection.owner, with: batch)
            // The bytes are the same, and so is what was found in them.
            if !collection.kind.holdsFiles { try IndexRows.copy(tx, member, to: collection.id, name: name) }
        }
    }

    /// Moves a member with its properties, in both collections' logs. Throws `StoreRefusal` nameTaken, invalidName,
    /// uidConflict or quotaExceeded; a move between collections of one owner needs no more of the quota.
    package static func move(
        _ tx: borrowing WriteTransaction, _ member: Member, from source: Collection, to collection: Collection,
        name: String,
        now: Milliseconds
    ) throws {
        try check(.client, mayChange: source)
        try check(.client, mayChange: collection)
        try MemberName.check(name)
        if try find(tx.read, in: collection.id, name: name) != nil { throw StoreRefusal.nameTaken }
        if try Collections.isTaken(tx.read, name, in: collection) { throw StoreRefusal.nameTaken }
        if source.id != collection.id, let uid = member.uid,
            let other = try self.name(tx.read, of: uid, in: collection)
        {
            throw StoreRefusal.uidConflict(existingName: other)
        }
        if source.owner != collection.owner {
            try tx.willChange([
                .principal(collection.owner), .principal(source.owner), .collection(collection.id), .collection(source.id),
            ])
            let size = try member.chargedSize &+ DeadProperties.charge(tx.read, of: source.id, member.id)
            try Quota.take(tx, size, of: collection.owner)
            try Quota.release(tx, size, of: source.owner)
        }
        let member = member.stored
        let isPrivate = try isPrivate(tx.read, member, in: source)
        // Out of the way before it stands under the new name: within one collection its UID is its own.
        let left = try leave(tx, member, source, isPrivate: isPrivate, now: now)
        try PastMembers.keepShared(tx, member, until: left, now: now)
        var moved = member
        moved.collectionID = collection.id
        moved.name = name
        moved.modseq = try ChangeLog.record(
            tx, in: collection.id, name: name, isRemoval: false, isCollection: false, isPrivate: isPrivate, memberDelta: 1,
            now: now)
        try insert(tx, moved)
        if collection.kind.holdsFiles {
            try IndexRows.remove(tx, in: source.id, name: member.name)
        } else {
            try IndexRows.move(tx, member, to: collection.id, name: name)
        }
        if source.id != collection.id {
            try PastProperties.keepAll(tx, of: source.id, member.id, until: left, now: now)
            try DeadProperties.move(tx, of: member.id, from: source.id, to: collection.id)
            try PastProperties.keepNone(tx, of: collection.id, member.id, until: moved.modseq, now: now)
        }
    }
}

extension Member {
    /// What its kind of collection found out about its bytes, without the index, which is in rows of its own.
    package var facts: MemberFacts { MemberFacts(uid: uid, component: component, contentType: contentType) }
}

extension Collections {
    /// Copies a member into another collection, under its name, as one of the changes of a batch.
    package typealias MemberCopy = (borrowing WriteTransaction, Member, Collection, ChangeBatch) throws -> Void
}
