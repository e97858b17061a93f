import Bytes
import Database
import Directory
import IMAPGrammar
import Logging
import Mail
import SASL
import Synchronization

/// What has come of a client that signs in and is not checked yet.
struct PendingSignIn {
    enum Check {
        case password(user: [UInt8], [UInt8])
        case scramFirst(ScramExchange, message: [UInt8])
        case scramFinal(ScramExchange, user: [UInt8], message: [UInt8])
    }

    var tag: [UInt8]
    var name: StaticString
    var check: Check
}

extension Session {
    /// LOGIN (RFC 9051 §6.2.3), and the end of AUTHENTICATE.
    func signIn(_ tag: [UInt8], _ name: StaticString, _ user: [UInt8], _ password: [UInt8]) -> Completion {
        check(tag, name, .password(user: user, password))
    }

    /// Checking may take long, and is done by threads of its own: those that guess passwords must not keep those that are signed in from
    /// being served.
    func check(_ tag: [UInt8], _ name: StaticString, _ check: PendingSignIn.Check) -> Completion {
        guard maySendPassword else { return .no(.privacyRequired, "not without TLS") }
        signingIn = PendingSignIn(tag: tag, name: name, check: check)
        pauseNext(.signIn)
        return .waiting
    }

    func check(_ pending: PendingSignIn) -> Completion {
        switch pending.check {
        case .password(let user, let password):
            let services = server.services
            let (name, now) = (String(utf8: user), services.clock())
            let outcome = services.authenticator.authenticate(name: name, password: password, peer: peer, service: .imap, now: now)
            if case .success(let principal) = outcome {
                proof = services.authenticator.sessionProof(name: name, password: password, of: principal, service: .imap, now: now)
            }
            return completion(of: outcome)
        case .scramFirst(let exchange, let message): return beginScram(pending.tag, exchange, message)
        case .scramFinal(let exchange, let user, let message): return endScram(pending.tag, exchange, user, message)
        }
    }

    func completion(of outcome: AuthenticationOutcome) -> Completion {
        switch outcome {
        case .success(let principal): return admit(principal)
        case .failure:
            server.metrics.signInFailed()
            logger.notice("sign-in failed")
            countError()
            return .no(.authenticationFailed, "wrong name or password")
        case .mustWait(let seconds): return mustWait(seconds)
        case .directoryUnavailable(let reason):
            logger.warning(
                "a directory cannot be asked", metadata: ["directory": "\(reason.directory)", "reason": "\(reason.reason)"])
            return .no(.unavailable, "the directory cannot be asked now")
        case .unavailable(let error): return cannotCheck(error)
        }
    }

    /// Not AUTHENTICATIONFAILED: clients would ask for another password.
    func mustWait(_ seconds: Int) -> Completion {
        .no(.limit, "too many sign-ins at once, or too many wrong passwords: wait \(seconds) seconds")
    }

    func cannotCheck(_ error: any Error) -> Completion {
        logger.error("passwords cannot be checked", metadata: ["failure": "\(error)"])
        return .no(.unavailable, "passwords cannot be checked now")
    }

    /// Who it is has been proved.
    func admit(_ principal: Principal) -> Completion {
        let off: [String]
        do {
            mailPlace = try server.services.elsewhere?(principal) ?? server.services.place
            off = try prepareAccount(of: principal)
        } catch {
            return Replies.completion(of: error, logger)
        }
        return signedIn(principal, off: off)
    }

    /// RFC 9051 §5.1: everybody has an INBOX. Gives the capabilities that are off for the account.
    private func prepareAccount(of principal: Principal) throws -> [String] {
        let (isThere, off) = try database.read { tx in
            (
                try store.mailbox(tx, of: principal.id, named: StoredName.inbox) != nil,
                try store.capabilitiesOff(tx, of: principal.id)
            )
        }
        if !isThere { try database.write { tx in _ = try store.makeInbox(tx, of: principal.id, now: now) } }
        return off
    }

    private func signedIn(_ principal: Principal, off: [String]) -> Completion {
        guard server.users.admit(principal.id) else {
            logger.notice("too many connections of a user", metadata: ["user": "\(principal.name)@\(principal.domain)"])
            return .no(.limit, "too many connections of this user")
        }
        self.principal = principal
        enterSessions()
        setCapabilities(off: off)
        state = .authenticated
        forgetErrors()
        logger[metadataKey: "user"] = "\(principal.name)@\(principal.domain)"
        reader.limits = CommandReader.Limits()
        reader.limits.takesUploads = true
        logger.debug("signed in")
        // RFC 9051 §6.2.3: the capabilities may stand in the answer.
        return .ok(.capability(capabilities), "signed in")
    }

    private func enterSessions() {
        guard let proof else { return }
        sessionKey = server.sessions.enter(proof) { [weak self, waker] in
            self?.isEnded.store(true, ordering: .relaxed)
            waker()
        }
    }

    /// Nobody is signed in any more.
    func forgetUser() {
        if let sessionKey { server.sessions.leave(sessionKey) }
        (sessionKey, proof) = (nil, nil)
        isEnded.store(false, ordering: .relaxed)
        if let principal { server.users.release(principal.id) }
        principal = nil
        mailPlace = server.services.place
        scramOffer = nil
    }
}
