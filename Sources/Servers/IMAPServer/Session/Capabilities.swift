/// What CAPABILITY names (RFC 9051 §7.2.2): by state, and only what works.
extension Session {
    var capabilities: [String] {
        var names = ["IMAP4rev2", "IMAP4rev1", "LITERAL+", "SASL-IR", "ID", "ENABLE"]
        guard principal == nil else { return names + Self.afterSignIn }
        if mayStartTLS { names.append("STARTTLS") }
        // RFC 9051 §6.2.3
        names += maySendPassword ? ["AUTH=PLAIN", "AUTH=LOGIN"] : ["LOGINDISABLED"]
        return names
    }

    private static let afterSignIn: [String] = []

    var mayStartTLS: Bool { !isTLS && server.configuration.certificates != nil }

    var maySendPassword: Bool { isTLS || isLoopback || server.configuration.isLoginAllowedOverPlain }
}
