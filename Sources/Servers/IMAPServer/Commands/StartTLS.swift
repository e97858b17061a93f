import IMAPGrammar
import Logging

extension Session {
    /// RFC 9051 §6.2.1.
    func startTLS() -> Completion {
        guard mayStartTLS else { return .bad(isTLS ? "TLS is active" : isCompressed ? "not any more" : "no TLS here") }
        // What was sent ahead of TLS may be another's.
        let discarded = reader.discardPending()
        if discarded > 0 { logger.notice("bytes before TLS were thrown away", metadata: ["count": "\(discarded)"]) }
        isTLS = true
        pauseNext(.startTLS)
        return .ok(nil, "begin TLS now")
    }
}
