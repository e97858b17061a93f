package import Cryptography
package import Database
package import SASL

extension LocalDirectory {
    /// Adds a principal. Throws `DirectoryRefusal`.
    @discardableResult
    package func add(_ tx: borrowing WriteTransaction, _ new: NewPrincipal, now: Int64) throws -> Principal {
        let signInName = new.signInName
        if let other = try Self.find(tx.read, signInName) { throw DirectoryRefusal.nameTaken(by: other.id) }
        let displayName = new.displayName.isEmpty ? signInName.name : new.displayName
        try Self.checkDisplayName(displayName)
        try Self.checkQuota(new.quotaBytes)
        guard new.addresses.count <= Self.maximumAddresses else { throw DirectoryRefusal.tooManyAddresses }
        let storage = new.followsDomain ? try StorageMap.storage(tx.read, ofDomain: signInName.domain) : nil
        let id = PrincipalID(rawValue: try tx.nextID(.principal))
        try tx.execute("""
            INSERT INTO principal (id, kind, domain, name, display_name, is_administrator, is_disabled, password,
                must_change_password, quota_bytes, used_bytes, created, scram, storage)
            VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, 0, $10, $11, $12)
            """, [
                .integer(id.rawValue), .text(new.kind.rawValue), .text(signInName.domain), .text(signInName.name),
                .text(displayName), Value(new.isAdministrator), Value(new.password?.text),
                Value(new.mustChangePassword), Value(new.quotaBytes), .integer(now),
                Value(new.password == nil ? nil : new.scram?.text), Value(storage),
            ])
        for address in new.addresses { try insertAddress(tx, address, of: id) }
        if let link = new.entry { try DirectoryAccounts.insert(tx, id, link, seen: now) }
        try DirectoryChanges.note(tx, id)
        if new.entry == nil { try OwnChanges.note(tx, id) }
        forget(tx, id)
        guard let principal = try Self.find(tx.read, id) else {
            throw Failure(.serverBug, "a principal that was added is not there")
        }
        return principal
    }

    /// Nil: it cannot sign in. The hash is made before the transaction (`Passwords.hash`), for it takes long.
    ///
    /// - Parameter scram: the same password's verifier; nil: what is known of the old one goes.
    package func setPassword(
        _ tx: borrowing WriteTransaction, of id: PrincipalID, _ password: PasswordHash?, scram: ScramVerifier? = nil,
        mustChange: Bool = false
    ) throws {
        try changed(tx, id, tx.rowsChanged(
            by: "UPDATE principal SET password = $2, must_change_password = $3, scram = $4 WHERE id = $1",
            [
                .integer(id.rawValue), Value(password?.text), Value(mustChange),
                Value(password == nil ? nil : scram?.text),
            ]))
    }

    /// What SCRAM needs of the password, which is still the one that is stored as `stored`; else nothing happens.
    func noteVerifier(
        _ tx: borrowing WriteTransaction, of id: PrincipalID, _ stored: String, _ verifier: ScramVerifier
    ) throws {
        try tx.execute(
            "UPDATE principal SET scram = $3 WHERE id = $1 AND password = $2",
            [.integer(id.rawValue), .text(stored), .text(verifier.text)])
        forget(tx, id)
    }

    /// The same password under another hash; nothing happens where it is another password by now.
    func replaceHash(
        _ tx: borrowing WriteTransaction, of id: PrincipalID, _ stored: String, by password: PasswordHash
    ) throws {
        try tx.execute(
            "UPDATE principal SET password = $3 WHERE id = $1 AND password = $2",
            [.integer(id.rawValue), .text(stored), .text(password.text)])
        forget(tx, id)
    }

    package func setDisabled(_ tx: borrowing WriteTransaction, _ id: PrincipalID, _ isDisabled: Bool) throws {
        try changed(tx, id, isListed: true, tx.rowsChanged(
            by: "UPDATE principal SET is_disabled = $2 WHERE id = $1", [.integer(id.rawValue), Value(isDisabled)]))
    }

    package func setHidden(_ tx: borrowing WriteTransaction, _ id: PrincipalID, _ isHidden: Bool) throws {
        try changed(tx, id, isListed: true, tx.rowsChanged(
            by: "UPDATE principal SET is_hidden = $2 WHERE id = $1", [.integer(id.rawValue), Value(isHidden)]))
    }

    package func setAdministrator(_ tx: borrowing WriteTransaction, _ id: PrincipalID, _ isAdministrator: Bool) throws {
        try changed(tx, id, tx.rowsChanged(
            by: "UPDATE principal SET is_administrator = $2 WHERE id = $1",
            [.integer(id.rawValue), Value(isAdministrator)]))
    }

    /// Nil: no limit. One below what is used already is allowed: then nothing can be added.
    package func setQuota(_ tx: borrowing WriteTransaction, of id: PrincipalID, bytes: Int64?) throws {
        try Self.checkQuota(bytes)
        try changed(tx, id, tx.rowsChanged(
            by: "UPDATE principal SET quota_bytes = $2 WHERE id = $1", [.integer(id.rawValue), Value(bytes)]))
    }

