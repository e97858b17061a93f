import Directory
import Mail
import Wire

/// What CAPABILITY names (RFC 9051 §7.2.2): by state, and only what works.
extension Session {
    var capabilities: [String] {
        var names = (isOff(.imap4rev2) ? [] : [Capability.imap4rev2.rawValue]) + ["IMAP4rev1", "LITERAL+", "SASL-IR"]
        if principal != nil {
            names += Capability.allCases.filter { $0 != .imap4rev2 && !isOff($0) }.map(\.rawValue)
            return names + ["APPENDLIMIT=\(appendLimit)", "MESSAGELIMIT=\(server.configuration.messageLimit)"]
        }
        names += [.id, .enable].filter { !isOff($0) }.map(\.rawValue)
        if mayStartTLS { names.append("STARTTLS") }
        // RFC 9051 §6.2.3
        guard maySendPassword else { return names + ["LOGINDISABLED"] }
        if offersScramPlus { names.append("AUTH=SCRAM-SHA-256-PLUS") }
        if offersScram { names.append("AUTH=SCRAM-SHA-256") }
        return names + ["AUTH=PLAIN", "AUTH=LOGIN"]
    }

    /// The same for as long as nobody is signed in: what was told must hold.
    var offersScram: Bool {
        if let scramOffer { return scramOffer }
        let services = server.services
        let offer = services.authenticator.offersScram(now: services.clock())
        scramOffer = offer
        return offer
    }

    var offersScramPlus: Bool { isTLS && tlsBindings?.all.isEmpty == false && offersScram }

    /// RFC 7889.
    var appendLimit: UInt64 { min(server.configuration.appendLimit, UInt64(clamping: store.limits.messageSize)) }

    /// Not behind COMPRESS and UNAUTHENTICATE (RFC 8437 §3 lets compression stay): bytes from before TLS may still be in the inflater.
    var mayStartTLS: Bool { !isTLS && !isCompressed && server.configuration.certificates != nil }

    var maySendPassword: Bool { isTLS || isLoopback || server.configuration.isLoginAllowedOverPlain }
}
