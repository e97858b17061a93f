package import Database
package import Directory

/// RFC 4918 §6: write locks. A lock's root is a collection, or a name in one, whether something has that name or not.
package struct Lock: Sendable, Equatable {
    package var token: String
    package var collection: CollectionID
    /// Nil: the collection itself.
    package var memberName: String?
    /// Who took it.
    package var owner: PrincipalID
    package var isExclusive: Bool
    /// Depth infinity.
    package var isDeep: Bool
    /// The DAV:owner element as the client sent it.
    package var ownerXML: [UInt8]?
    package var expires: Milliseconds

    package init(
        token: String, collection: CollectionID, memberName: String?, owner: PrincipalID, isExclusive: Bool,
        isDeep: Bool,
        ownerXML: [UInt8]?, expires: Milliseconds
    ) {
        self.token = token
        self.collection = collection
        self.memberName = memberName
        self.owner = owner
        self.isExclusive = isExclusive
        self.isDeep = isDeep
        self.ownerXML = ownerXML
        self.expires = expires
    }
}

package enum Locks {
    /// How many locks a principal may hold.
    package static let maximumPerPrincipal = 1000

    /// Whether there is any lock at all: most of the time there is none, and a request need not look further.
    package static func isAnyHeld(_ tx: borrowing ReadTransaction) throws -> Bool {
        try tx.first(anyHeld) { _ in true } ?? false
    }

    private static let anyHeld: StaticString = "SELECT 1 FROM lock LIMIT 1"

    /// Says that it will be asked whether there is any.
    package static func foresee(_ tx: borrowing ReadTransaction) { tx.foresee(anyHeld) }

    /// The locks whose root is in `collection`: itself, or any name in it.
    package static func rooted(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, now: Milliseconds
    ) throws -> [Lock] {
        try tx.all(
            """
            SELECT token, collection_id, member_name, owner_id, is_exclusive, is_deep, owner_xml, expires
            FROM lock WHERE collection_id = $1 AND expires > $2
            """, [.integer(collection.rawValue), .integer(now)], row: read)
    }

    package static func find(_ tx: borrowing ReadTransaction, token: String, now: Milliseconds) throws -> Lock? {
        try tx.first(
            """
            SELECT token, collection_id, member_name, owner_id, is_exclusive, is_deep, owner_xml, expires
            FROM lock WHERE token = $1 AND expires > $2
            """, [.text(token), .integer(now)], row: read)
    }

    private static func read(_ row: borrowing Row) throws -> Lock {
        Lock(
            token: row.text(0), collection: CollectionID(rawValue: row.integer(1)), memberName: row.optionalText(2),
            owner: PrincipalID(rawValue: row.integer(3)), isExclusive: row.flag(4), isDeep: row.flag(5),
            ownerXML: row.isNull(6) ? nil : row.bytes(6), expires: row.integer(7))
    }

    /// Keeps a lock; whether it conflicts with others is for the caller to see before. Locks that ran out go at this
    /// occasion.
    package static func add(_ tx: borrowing WriteTransaction, _ lock: Lock, now: Milliseconds) throws {
        try tx.execute("DELETE FROM lock WHERE expires <= $1", [.integer(now)])
        let held =
            try tx.read.first(
                "SELECT COUNT(*) FROM lock WHERE owner_id = $1",
                [.integer(lock.owner.rawValue)]
            ) { $0.integer(0) } ?? 0
        if held >= maximumPerPrincipal { throw StoreRefusal.quotaExceeded }
        try tx.execute(
            """
            INSERT INTO lock (token, collection_id, member_name, owner_id, is_exclusive, is_deep, owner_xml, expires)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [
                .text(lock.token), .integer(lock.collection.rawValue), Value(lock.memberName),
                .integer(lock.owner.rawValue), Value(lock.isExclusive), Value(lock.isDeep), Value(lock.ownerXML),
                .integer(lock.expires),
            ])
    }

    package static func refresh(_ tx: borrowing WriteTransaction, token: String, expires: Milliseconds) throws {
        try tx.execute("UPDATE lock SET expires = $2 WHERE token = $1", [.text(token), .integer(expires)])
    }

    package static func remove(_ tx: borrowing WriteTransaction, token: String) throws {
        try tx.execute("DELETE FROM lock WHERE token = $1", [.text(token)])
    }

    static func removeAll(_ tx: borrowing WriteTransaction, at collection: CollectionID, _ name: String) throws {
        try tx.execute(
            "DELETE FROM lock WHERE collection_id = $1 AND member_name = $2",
            [.integer(collection.rawValue), .text(name)])
    }

    static func removeAll(_ tx: borrowing WriteTransaction, in collections: [CollectionID]) throws {
        for collection in collections {
            try tx.execute("DELETE FROM lock WHERE collection_id = $1", [.integer(collection.rawValue)])
        }
    }
}
