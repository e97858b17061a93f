package import Database

/// The properties that clients set on the collections in a collection, and of a home on what is shared there, read at once for
/// a listing. What is very much is left to be read one by one.
package struct ChildProperties: Sendable {
    /// Bytes of values that are held in memory.
    private static let limit = 4 << 20

    /// Whose they are; the numbers stand in the statements.
    private enum Whose: Int64 {
        case own = 0
        case shared, personal
    }

    private typealias Part = [CollectionID: [DeadProperties.Stored]]

    private var own: Part = [:]
    private var shared: Part = [:]
    private var personal: Part = [:]
    /// There is too much.
    private var isUnknown = false

    /// For a listing that asks for none of them.
    package init() {}

    /// - Parameter withMounts: whether those of what is shared in `parent`, a home, are wanted too.
    package init(_ tx: borrowing ReadTransaction, in parent: CollectionID, withMounts: Bool) throws {
        var size = 0
        try tx.forEach(withMounts ? Self.all : Self.ofOwn, [.integer(parent.rawValue)]) { row in
            guard let whose = Whose(rawValue: row.integer(0)) else { return true }
            let id = CollectionID(rawValue: row.integer(1))
            let property = DeadProperties.Stored(namespace: row.text(2), name: row.text(3), value: row.bytes(4))
            size += property.value.count
            if size > Self.limit {
                isUnknown = true
                return false
            }
            switch whose {
            case .own: own[id, default: []].append(property)
            case .shared: shared[id, default: []].append(property)
            case .personal: personal[id, default: []].append(property)
            }
            return true
        }
        if isUnknown { (own, shared, personal) = ([:], [:], [:]) }
        Self.sort(&own)
        Self.sort(&shared)
        Self.sort(&personal)
    }

    private static let ofOwn: StaticString = """
        SELECT CAST(0 AS BIGINT), p.collection_id, p.namespace, p.name, p.value
        FROM collection c JOIN property p ON p.collection_id = c.id AND p.member_id = 0
        WHERE c.parent_id = $1 AND c.trashed IS NULL
        """

    /// In one statement: where the database is another process, each is a journey.
    private static let all: StaticString = """
        SELECT CAST(0 AS BIGINT), p.collection_id, p.namespace, p.name, p.value
        FROM collection c JOIN property p ON p.collection_id = c.id AND p.member_id = 0
        WHERE c.parent_id = $1 AND c.trashed IS NULL
        UNION ALL SELECT CAST(1 AS BIGINT), p.collection_id, p.namespace, p.name, p.value
        FROM mount m JOIN property p ON p.collection_id = m.collection_id AND p.member_id = 0
        WHERE m.home_id = $1 AND m.is_hidden = 0
        UNION ALL SELECT CAST(2 AS BIGINT), collection_id, namespace, name, value FROM mount_property WHERE home_id = $1
        """

    /// By their names. The database has mostly given them so, and is not asked to sort what may be much.
    private static func sort(_ part: inout Part) {
        for index in part.values.indices where part.values[index].count > 1 { part.values[index].sort(by: isBefore) }
    }

    private static func isBefore(_ a: DeadProperties.Stored, _ b: DeadProperties.Stored) -> Bool {
        if a.namespace == b.namespace { return a.name.utf8.lexicographicallyPrecedes(b.name.utf8) }
        return a.namespace.utf8.lexicographicallyPrecedes(b.namespace.utf8)
    }

    /// Of a collection in the parent, in the order of their names; nil where they were not read.
    package func properties(of collection: CollectionID) -> [DeadProperties.Stored]? { isUnknown ? nil : own[collection] ?? [] }

    /// Of one that is shared there: those that all see, and the sharee's own.
    package func properties(of mount: Mount) -> (shared: [DeadProperties.Stored], personal: [DeadProperties.Stored])? {
        if isUnknown { return nil }
        return (shared[mount.collection] ?? [], personal.isEmpty ? [] : personal[mount.collection] ?? [])
    }
}
