import Bytes
import Directory
import IMAPGrammar
import Logging

/// A SASL exchange between two lines of the client's.
enum SASLMechanism {
    case plain
    /// The old mechanism of Outlook: the user name, once it is known.
    case login(user: [UInt8]?)
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
}
