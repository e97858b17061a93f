package import Database
package import Directory

/// What the members of a principal's collections take of the room it was given. The counter is in the principal's row.
package enum Quota {
    /// Throws `StoreRefusal.quotaExceeded` where there is no room for `bytes` more.
    static func take(_ tx: borrowing WriteTransaction, _ bytes: Int, of owner: PrincipalID) throws {
        if bytes <= 0 { return try release(tx, 0 &- bytes, of: owner) }
        let changed = try tx.execute("""
            UPDATE principal SET used_bytes = used_bytes + $2
            WHERE id = $1 AND (quota_bytes IS NULL OR used_bytes + $2 <= quota_bytes)
            """, [.integer(owner.rawValue), .integer(Int64(bytes))])
        if changed == 0 { throw StoreRefusal.quotaExceeded }
    }

    /// Throws `StoreRefusal.quotaExceeded` where `take` of `bytes` would: for changes of many steps, before the first.
    static func check(_ tx: borrowing ReadTransaction, _ bytes: Int, of owner: PrincipalID) throws {
        let (used, limit) = try state(tx, of: owner)
        if let limit, bytes > 0, Int64(bytes) > limit - used { throw StoreRefusal.quotaExceeded }
    }

    static func release(_ tx: borrowing WriteTransaction, _ bytes: Int, of owner: PrincipalID) throws {
        if bytes == 0 { return }
        try tx.execute("UPDATE principal SET used_bytes = used_bytes - $2 WHERE id = $1",
                       [.integer(owner.rawValue), .integer(Int64(bytes))])
    }

    /// Bytes in use, and bytes that may be used (nil: no limit).
    package static func state(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> (used: Int64, limit: Int64?) {
        try tx.first("SELECT used_bytes, quota_bytes FROM principal WHERE id = $1", [.integer(owner.rawValue)]) {
            (max(0, $0.integer(0)), $0.optionalInteger(1))
        } ?? (0, nil)
    }
}
