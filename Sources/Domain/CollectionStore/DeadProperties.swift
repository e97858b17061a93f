package import Database
import Directory

/// Properties that clients set and the store only keeps (RFC 4918 §4.1), of collections and of members. Which of them
/// have a meaning is for those above to know.
package enum DeadProperties {
    package struct Stored: Sendable, Equatable {
        package var namespace: String
        package var name: String
        /// The whole element, as XML that stands alone.
        package var value: [UInt8]

        package init(namespace: String, name: String, value: [UInt8]) {
            self.namespace = namespace
            self.name = name
            self.value = value
        }
    }

    /// How many bytes of values one resource may have.
    package static let maximumTotalSize = 4 << 20
    /// So many of them are free; what is above counts towards the owner's quota (RFC 4331).
    static let freeSize = 4096

    private static func charge(_ size: Int64) -> Int { Int(max(0, size - Int64(freeSize))) }

    /// What those of a collection and of all its members take of the quota.
    static func charge(_ tx: borrowing ReadTransaction, in collection: CollectionID) throws -> Int {
        try tx.first(
            """
            SELECT CAST(COALESCE(SUM(n - $2), 0) AS BIGINT)
            FROM (SELECT SUM(LENGTH(value)) AS n FROM property WHERE collection_id = $1 GROUP BY member_id) AS sums WHERE n > $2
            """, [.integer(collection.rawValue), .integer(Int64(freeSize))]
        ) { Int(truncatingIfNeeded: $0.integer(0)) } ?? 0
    }

    /// The same of one member's, or of the collection's own.
    static func charge(_ tx: borrowing ReadTransaction, of collection: CollectionID, _ member: MemberID?) throws -> Int {
        charge(try tx.first(sum, [.integer(collection.rawValue), .integer(member?.rawValue ?? 0)]) { $0.integer(0) } ?? 0)
    }

    /// Says that it will be asked for.
    static func foreseeCharge(_ tx: borrowing ReadTransaction, of collection: CollectionID, _ member: MemberID) {
        tx.foresee(sum, [.integer(collection.rawValue), .integer(member.rawValue)])
    }

    private static let sum: StaticString = "SELECT SUM(LENGTH(value)) FROM property WHERE collection_id = $1 AND member_id = $2"

    /// How large the values of a resource are, and one of them: 0 where it is not there.
    private static func sizes(
        _ tx: borrowing ReadTransaction, of collection: CollectionID, _ member: MemberID?, namespace: String, name: String
    ) throws -> (all: Int64, one: Int64) {
        try tx.first(
            """
            SELECT SUM(LENGTH(value)), SUM(CASE WHEN namespace = $3 AND name = $4 THEN LENGTH(value) END)
            FROM property WHERE collection_id = $1 AND member_id = $2
            """, parameters(collection, member, namespace: namespace, name: name)) { ($0.integer(0), $0.integer(1)) } ?? (0, 0)
    }

    /// A resource's values have another size now.
    private static func sizeChanged(
        _ tx: borrowing WriteTransaction, from before: Int64, to after: Int64, of collection: CollectionID
    ) throws {
        let growth = charge(after) - charge(before)
        if growth == 0 { return }
        let owner = try tx.read.first("SELECT owner_id FROM collection WHERE id = $1", [.integer(collection.rawValue)]) {
            PrincipalID(rawValue: $0.integer(0))
        }
        if let owner { try Quota.take(tx, growth, of: owner) }
    }

    /// Of the collection itself where `member` is nil.
    package static func all(
        _ tx: borrowing ReadTransaction, of collection: CollectionID, _ member: MemberID?
    ) throws -> [Stored] {
        try tx.all(
            """
            SELECT namespace, name, value FROM property WHERE collection_id = $1 AND member_id = $2
            ORDER BY namespace, name
            """, [.integer(collection.rawValue), .integer(member?.rawValue ?? 0)]
        ) {
            Stored(namespace: $0.text(0), name: $0.text(1), value: $0.bytes(2))
        }
    }

    package static func value(
        _ tx: borrowing ReadTransaction, of collection: CollectionID, _ member: MemberID?, namespace: String,
        name: String
    ) throws -> [UInt8]? {
        try tx.first(one, parameters(collection, member, namespace: namespace, name: name)) { $0.bytes(0) }
    }

    private static let one: StaticString = "SELECT value FROM property WHERE collection_id = $1 AND member_id = $2 AND namespace = $3 AND name = $4"

    private static func parameters(
        _ collection: CollectionID, _ member: MemberID?, namespace: String, name: String
    ) -> [Value] {
        [.integer(collection.rawValue), .integer(member?.rawValue ?? 0), .text(namespace), .text(name)]
    }

    /// Says that a collection's own will be asked for.
    package static func foresee(_ tx: borrowing ReadTransaction, of collection: CollectionID, namespace: String, name: String) {
        tx.foresee(one, parameters(collection, nil, namespace: namespace, name: name))
    }

    /// Whether any member of the collection has any. A listing asks once, and then not for each member.
    package static func anyMemberHasSome(_ tx: borrowing ReadTransaction, in collection: CollectionID) throws -> Bool {
        try tx.first(
            "SELECT 1 FROM property WHERE collection_id = $1 AND member_id > 0 LIMIT 1",
            [.integer(collection.rawValue)]
        ) { _ in true } ?? false
    }

    /// The caller records the change after it (`Members.propertiesChanged`).
    /// Throws `StoreRefusal.quotaExceeded` where the resource would have more than `maximumTotalSize`, or its owner more than the quota.
    package static func set(
        _ tx: borrowing WriteTransaction, of collection: CollectionID, _ member: MemberID?, namespace: String,
        name: String,
        value: [UInt8]
    ) throws {
        let (before, old) = try sizes(tx.read, of: collection, member, namespace: namespace, name: name)
        let after = before - old + Int64(value.count)
        if after > Int64(maximumTotalSize), after > before { throw StoreRefusal.quotaExceeded }
        try sizeChanged(tx, from: before, to: after, of: collection)
        if let member { try PastProperties.keepBeforeNextChange(tx, of: collection, member, namespace: namespace, name: name) }
        try tx.execute(
            """
            INSERT INTO property (collection_id, member_id, namespace, name, value) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (collection_id, member_id, namespace, name) DO UPDATE SET value = excluded.value
            """,
            [
                .integer(collection.rawValue), .integer(member?.rawValue ?? 0), .text(namespace), .text(name),
                .bytes(value),
            ])
    }

    package static func remove(
        _ tx: borrowing WriteTransaction, of collection: CollectionID, _ member: MemberID?, namespace: String,
        name: String
    ) throws {
        let (before, old) = try sizes(tx.read, of: collection, member, namespace: namespace, name: name)
        try sizeChanged(tx, from: before, to: before - old, of: collection)
        if let member { try PastProperties.keepBeforeNextChange(tx, of: collection, member, namespace: namespace, name: name) }
        try tx.execute(
            """
            DELETE FROM property WHERE collection_id = $1 AND member_id = $2 AND namespace = $3 AND name = $4
            """, [.integer(collection.rawValue), .integer(member?.rawValue ?? 0), .text(namespace), .text(name)])
    }

    /// Those of a member that goes; what they take of the quota (`charge`) is to be given back by the caller.
    static func removeAll(_ tx: borrowing WriteTransaction, of collection: CollectionID, _ member: MemberID) throws {
        try tx.execute(
            "DELETE FROM property WHERE collection_id = $1 AND member_id = $2",
            [.integer(collection.rawValue), .integer(member.rawValue)])
    }

    /// Takes a member's properties along to another collection.
    static func move(
        _ tx: borrowing WriteTransaction, of member: MemberID, from source: CollectionID, to target: CollectionID
    ) throws {
        try tx.execute(
            "UPDATE property SET collection_id = $3 WHERE collection_id = $1 AND member_id = $2",
            [.integer(source.rawValue), .integer(member.rawValue), .integer(target.rawValue)])
    }

    /// What the copies take of the quota is to be taken by the caller.
    static func copy(
        _ tx: borrowing WriteTransaction, from source: CollectionID, _ member: MemberID?, to target: CollectionID,
        _ copy: MemberID?
    ) throws -> Int {
        let count = try tx.rowsChanged(
            by: """
            INSERT INTO property (collection_id, member_id, namespace, name, value)
            SELECT $3, $4, namespace, name, value FROM property WHERE collection_id = $1 AND member_id = $2
            """,
            [
                .integer(source.rawValue), .integer(member?.rawValue ?? 0), .integer(target.rawValue),
                .integer(copy?.rawValue ?? 0),
            ])
        return count == 0 ? 0 : try charge(tx.read, of: target, copy)
    }
}
