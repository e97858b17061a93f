package import Database

/// The properties that clients set on the collections in a collection, and of a home on what is shared there, read at once for
/// a listing. What is very much is left to be read one by one.
package struct ChildProperties: Sendable {
    /// Bytes of values that are held in memory.
    private static let limit = 4 << 20

    /// Nil where a collection's were not read.
    private struct Part: Sendable {
        var found: [CollectionID: [DeadProperties.Stored]] = [:]
        /// From this id on nothing is known.
        var end: CollectionID?

        func properties(of id: CollectionID) -> [DeadProperties.Stored]? {
            if let end, id.rawValue >= end.rawValue { return nil }
            return found[id] ?? []
        }
    }

    private var own = Part()
    private var shared = Part()
    private var personal = Part()

    /// For a listing that asks for none of them.
    package init() {}

    /// - Parameter withMounts: whether those of what is shared in `parent`, a home, are wanted too.
    package init(_ tx: borrowing ReadTransaction, in parent: CollectionID, withMounts: Bool) throws {
        let id = [Value.integer(parent.rawValue)]
        own = try Self.part { row in
            try tx.forEach(
                """
                SELECT p.collection_id, p.namespace, p.name, p.value
                FROM collection c JOIN property p ON p.collection_id = c.id AND p.member_id = 0
                WHERE c.parent_id = $1 AND c.trashed IS NULL ORDER BY p.collection_id, p.namespace, p.name
                """, id, row: row)
        }
        guard withMounts else { return }
        shared = try Self.part { row in
            try tx.forEach(
                """
                SELECT p.collection_id, p.namespace, p.name, p.value
                FROM mount m JOIN property p ON p.collection_id = m.collection_id AND p.member_id = 0
                WHERE m.home_id = $1 AND m.is_hidden = 0 ORDER BY p.collection_id, p.namespace, p.name
                """, id, row: row)
        }
        personal = try Self.part { row in
            try tx.forEach(
                """
                SELECT collection_id, namespace, name, value FROM mount_property
                WHERE home_id = $1 ORDER BY collection_id, namespace, name
                """, id, row: row)
        }
    }

    private static func part(_ read: ((borrowing Row) throws -> Bool) throws -> Void) throws -> Part {
        var part = Part()
        var size = 0
        try read { row in
            let id = CollectionID(rawValue: row.integer(0))
            let property = DeadProperties.Stored(namespace: row.text(1), name: row.text(2), value: row.bytes(3))
            size += property.value.count
            if size > limit {
                part.end = id
                return false
            }
            part.found[id, default: []].append(property)
            return true
        }
        return part
    }

    /// Of a collection in the parent, in the order of their names; nil where they were not read.
    package func properties(of collection: CollectionID) -> [DeadProperties.Stored]? { own.properties(of: collection) }

    /// Of one that is shared there: those that all see, and the sharee's own.
    package func properties(
        of mount: Mount
    ) -> (shared: [DeadProperties.Stored], personal: [DeadProperties.Stored])? {
        guard let shared = shared.properties(of: mount.collection), let own = personal.properties(of: mount.collection)
        else { return nil }
        return (shared, own)
    }
}
