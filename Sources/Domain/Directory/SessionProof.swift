import Bytes
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

    /// Those that are worth nothing any more: the principal is gone or disabled, here or in its directory, the app password is
    /// revoked or at its end, the password is another one. No directory is asked: what it said last counts (`DirectoryMemberships`).
    package func ended(of proofs: [SessionProof], now: Int64) throws -> Set<SessionProof> {
        var ended: Set<SessionProof> = []
        let all = Dictionary(grouping: Set(proofs), by: \.principal)
        for part in Array(all.keys).batches(of: Standings.limit) {
            let standings = try database.read { tx in
                try Standings(tx, part, withAppPasswords: part.contains { all[$0]?.contains(where: \.isOfApp) == true }, now: now)
            }
            for id in part {
                let proofs = all[id] ?? []
                ended.formUnion(memberships?.isShut(id) == true ? proofs : proofs.filter { !standings.allow($0) })
            }
        }
        return ended
    }
}

extension SessionProof {
    fileprivate var isOfApp: Bool { if case .app = secret { true } else { false } }
}

/// With what some principals may sign in now. Two statements for all of them: thousands have open sessions.
private struct Standings {
    static let limit = 64

    /// The stored passwords of those that are there and not disabled.
    private var own: [PrincipalID: String] = [:]
    /// The salts of app passwords.
    private var app: [PrincipalID: Set<[UInt8]>] = [:]

    init(_ tx: borrowing ReadTransaction, _ ids: ArraySlice<PrincipalID>, withAppPasswords: Bool, now: Int64) throws {
        if ids.isEmpty { return }
        let parameters = ids.map { Value.integer($0.rawValue) }.filled(to: Self.limit)
        if withAppPasswords { tx.foresee(Self.appPasswords, parameters) }
        for (id, password) in try tx.all(Self.principals, parameters, row: { (PrincipalID(rawValue: $0.integer(0)), $0.optionalText(1)) }) {
            own[id] = password ?? ""
        }
        guard withAppPasswords else { return }
        try tx.all(Self.appPasswords, parameters) { (PrincipalID(rawValue: $0.integer(0)), $0.bytes(1), $0.optionalInteger(2)) }
            .filter { _, _, expires in AppPassword.isValid(until: expires, at: now) }
            .forEach { id, salt, _ in app[id, default: []].insert(salt) }
    }

    func allow(_ proof: SessionProof) -> Bool {
        guard let password = own[proof.principal] else { return false }
        switch proof.secret {
        case .own(let stored): return password == stored
        case .app(let salt): return app[proof.principal]?.contains(salt) ?? false
        case .elsewhere, .unknown: return true
        }
    }

    private static let principals: StaticString = """
        SELECT id, password FROM principal WHERE is_disabled = 0 AND id IN (
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27,
            $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52,
            $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64)
        """

    private static let appPasswords: StaticString = """
        SELECT principal_id, salt, expires FROM app_password WHERE principal_id IN (
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27,
            $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52,
            $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64)
        """
}