    package func setDisplayName(_ tx: borrowing WriteTransaction, of id: PrincipalID, _ displayName: String) throws {
        try Self.checkDisplayName(displayName)
        try changed(tx, id, isListed: true, tx.rowsChanged(
            by: "UPDATE principal SET display_name = $2 WHERE id = $1", [.integer(id.rawValue), .text(displayName)]))
    }

    /// Adds a mail address, as the preferred one where asked. One that it has already may become the preferred one so.
    package func addAddress(
        _ tx: borrowing WriteTransaction, of id: PrincipalID, _ address: String, isPreferred: Bool = false
    ) throws {
        guard let principal = try Self.find(tx.read, id) else { throw DirectoryRefusal.notFound }
        guard let folded = MailAddress.folded(address) else { throw DirectoryRefusal.invalidAddress(address) }
        if !principal.addresses.contains(folded) {
            guard principal.addresses.count < Self.maximumAddresses else { throw DirectoryRefusal.tooManyAddresses }
            try insertAddress(tx, folded, of: id)
        }
        if isPreferred {
            try tx.execute(
                "UPDATE address SET position = position + 1 WHERE principal_id = $1", [.integer(id.rawValue)])
            try tx.execute("UPDATE address SET position = 0 WHERE address = $1", [.text(folded)])
        }
        try RightsGeneration.advancePrincipals(tx)
        try DirectoryChanges.note(tx, id)
        try OwnChanges.note(tx, ownOf: [id])
        forget(tx, id)
    }

    /// Throws `notFound` where it is not one of the principal's addresses.
    package func removeAddress(_ tx: borrowing WriteTransaction, of id: PrincipalID, _ address: String) throws {
        guard let folded = MailAddress.folded(address) else { throw DirectoryRefusal.invalidAddress(address) }
        try changed(tx, id, isListed: true, tx.rowsChanged(
            by: "DELETE FROM address WHERE address = $1 AND principal_id = $2", [.text(folded), .integer(id.rawValue)]))
        // The preferred one has position 0.
        let first = try tx.read.first(
            "SELECT MIN(position) FROM address WHERE principal_id = $1", [.integer(id.rawValue)]) { $0.integer(0) }
        if let first, first > 0 {
            try tx.execute(
                "UPDATE address SET position = position - $2 WHERE principal_id = $1",
                [.integer(id.rawValue), .integer(first)])
        }
    }

    /// Removes the principal and its addresses. Its collections must be gone already.
    package func remove(_ tx: borrowing WriteTransaction, _ id: PrincipalID) throws {
        // Before it is unknown whose it was.
        try OwnChanges.note(tx, ownOf: [id])
        try tx.execute("DELETE FROM address WHERE principal_id = $1", [.integer(id.rawValue)])
        try tx.execute("DELETE FROM directory_account WHERE principal_id = $1", [.integer(id.rawValue)])
        try tx.execute("DELETE FROM app_password WHERE principal_id = $1", [.integer(id.rawValue)])
        let groups = try Groups.removeAll(tx, of: id)
        try changed(tx, id, tx.rowsChanged(by: "DELETE FROM principal WHERE id = $1", [.integer(id.rawValue)]))
        try OwnChanges.note(tx, ownOf: groups)
    }

    // MARK: Parts

    private func insertAddress(_ tx: borrowing WriteTransaction, _ address: String, of id: PrincipalID) throws {
        guard let folded = MailAddress.folded(address) else { throw DirectoryRefusal.invalidAddress(address) }
        if let other = try Self.owner(tx.read, ofFolded: folded) {
            throw DirectoryRefusal.addressTaken(folded, by: other == id ? nil : other)
        }
        try tx.execute("""
            INSERT INTO address (address, principal_id, position)
            VALUES ($1, $2, (SELECT COALESCE(MAX(position) + 1, 0) FROM address WHERE principal_id = $2))
            """, [.text(folded), .integer(id.rawValue)])
    }

    /// - Parameter isListed: whether it is something that lists of everybody tell.
    private func changed(
        _ tx: borrowing WriteTransaction, _ id: PrincipalID, isListed: Bool = false, _ rowCount: Int
    ) throws {
        if rowCount == 0 { throw DirectoryRefusal.notFound }
        try RightsGeneration.advancePrincipals(tx)
        try DirectoryChanges.note(tx, id)
        if isListed { try OwnChanges.note(tx, ownOf: [id]) }
        forget(tx, id)
    }

    /// Nobody keeps the principal as it was.
    func forget(_ tx: borrowing WriteTransaction, _ id: PrincipalID) {
        tx.announce(ChangeNotice(.principal, id: id.rawValue))
        guard let cache else { return }
        tx.afterCommit { cache.forget(id) }
    }

    private static func checkDisplayName(_ text: String) throws(DirectoryRefusal) {
        guard 1...maximumDisplayNameLength ~= text.utf8.count,
            !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw .invalidDisplayName }
    }

    private static func checkQuota(_ bytes: Int64?) throws(DirectoryRefusal) {
        if let bytes, bytes < 0 { throw .invalidQuota }
    }
}
