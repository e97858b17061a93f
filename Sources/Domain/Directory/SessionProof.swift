import Database
package import SASL

/// With what a session has signed in that stays open: when that is worth nothing any more, the session is to end.
package struct SessionProof: Sendable, Hashable {
    enum Secret: Hashable {
        /// A password of this database, as it is stored.
        case own(String)
        /// An app password, by its salt: one made anew under the same name is another.
        case app([UInt8])
        /// A password that a directory elsewhere has checked.
        case elsewhere
        /// It was changed in the moment of the sign-in: only who it is counts.
        case unknown
    }

    package let principal: PrincipalID
    /// Whether a directory elsewhere has a say in it.
    package let isOfDirectory: Bool
    let secret: Secret
}

extension Authenticator {
    /// What was just proved by a right password.
    package func sessionProof(
        name: String, password: [UInt8], of principal: Principal, service: SignInService, now: Int64
    ) -> SessionProof {
        proof(name, of: principal, now: now) { account in
            guard let secret = AppSecret(typed: password) else { return nil }
            return AppPasswordSignIn.find(secret, for: service, in: account.appPasswords)
        }
    }

    /// The same by SCRAM.
    package func sessionProof(
        name: String, proof: ScramProof, of principal: Principal, service: SignInService, now: Int64
    ) -> SessionProof {
        self.proof(name, of: principal, now: now) { account in
            guard case .app(let used)? = try? scram.find(proof, in: account, isOwnTaken: true, service: service)?.match
            else { return nil }
            return used
        }
    }

    private func proof(
        _ name: String, of principal: Principal, now: Int64, _ used: (Account) -> AppPassword?
    ) -> SessionProof {
        guard let name = SignInName(name, defaultDomain: options.defaultDomain),
            let account = try? principals.account(name, now: now), account.principal.id == principal.id
        else { return SessionProof(principal: principal.id, isOfDirectory: false, secret: .unknown) }
        let isOfDirectory = account.link != nil
        let secret: SessionProof.Secret = if let used = used(account) { .app(used.salt) } else if isOfDirectory { .elsewhere } else {
            .own(account.storedPassword)
        }
        return SessionProof(principal: principal.id, isOfDirectory: isOfDirectory, secret: secret)
    }

    /// Principals of one transaction.
    private static let batch = 200

    /// Those that are worth nothing any more: the principal is gone or disabled, here or in its directory, the app password is
    /// revoked or at its end, the password is another one. No directory is asked: what it said last counts (`DirectoryMemberships`).
    package func ended(of proofs: [SessionProof], now: Int64) throws -> Set<SessionProof> {
        var ended: Set<SessionProof> = []
        let all = Dictionary(grouping: Set(proofs), by: \.principal)
        var rest = Array(all.keys)[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.batch)
            rest = rest.dropFirst(part.count)
            try database.read { tx in
                for id in part {
                    let proofs = all[id] ?? []
                    guard let principal = try LocalDirectory.find(tx, id), !principal.isDisabled, memberships?.isShut(id) != true else {
                        ended.formUnion(proofs)
                        continue
                    }
                    for proof in proofs where try !isValid(proof, tx, now: now) { ended.insert(proof) }
                }
            }
        }
        return ended
    }

    private func isValid(_ proof: SessionProof, _ tx: borrowing ReadTransaction, now: Int64) throws -> Bool {
        switch proof.secret {
        case .own(let stored): try LocalDirectory.storedPassword(tx, of: proof.principal).hash ?? "" == stored
        case .app(let salt): try AppPasswords.valid(tx, of: proof.principal, at: now).contains { $0.salt == salt }
        case .elsewhere, .unknown: true
        }
    }
}
