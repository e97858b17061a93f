package import Database

/// What a sharee has set on a shared collection for themselves. Which properties these are is for those above to know.
package enum MountProperties {
    /// In the order of their names.
    package static func all(_ tx: borrowing ReadTransaction, of mount: Mount) throws -> [DeadProperties.Stored] {
        try tx.all(
            """
            SELECT namespace, name, value FROM mount_property WHERE home_id = $1 AND collection_id = $2
            ORDER BY namespace, name
            """, [.integer(mount.home.rawValue), .integer(mount.collection.rawValue)]
        ) {
            DeadProperties.Stored(namespace: $0.text(0), name: $0.text(1), value: $0.bytes(2))
        }
    }

    /// Throws `StoreRefusal.quotaExceeded` where there would be more than a resource may have.
    package static func set(
        _ tx: borrowing WriteTransaction, of mount: Mount, namespace: String, name: String, value: [UInt8]
    ) throws {
        let others = try all(tx.read, of: mount).filter { $0.namespace != namespace || $0.name != name }
        if others.reduce(value.count, { $0 + $1.value.count }) > DeadProperties.maximumTotalSize {
            throw StoreRefusal.quotaExceeded
        }
        try tx.execute(
            """
            INSERT INTO mount_property (home_id, collection_id, namespace, name, value) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (home_id, collection_id, namespace, name) DO UPDATE SET value = excluded.value
            """,
            [
                .integer(mount.home.rawValue), .integer(mount.collection.rawValue), .text(namespace), .text(name),
                .bytes(value),
            ])
    }

    package static func remove(
        _ tx: borrowing WriteTransaction, of mount: Mount, namespace: String, name: String
    ) throws {
        try tx.execute(
            """
            DELETE FROM mount_property
            WHERE home_id = $1 AND collection_id = $2 AND namespace = $3 AND name = $4
            """,
            [
                .integer(mount.home.rawValue), .integer(mount.collection.rawValue), .text(namespace), .text(name),
            ])
    }
}
