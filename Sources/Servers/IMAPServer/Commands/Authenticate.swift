import Bytes
import Directory
import IMAPGrammar
import Logging
import SASL
import Wire

/// A SASL exchange between two lines of the client's.
enum SASLMechanism {
    case plain
    /// The old mechanism of Outlook: the user name, once it is known.
    case login(user: [UInt8]?)
    /// SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 7677): what the next message is.
    case scramFirst(ScramExchange)
    case scramFinal(ScramExchange, user: [UInt8])
    /// The client has still to take what the server proves.
    case scramEnd(Principal)
}

extension Session {
    /// RFC 9051 §6.2.2; SASL-IR (RFC 4959).
    func authenticate(_ tag: [UInt8], _ mechanism: [UInt8], _ response: [UInt8]?) throws -> Completion {
        guard maySendPassword else { return .no(.privacyRequired, "not without TLS") }
        switch String(utf8: mechanism) {
        case "PLAIN":
            guard let response else {
                out.challenge([])
                return expect(tag, .plain)
            }
            return plain(tag, response)
        case "LOGIN":
            guard let response else {
                // Outlook wants just these words.
                out.challenge([UInt8]("Username:".utf8))
                return expect(tag, .login(user: nil))
            }
            out.challenge([UInt8]("Password:".utf8))
            return expect(tag, .login(user: response))
        case "SCRAM-SHA-256" where offersScram: return scram(tag, isPlus: false, response)
        case "SCRAM-SHA-256-PLUS" where offersScramPlus: return scram(tag, isPlus: true, response)
        default: return .no(.cannot, "no such mechanism")
        }
    }

    private func expect(_ tag: [UInt8], _ mechanism: SASLMechanism) -> Completion {
        expectation = .authentication(tag: tag, mechanism: mechanism)
        reader.expectLine()
        return .waiting
    }

    func continueAuthentication(_ tag: [UInt8], _ mechanism: SASLMechanism, _ line: [UInt8]) throws -> Completion {
        // RFC 9051 §6.2.2: a line of `*` cancels.
        if line == [0x2A] { return .bad("cancelled") }
        guard let response = Base64.decode(line) else { return .bad("that is not base64") }
        switch mechanism {
        case .plain: return plain(tag, response)
        case .login(nil):
            out.challenge([UInt8]("Password:".utf8))
            return expect(tag, .login(user: response))
        case .login(let user?): return signIn(tag, "AUTHENTICATE", user, response)
        case .scramFirst(let exchange): return check(tag, "AUTHENTICATE", .scramFirst(exchange, message: response))
        case .scramFinal(let exchange, let user):
            return check(tag, "AUTHENTICATE", .scramFinal(exchange, user: user, message: response))
        case .scramEnd(let principal):
            guard response.isEmpty else { return .bad("expected an empty response") }
            return admit(principal)
        }
    }

    /// RFC 4616 §2: message = [authzid] UTF8NUL authcid UTF8NUL passwd
    private func plain(_ tag: [UInt8], _ response: [UInt8]) -> Completion {
        let parts = response.split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return .bad("that is not PLAIN") }
        // RFC 4616 §2: to act as somebody else is another matter than to be.
        guard parts[0].isEmpty || parts[0] == parts[1] else {
            return .no(.authorizationFailed, "nobody may act as another here")
        }
        return signIn(tag, "AUTHENTICATE", Array(parts[1]), Array(parts[2]))
    }

    // MARK: SCRAM

    /// RFC 5802, with SHA-256 (RFC 7677).
    private func scram(_ tag: [UInt8], isPlus: Bool, _ response: [UInt8]?) -> Completion {
        let exchange = ScramExchange(isPlus: isPlus, bindings: tlsBindings?.all ?? [:], offersPlus: offersScramPlus)
        guard let response else {
            out.challenge([])
            return expect(tag, .scramFirst(exchange))
        }
        return check(tag, "AUTHENTICATE", .scramFirst(exchange, message: response))
    }

    /// The client's first message: the answer has the salt of whatever name it says.
    func beginScram(_ tag: [UInt8], _ exchange: ScramExchange, _ message: [UInt8]) -> Completion {
        var exchange = exchange
        let user: [UInt8]
        do throws(ScramRefusal) {
            user = try exchange.receiveFirst(message)
        } catch {
            return refused(error)
        }
        let services = server.services
        switch services.authenticator.startScram(name: String(utf8: user), peer: peer, now: services.clock()) {
        case .challenge(let salt, let iterations):
            // 144 bits, printable.
            let nonce = Base64.encode(services.random(18))
            out.challenge(exchange.challenge(salt: salt, iterations: iterations, nonce: nonce))
            return expect(tag, .scramFinal(exchange, user: user))
        case .mustWait(let seconds): return mustWait(seconds)
        case .unavailable(let error): return cannotCheck(error)
        }
    }

    /// The client's last message with something in it: its proof.
    func endScram(_ tag: [UInt8], _ exchange: ScramExchange, _ user: [UInt8], _ message: [UInt8]) -> Completion {
        let proof: ScramProof
        do throws(ScramRefusal) {
            proof = try exchange.receiveFinal(message)
        } catch {
            return refused(error)
        }
        let services = server.services
        let (outcome, answer) = services.authenticator.authenticate(
            name: String(utf8: user), proof: proof, peer: peer, service: .imap, now: services.clock())
        guard case .success(let principal) = outcome else { return completion(of: outcome) }
        self.proof = services.authenticator.sessionProof(
            name: String(utf8: user), proof: proof, of: principal, service: .imap, now: services.clock())
        // IMAP has no place for it in the tagged response (RFC 9051 §6.2.2), so there is one line more each way.
        out.challenge(answer)
        return expect(tag, .scramEnd(principal))
    }

    private func refused(_ refusal: ScramRefusal) -> Completion {
        switch refusal {
        case .malformed: return .bad(refusal.text)
        case .otherAuthorization: return .no(.authorizationFailed, refusal.text)
        case .bindingWasOffered, .otherBinding:
            // Somebody may be between.
            logger.notice("sign-in failed", metadata: ["reason": "\(refusal.text)"])
            countError()
            return .no(.authenticationFailed, refusal.text)
        case .unknownExtension, .unknownBinding:
            countError()
            return .no(.authenticationFailed, refusal.text)
        }
    }
}
