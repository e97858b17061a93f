import Logging
import SMTPGrammar

extension Session {
    /// RFC 2033 §4.1; what was begun is dropped (RFC 5321 §4.1.4).
    func lhlo(_ name: HostName) {
        reset()
        client = name
        logger.debug("client", metadata: ["name": "\(name.text)"])
        out.append(250, server.configuration.hostName, then: [
            // RFC 2920; RFC 2033 §4.4 demands it, and ENHANCEDSTATUSCODES (RFC 2034).
            "PIPELINING", "ENHANCEDSTATUSCODES",
            "SIZE \(server.messageSize)",  // RFC 1870
            "8BITMIME",  // RFC 6152
            "SMTPUTF8",  // RFC 6531
            "CHUNKING",  // RFC 3030
        ])
    }
}
