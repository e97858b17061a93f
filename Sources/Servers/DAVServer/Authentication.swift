import Bytes
import Directory
import HTTPServer
import Logging

/// RFC 7617: who asks. Every request but those for `/.well-known` tells it anew; the authenticator makes that cheap.
extension DAVServer {
    enum SignIn {
        case principal(Principal)
        case refused(HTTPResponse)
    }

    func signIn(_ head: HTTPRequestHead) -> SignIn {
        // RFC 7617 §4: whoever is asked for a password here would send it for all to read; so nobody is.
        guard mayTell(head) else {
            return .refused(Reply(.forbidden, "A password may not be sent without TLS. Use https.").response)
        }
        guard let (name, password) = Self.credentials(head) else {
            // iOS starts without credentials, and must be asked for them (never 403 or 404).
            return .refused(challenge())
        }
        switch authenticator.authenticate(name: name, password: password, peer: head.peer, service: .dav, now: clock()) {
        case .success(let principal): return .principal(principal)
        case .failure: return .refused(challenge())
        case .mustWait(let seconds):
            return .refused(Reply(.tooManyRequests, "Too many sign-ins at once, or too many wrong passwords.", headers: [("Retry-After", "\(seconds)")]).response)
        case .directoryUnavailable(let reason):
            // Not 401: clients would ask for another password, or forget the one they have.
            logger.warning("a directory cannot be asked", metadata: ["directory": "\(reason.directory)", "reason": "\(reason.reason)"])
            return .refused(Reply(.serviceUnavailable, "The directory cannot be asked now.", headers: [("Retry-After", "\(reason.retryAfter)")]).response)
        case .unavailable(let error):
            logger.error("passwords cannot be checked", metadata: ["failure": "\(error)"])
            return .refused(Reply(.serviceUnavailable, "Passwords cannot be checked now.", headers: [("Retry-After", "5")]).response)
        }
    }

    /// Who asks, where that is known without a hash or another machine.
    func remembered(_ head: HTTPRequestHead) -> Principal? {
        guard mayTell(head), let (name, password) = Self.credentials(head) else { return nil }
        return authenticator.remembered(name: name, password: password, peer: head.peer, now: clock())
    }

    /// Whether a password may come this way.
    private func mayTell(_ head: HTTPRequestHead) -> Bool {
        head.isSecure || head.isLoopback || configuration.isBasicAllowedOverPlain
    }

    private func challenge() -> HTTPResponse {
        HTTPResponse(
            status: 401, headers: [
                ("WWW-Authenticate", "Basic realm=\"Tegu\", charset=\"UTF-8\""),
                ("Content-Type", "text/plain; charset=utf-8"),
            ], body: .bytes([UInt8]("Sign in with your address and your password.\n".utf8)))
    }

    private static func credentials(_ head: HTTPRequestHead) -> (name: String, password: [UInt8])? {
        guard let header = head.headers.first("authorization") else { return nil }
        let parts = header.utf8.split(separator: 0x20, maxSplits: 1)
        guard parts.count == 2, parts[0].equalsIgnoringASCIICase("basic"), let decoded = Base64.decode(parts[1]),
            let colon = decoded.firstIndex(of: 0x3A) else { return nil }
        return (String(utf8: decoded[..<colon]), [UInt8](decoded[(colon + 1)...]))
    }
}
