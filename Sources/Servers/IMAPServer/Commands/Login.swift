import Bytes
import Database
import Directory
import IMAPGrammar
import Logging
import Mail

extension Session {
    /// LOGIN (RFC 9051 §6.2.3), and the end of AUTHENTICATE.
    func signIn(_ user: [UInt8], _ password: [UInt8]) -> Completion {
        guard maySendPassword else { return .no(.privacyRequired, "not without TLS") }
        let services = server.services
        let outcome = services.authenticator.authenticate(
            name: String(utf8: user), password: password, peer: peer, service: .imap, now: services.clock())
        switch outcome {
        case .success(let principal):
            do {
                try makeInbox(of: principal)
            } catch {
                return Replies.completion(of: error, logger)
            }
            return signedIn(principal)
        case .failure:
            server.metrics.signInFailed()
            logger.notice("sign-in failed")
            countError()
            return .no(.authenticationFailed, "wrong name or password")
        case .mustWait(let seconds):
            // Not AUTHENTICATIONFAILED: clients would ask for another password.
            return .no(.limit, "too many sign-ins at once, or too many wrong passwords: wait \(seconds) seconds")
        case .directoryUnavailable(let reason):
            logger.warning(
                "a directory cannot be asked", metadata: ["directory": "\(reason.directory)", "reason": "\(reason.reason)"])
            return .no(.unavailable, "the directory cannot be asked now")
        case .unavailable(let error):
            logger.error("passwords cannot be checked", metadata: ["failure": "\(error)"])
            return .no(.unavailable, "passwords cannot be checked now")
        }
    }

    /// RFC 9051 §5.1: everybody has an INBOX.
    private func makeInbox(of principal: Principal) throws {
        let isThere = try database.read { tx in try store.mailbox(tx, of: principal.id, named: StoredName.inbox) != nil }
        if isThere { return }
        try database.write { tx in _ = try store.makeInbox(tx, of: principal.id, now: now) }
    }

    private func signedIn(_ principal: Principal) -> Completion {
        self.principal = principal
        state = .authenticated
        forgetErrors()
        logger[metadataKey: "user"] = "\(principal.name)@\(principal.domain)"
        reader.limits = CommandReader.Limits()
        reader.limits.takesUploads = true
        logger.debug("signed in")
        // RFC 9051 §6.2.3: the capabilities may stand in the answer.
        return .ok(.capability(capabilities), "signed in")
    }
}
