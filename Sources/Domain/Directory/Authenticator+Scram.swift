import Cryptography
package import SASL

extension Authenticator {
    /// Whether SCRAM is offered to who signs in now.
    package func offersScram(now: Int64) -> Bool { scramOffer.isOpen(now: now) }

    /// What to tell who wants to sign in as `name` by SCRAM: whether there is such a name, nobody learns from it.
    package func startScram(name: String, peer: String, now: Int64) -> ScramStart {
        do {
            guard let signInName = SignInName(name, defaultDomain: options.defaultDomain) else {
                return try scram.start(nil, name: name)
            }
            if let wait = guessGuard.wait(peer, signInName, now: now) { return .mustWait(seconds: Self.seconds(wait)) }
            return try scram.start(accountForScram(signInName, now: now), name: signInName.description)
        } catch {
            return .unavailable(error)
        }
    }

    /// Checks a proof for `name`, as `authenticate` does a password. Failures count for the guard as those of passwords do; but as each
    /// exchange has a proof of its own, the same wrong password is a new failure each time.
    ///
    /// - Returns: with success also what the server proves.
    package func authenticate(
        name: String, proof: ScramProof, peer: String, service: SignInService, now: Int64
    ) -> (outcome: AuthenticationOutcome, answer: [UInt8]) {
        guard let signInName = SignInName(name, defaultDomain: options.defaultDomain) else { return (.failure, []) }
        if let wait = guessGuard.wait(peer, signInName, now: now) { return (mustWait(wait), []) }
        let fingerprint = Self.fingerprint(of: proof.proof)
        do {
            let account = try accountForScram(signInName, now: now)
            // A password of this database is worth nothing where a directory is asked first.
            let isOwnTaken = account?.link == nil && directories?.hasSources(for: signInName, account) != true
            let found = try scram.find(proof, in: account, isOwnTaken: isOwnTaken, service: service)
            if let account, let found {
                switch found.match {
                case .own where !account.principal.isDisabled:
                    guessGuard.succeeded(peer, signInName, now: now)
                    return (.success(account.principal), found.answer)
                case .own: break
                case .app(let used):
                    let outcome = signIn(
                        signInName, account, used, code: key.code(account.seal, used.code), fingerprint: fingerprint, peer: peer,
                        now: now)
                    return (outcome, found.answer)
                }
            }
        } catch {
            return (.unavailable(error), [])
        }
        guessGuard.failed(peer, signInName, fingerprint: fingerprint, now: now)
        return (.failure, [])
    }

    private func accountForScram(_ name: SignInName, now: Int64) throws -> Account? {
        let account = try principals.account(name, now: now)
        // A group of a directory signs in nowhere.
        return account?.link != nil && account?.principal.kind == .group ? nil : account
    }
}
