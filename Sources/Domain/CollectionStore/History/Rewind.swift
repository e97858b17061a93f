package import Database
package import Directory

/// Brings a collection back to what it held at a time: what was deleted since is there again, what was replaced has its bytes and properties of
/// then, what was renamed its name, and what came since is in the trash. Folders with all that is below them.
///
/// All of that are changes like a client's, in the log: who synchronises learns of them, and they are kept in turn, so a collection that was brought
/// back to a wrong time is brought back to the moment before that. A folder that was moved or renamed since stays where it is; what was moved
/// into another collection is there, and here again. The properties of the collection itself, its shares and its locks stay as they are.
package struct Rewind {
    package struct Outcome: Sendable, Equatable {
        /// Objects and folders that are there again, have what they had, have their name of then, and are in the trash now.
        package var restored = 0
        package var replaced = 0
        package var renamed = 0
        package var removed = 0

        package init(restored: Int = 0, replaced: Int = 0, renamed: Int = 0, removed: Int = 0) {
            (self.restored, self.replaced, self.renamed, self.removed) = (restored, replaced, renamed, removed)
        }

        package var isNothing: Bool { self == Outcome() }
    }

    package enum Refusal: Error, Equatable, Sendable {
        /// The collection was made later.
        case notYetMade
        /// What was there then is not known any more.
        case forgotten
        /// The time has not come yet.
        case future
        /// Somebody holds a lock on something in it (RFC 4918 §6).
        case locked
    }

    private let time: Milliseconds
    private let principal: PrincipalID?
    private let files: FileBlobStore
    private let facts: ObjectFacts
    private let now: Milliseconds
    private var outcome = Outcome()

    /// Throws `Refusal`, and `StoreRefusal` readOnly, kindNotAllowed, quotaExceeded or tooDeep: then nothing may be committed.
    ///
    /// - Parameters:
    ///   - oldest: of no earlier time is it known what was there.
    ///   - principal: who has it done.
    package static func run(
        _ tx: borrowing WriteTransaction, _ collection: Collection, to time: Milliseconds, oldest: Milliseconds, by principal: PrincipalID?,
        files: FileBlobStore, facts: ObjectFacts, now: Milliseconds
    ) throws -> Outcome {
        try withoutActuallyEscaping(facts) { facts in
            if time >= now { throw Refusal.future }
            if time < oldest { throw Refusal.forgotten }
            if collection.created > time { throw Refusal.notYetMade }
            if !collection.kind.holdsMembers { throw StoreRefusal.kindNotAllowed }
            try Members.check(.client, mayChange: collection)
            var rewind = Rewind(time: time, principal: principal, files: files, facts: facts, now: now)
            try rewind.bringBack(tx, collection)
            return rewind.outcome
        }
    }

    private init(time: Milliseconds, principal: PrincipalID?, files: FileBlobStore, facts: @escaping ObjectFacts, now: Milliseconds) {
        (self.time, self.principal, self.files, self.facts, self.now) = (time, principal, files, facts, now)
    }

    /// Where the log was at the time.
    private func position(_ tx: borrowing ReadTransaction, of collection: Collection) throws -> ModSeq {
        let last = try tx.first(
            "SELECT modseq FROM change WHERE collection_id = $1 AND at <= $2 ORDER BY modseq DESC LIMIT 1",
            [.integer(collection.id.rawValue), .integer(time)]) { $0.integer(0) }
        let floor = try tx.first(
            "SELECT history_floor FROM collection WHERE id = $1", [.integer(collection.id.rawValue)]) { $0.integer(0) }
        let position = last ?? collection.logFloor.rawValue
        guard let floor, position >= floor else { throw Refusal.forgotten }
        return ModSeq(rawValue: position)
    }

    private mutating func bringBack(_ tx: borrowing WriteTransaction, _ collection: Collection) throws {
        let position = try position(tx.read, of: collection)
        let isLocked = try tx.read.first(
            "SELECT 1 FROM lock WHERE collection_id = $1 AND expires > $2 LIMIT 1", [.integer(collection.id.rawValue), .integer(now)]) { _ in true }
        if isLocked ?? false { throw Refusal.locked }
        let past = try PastMembers.all(tx.read, in: collection.id, at: position)
        // By bytes: two spellings of one letter are two names.
        let wanted = Dictionary(past.map { (Array($0.member.name.utf8), $0.member) }) { first, _ in first }
        try clear(tx, collection, position, wanted)
        try bringBackFolders(tx, collection)
        for past in past { try put(tx, past.member, in: collection, position) }
    }

    // MARK: Members

    /// Takes away what came since, and gives back the names of what was renamed.
    private mutating func clear(
        _ tx: borrowing WriteTransaction, _ collection: Collection, _ position: ModSeq, _ wanted: [[UInt8]: Member]
    ) throws {
        let names = Dictionary(wanted.values.map { ($0.id, $0.name) }) { first, _ in first }
        let changed = try tx.read.all(
            """
            SELECT collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id, created, modified, attached_bytes
            FROM member WHERE collection_id = $1 AND modseq > $2 ORDER BY name
            """, [.integer(collection.id.rawValue), .integer(position.rawValue)], row: Members.read)
        for member in changed {
            if let there = wanted[Array(member.name.utf8)], there.uid.isIdentical(to: member.uid) { continue }
            let collection = try fresh(tx.read, collection)
            if let name = names[member.id], try Members.find(tx.read, in: collection.id, name: name) == nil,
                try !Collections.isTaken(tx.read, name, in: collection)
            {
                try Members.move(tx, member, from: collection, to: collection, name: name, now: now)
                outcome.renamed += 1
            } else {
                try Members.remove(tx, member, in: collection, by: principal, now: now)
                outcome.removed += 1
            }
        }
    }

    /// The collection's position moves with each change.
    private func fresh(_ tx: borrowing ReadTransaction, _ collection: Collection) throws -> Collection {
        guard let collection = try Collections.find(tx, collection.id) else { throw StoreRefusal.notFound }
        return collection
    }

    private mutating func put(_ tx: borrowing WriteTransaction, _ past: Member, in collection: Collection, _ position: ModSeq) throws {
        let properties = try PastProperties.all(tx.read, of: collection.id, past.id, at: position)
        let collection = try fresh(tx.read, collection)
        let existing = try Members.find(tx.read, in: collection.id, name: past.name)
        // Only a folder that was renamed since can have the name.
        let name = existing == nil ? try Trash.freeName(tx.read, like: past.name, in: collection) : past.name
        let done = try Members.put(
            tx, in: collection, name: name, existing: existing,
            content: MemberContent(place: .blob(past.blobID), size: past.size, etag: past.etag, facts: try facts(tx.read, of: past, in: collection)),
            now: now)
        guard let made = try Members.find(tx.read, in: collection.id, name: name) else { throw StoreRefusal.notFound }
        if made.id != past.id { try Trash.forget(tx, past.id, for: made.id, isInCalendar: collection.kind == .calendar) }
        let hasOtherProperties = try set(tx, properties, of: made)
        if hasOtherProperties { try Members.propertiesChanged(tx, of: made, now: now) }
        if done == .created { outcome.restored += 1 } else if done == .replaced || hasOtherProperties { outcome.replaced += 1 }
    }

    /// What its bytes say is asked again: of what was replaced nothing is indexed.
    private func facts(_ tx: borrowing ReadTransaction, of member: Member, in collection: Collection) throws -> MemberFacts {
        var found = member.facts
        if collection.kind.holdsFiles { return found }
        let object = StoredObject(member: member, body: try Blobs.find(tx, member.blobID))
        if let truth = try object.truth(in: collection.kind, files: files, facts: facts)?.facts { found.index = truth.index }
        return found
    }

    /// Whether that changed anything.
    private func set(_ tx: borrowing WriteTransaction, _ properties: [DeadProperties.Stored], of member: Member) throws -> Bool {
        let there = try DeadProperties.all(tx.read, of: member.collectionID, member.id)
        var isOther = false
        for property in there
        where !properties.contains(where: { $0.namespace.isIdentical(to: property.namespace) && $0.name.isIdentical(to: property.name) }) {
            try DeadProperties.remove(tx, of: member.collectionID, member.id, namespace: property.namespace, name: property.name)
            isOther = true
        }
        for property in properties where !there.contains(property) {
            try DeadProperties.set(
                tx, of: member.collectionID, member.id, namespace: property.namespace, name: property.name, value: property.value)
            isOther = true
        }
        return isOther
    }

    // MARK: Folders

    private mutating func bringBackFolders(_ tx: borrowing WriteTransaction, _ collection: Collection) throws {
        if !collection.kind.holdsFiles { return }
        for child in try Collections.children(tx.read, of: collection.id) where child.created > time {
            try Collections.remove(tx, child, now: now)
            outcome.removed += 1
        }
        let gone = try tx.read.all(
            """
            SELECT id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, components,
                member_count, created, modified, origin, visible_past, visible_future
            FROM collection WHERE parent_id = $1 AND trashed > $2 AND created <= $2 ORDER BY trashed DESC, id
            """, [.integer(collection.id.rawValue), .integer(time)], row: Collections.read)
        for child in gone {
            try Trash.restore(tx, child, now: now)
            outcome.restored += 1
        }
        for child in try Collections.children(tx.read, of: collection.id) { try bringBack(tx, child) }
    }
}
