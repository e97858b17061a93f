package import Database
package import Directory

/// What the server has to tell somebody, as small documents in a collection of theirs that clients follow, fetch and delete.
///
/// It is made when there is something to tell, or when a client looks for it. The documents are made by those above.
package enum Notifications {
    /// Of one principal; a newer one takes the place of the oldest.
    package static let maximumCount = 500

    /// A document to be.
    package struct Content: Sendable {
        /// A later one with this identifier takes the place of it.
        package var uid: String
        /// What kind it is, for who lists them.
        package var type: String
        package var contentType: String
        package var bytes: [UInt8]

        package init(uid: String, type: String, contentType: String, bytes: [UInt8]) {
            (self.uid, self.type, self.contentType, self.bytes) = (uid, type, contentType, bytes)
        }
    }

    package static func collection(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> Collection? {
        try Collections.home(tx, of: owner, kind: .notifications)
    }

    @discardableResult
    package static func makeCollection(
        _ tx: borrowing WriteTransaction, of owner: PrincipalID, now: Milliseconds
    ) throws -> Collection {
        try Collections.makeHome(tx, of: owner, kind: .notifications, now: now)
    }

    /// Who has no room left is not told.
    package static func post(
        _ tx: borrowing WriteTransaction, _ content: Content, to owner: PrincipalID, now: Milliseconds
    ) throws {
        let collection = try makeCollection(tx, of: owner, now: now)
        let name = try Members.name(tx.read, in: collection.id, uid: content.uid)
        let existing = try name.flatMap { try Members.find(tx.read, in: collection.id, name: $0) }
        if existing == nil, collection.memberCount >= maximumCount, let oldest = try oldest(tx.read, in: collection) {
            try Members.discard(tx, oldest, in: collection, now: now)
        }
        do {
            try Members.put(
                tx, in: collection, name: name ?? content.uid + ".xml", existing: existing,
                content: MemberContent(
                    place: .bytes(content.bytes), size: content.bytes.count, etag: ETag.of(content.bytes),
                    facts: MemberFacts(uid: content.uid, component: content.type, contentType: content.contentType)),
                now: now)
        } catch StoreRefusal.quotaExceeded {
            return
        }
    }

    /// What it told is so no more.
    package static func withdraw(
        _ tx: borrowing WriteTransaction, uid: String, of owner: PrincipalID, now: Milliseconds
    ) throws {
        guard let collection = try collection(tx.read, of: owner),
            let name = try Members.name(tx.read, in: collection.id, uid: uid),
            let member = try Members.find(tx.read, in: collection.id, name: name) else { return }
        try Members.discard(tx, member, in: collection, now: now)
    }

    private static func oldest(_ tx: borrowing ReadTransaction, in collection: Collection) throws -> Member? {
        try tx.first(
            """
            SELECT collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id, created, modified, attached_bytes
            FROM member WHERE collection_id = $1 ORDER BY modseq LIMIT 1
            """, [.integer(collection.id.rawValue)], row: Members.read)
    }
}
