package import Database
package import SASL

/// The table `app_password`.
package enum AppPasswords {
    /// Of one principal. What is checked at a sign-in grows with it.
    package static let maximumCount = 50
    /// Bytes.
    package static let maximumNameLength = 64

    /// In the order of their names.
    package static func all(_ tx: borrowing ReadTransaction, of id: PrincipalID) throws -> [AppPassword] {
        try tx.all("""
            SELECT name, scopes, created, last_used, salt, code, scram, expires FROM app_password WHERE principal_id = $1
            ORDER BY name LIMIT $2
            """, [.integer(id.rawValue), .integer(Int64(maximumCount))]) { row in
            AppPassword(
                name: row.text(0), scopes: Set(bits: row.integer(1)), created: row.integer(2),
                lastUsed: row.optionalInteger(3), expires: row.optionalInteger(7), salt: row.bytes(4), code: row.bytes(5),
                scram: [ScramVerifier](text: row.optionalText(6)))
        }
    }

    /// Those that sign in now.
    static func valid(_ tx: borrowing ReadTransaction, of id: PrincipalID, at now: Int64) throws -> [AppPassword] {
        try all(tx, of: id).filter { $0.isValid(at: now) }
    }

    /// Notes a use: nothing is written where another process has noted one within `interval`.
    static func noteUse(
        _ tx: borrowing WriteTransaction, of id: PrincipalID, _ used: AppPassword, now: Int64, interval: Int64
    ) throws {
        try tx.execute("""
            UPDATE app_password SET last_used = $4
            WHERE principal_id = $1 AND name = $2 AND salt = $3 AND (last_used IS NULL OR last_used <= $5)
            """, [.integer(id.rawValue), .text(used.name), .bytes(used.salt), .integer(now), .integer(now - interval)])
    }
}

extension LocalDirectory {
    /// Adds an app password; its secret is returned here and kept nowhere. Throws `DirectoryRefusal`.
    ///
    /// - Parameters:
    ///   - expires: from when on it signs in nowhere; nil: it has no end.
    ///   - scram: the secret's verifiers, where it was made before the transaction.
    @discardableResult
    package func addAppPassword(
        _ tx: borrowing WriteTransaction, to principal: Principal, name: String, scopes: Set<SignInService>,
        expires: Int64? = nil, secret: AppSecret = AppSecret(), scram: [ScramVerifier] = [], now: Int64,
        random: RandomSource = SystemRandom.bytes
    ) throws -> AppSecret {
        // Who cannot sign in with a password of their own gets none to do it with.
        guard principal.kind == .user else { throw DirectoryRefusal.notAUser }
        guard 1...AppPasswords.maximumNameLength ~= name.utf8.count, !scopes.isEmpty,
            !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw DirectoryRefusal.invalidAppPasswordName }
        let others = try AppPasswords.all(tx.read, of: principal.id)
        if others.contains(where: { $0.name == name }) { throw DirectoryRefusal.appPasswordNameTaken }
        guard others.count < AppPasswords.maximumCount else { throw DirectoryRefusal.tooManyAppPasswords }
        let salt = random(16)
        try tx.execute("""
            INSERT INTO app_password (principal_id, name, scopes, salt, code, created, scram, expires)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """, [
                .integer(principal.id.rawValue), .text(name), .integer(scopes.bits), .bytes(salt),
                .bytes(secret.code(salt: salt)), .integer(now), Value(scram.text), expires.map { .integer($0) } ?? .null,
            ])
        forget(tx, principal.id)
        return secret
    }

    /// What SCRAM needs of one that is known just now; nothing happens where it is another by now.
    func noteVerifiers(
        _ tx: borrowing WriteTransaction, of id: PrincipalID, _ password: AppPassword, _ verifiers: [ScramVerifier]
    ) throws {
        try tx.execute(
            "UPDATE app_password SET scram = $4 WHERE principal_id = $1 AND name = $2 AND salt = $3",
            [.integer(id.rawValue), .text(password.name), .bytes(password.salt), Value(verifiers.text)])
        forget(tx, id)
    }

    /// False where there is none of this name.
    package func revokeAppPassword(_ tx: borrowing WriteTransaction, of id: PrincipalID, name: String) throws -> Bool {
        let count = try tx.rowsChanged(
            by: "DELETE FROM app_password WHERE principal_id = $1 AND name = $2", [.integer(id.rawValue), .text(name)])
        forget(tx, id)
        return count > 0
    }
}
