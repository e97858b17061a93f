import Bytes
package import Database

/// The principals that this database has. What only reads is static and needs a transaction; what changes also tells
/// the cache.
package struct LocalDirectory: Sendable {
    /// Of one principal.
    package static let maximumAddresses = 100
    /// Bytes.
    package static let maximumDisplayNameLength = 256

    let cache: PrincipalCache?

    /// - Parameter cache: the one that this process asks; it forgets what changes once the change is committed.
    package init(cache: PrincipalCache? = nil) { self.cache = cache }

    // MARK: Finding

    package static func find(_ tx: borrowing ReadTransaction, _ id: PrincipalID) throws -> Principal? {
        var rows = PrincipalRows()
        try tx.forEach("""
            SELECT p.id, p.kind, p.domain, p.name, p.display_name, p.is_administrator, p.is_disabled, p.quota_bytes,
                p.must_change_password, a.address, p.storage
            FROM principal p LEFT JOIN address a ON a.principal_id = p.id WHERE p.id = $1 ORDER BY a.position
            """, [.integer(id.rawValue)]) { try rows.take($0) { _ in true } }
        return rows.current
    }

    /// Those of many ids that there are.
    package static func find(
        _ tx: borrowing ReadTransaction, all ids: Set<PrincipalID>
    ) throws -> [PrincipalID: Principal] {
        var found: [PrincipalID: Principal] = [:]
        for part in ids.sorted(by: { $0.rawValue < $1.rawValue }).batches(of: 16) {
            var rows = PrincipalRows()
            func keep(_ principal: Principal) -> Bool {
                found[principal.id] = principal
                return true
            }
            try tx.forEach("""
                SELECT p.id, p.kind, p.domain, p.name, p.display_name, p.is_administrator, p.is_disabled, p.quota_bytes,
                    p.must_change_password, a.address, p.storage
                FROM principal p LEFT JOIN address a ON a.principal_id = p.id
                WHERE p.id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
                ORDER BY p.id, a.position
                """, part.map { .integer($0.rawValue) }.filled(to: 16)) { try rows.take($0, keep) }
            try rows.finish(keep)
        }
        return found
    }

    package static func find(_ tx: borrowing ReadTransaction, _ signInName: SignInName) throws -> Principal? {
        try find(tx, domain: signInName.domain, name: signInName.name)
    }

    /// Both in lower case.
    package static func find(_ tx: borrowing ReadTransaction, domain: String, name: String) throws -> Principal? {
        var rows = PrincipalRows()
        try tx.forEach("""
            SELECT p.id, p.kind, p.domain, p.name, p.display_name, p.is_administrator, p.is_disabled, p.quota_bytes,
                p.must_change_password, a.address, p.storage
            FROM principal p LEFT JOIN address a ON a.principal_id = p.id WHERE p.domain = $1 AND p.name = $2
            ORDER BY a.position
            """, [.text(domain), .text(name)]) { try rows.take($0) { _ in true } }
        return rows.current
    }

    /// Whose the mail address is, in any case of letters.
    package static func find(_ tx: borrowing ReadTransaction, address: String) throws -> Principal? {
        guard let folded = MailAddress.folded(address), let id = try owner(tx, ofFolded: folded) else { return nil }
        return try find(tx, id)
    }

    static func owner(_ tx: borrowing ReadTransaction, ofFolded address: String) throws -> PrincipalID? {
        try tx.first("SELECT principal_id FROM address WHERE address = $1", [.text(address)]) {
            PrincipalID(rawValue: $0.integer(0))
        }
    }

    /// Whether there is nobody yet.
    package static func isEmpty(_ tx: borrowing ReadTransaction) throws -> Bool {
        try tx.first("SELECT id FROM principal LIMIT 1") { $0.integer(0) } == nil
    }

    /// Calls `body` for the principals in order of domain and name, after `previous`, until it returns false or
    /// `limit` is reached. `body` must not use the transaction.
    ///
    /// - Parameter domain: in lower case; nil: all of them.
    package static func forEach(
        _ tx: borrowing ReadTransaction, domain: String? = nil, after previous: SignInName? = nil, limit: Int = .max,
        _ body: (Principal) throws -> Bool
    ) throws {
        var rows = PrincipalRows()
        let count = Value.integer(Int64(max(0, limit)))
        if let domain {
            // A previous one of another domain is before or after all of this one.
            if let previous, previous.domain > domain { return }
            let start = previous?.domain == domain ? previous?.name : nil
            try tx.forEach("""
                SELECT p.id, p.kind, p.domain, p.name, p.display_name, p.is_administrator, p.is_disabled, p.quota_bytes,
                    p.must_change_password, a.address, p.storage
                FROM (SELECT * FROM principal WHERE domain = $1 AND name > $2 ORDER BY name LIMIT $3) p
                LEFT JOIN address a ON a.principal_id = p.id ORDER BY p.name, a.position
                """, [.text(domain), .text(start ?? ""), count]) { try rows.take($0, body) }
        } else {
            try tx.forEach("""
                SELECT p.id, p.kind, p.domain, p.name, p.display_name, p.is_administrator, p.is_disabled, p.quota_bytes,
                    p.must_change_password, a.address, p.storage
                FROM (SELECT * FROM principal WHERE (domain, name) > ($1, $2) ORDER BY domain, name LIMIT $3) p
                LEFT JOIN address a ON a.principal_id = p.id ORDER BY p.domain, p.name, a.position
                """, [.text(previous?.domain ?? ""), .text(previous?.name ?? ""), count]) { try rows.take($0, body) }
        }
        try rows.finish(body)
    }

    /// The mail domain of the account that was made first; nil where there is none yet.
    package static func firstDomain(_ tx: borrowing ReadTransaction) throws -> String? {
        try tx.first("SELECT domain FROM principal WHERE kind = 'user' ORDER BY id LIMIT 1") { $0.text(0) }
    }

    /// Names (`name@domain`) of administrators whose password is still one that was made up and printed: the first ones.
    package static func administratorsWithPrintedPassword(
        _ tx: borrowing ReadTransaction, limit: Int = 10
    ) throws -> [String] {
        try tx.all("""
            SELECT name, domain FROM principal WHERE is_administrator = 1 AND must_change_password = 1 AND is_disabled = 0
            ORDER BY domain, name LIMIT $1
            """, [.integer(Int64(max(0, limit)))]) { "\($0.text(0))@\($0.text(1))" }
    }

    /// Whether no address list and no search shows it.
    package static func isHidden(_ tx: borrowing ReadTransaction, _ id: PrincipalID) throws -> Bool {
        try tx.first("SELECT is_hidden FROM principal WHERE id = $1", [.integer(id.rawValue)]) { $0.integer(0) == 1 } ?? false
    }

    /// What the members of its collections take, in bytes.
    package static func usedBytes(_ tx: borrowing ReadTransaction, of id: PrincipalID) throws -> Int64 {
        try tx.first("SELECT used_bytes FROM principal WHERE id = $1", [.integer(id.rawValue)]) {
            max(0, $0.integer(0))
        } ?? 0
    }

    /// The PHC string of its password, and the same password's verifier for SCRAM.
    static func storedPassword(
        _ tx: borrowing ReadTransaction, of id: PrincipalID
    ) throws -> (hash: String?, scram: String?) {
        try tx.first("SELECT password, scram FROM principal WHERE id = $1", [.integer(id.rawValue)]) {
            (hash: $0.optionalText(0), scram: $0.optionalText(1))
        } ?? (nil, nil)
    }
}
