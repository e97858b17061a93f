package import NIOCore
package import Wire

/// How an `IMAPServer` listens and what it allows.
package struct IMAPServerConfiguration: Sendable {
    /// Addresses where a session begins without TLS and can change to it (STARTTLS).
    package var plainAddresses: [ListenAddress] = []
    package var tlsAddresses: [ListenAddress] = []
    /// Nil: no TLS at all.
    package var certificates: TLSCertificates?
    /// Whether passwords are taken without TLS. From this machine itself they always are.
    package var isLoginAllowedOverPlain = false
    package var backlog = 1024
    /// 0 is as many as the process has processors, at most 4.
    package var eventLoops = 0
    package var workers = 16
    package var connections = 20_000
    package var connectionsPerAddress = 1_000
    package var connectionsPerUser = 500
    /// For the TLS handshake and for signing in.
    package var loginTimeout = TimeAmount.seconds(60)
    /// How long a client may pause within a command.
    package var commandTimeout = TimeAmount.seconds(120)
    /// RFC 9051 §5.4: 30 minutes at least.
    package var idleTimeout = TimeAmount.minutes(32)
    /// How long a client may take nothing of an answer.
    package var writeTimeout = TimeAmount.seconds(120)
    /// How long a command works before others have their turn.
    package var turnTime = Duration.milliseconds(50)
    /// How many messages one command deals with (RFC 9738). Clients that do not know of it take what they get for all there is, so it is high.
    package var messageLimit = 1_000_000
    /// How often a command that takes long says so (RFC 9585).
    package var progressInterval = Duration.seconds(10)
    /// Whether users may grant to `anyone` and `authenticated`.
    package var isSharingWithAllAllowed = false
    /// Octets of answers to SORT and THREAD that are kept for who asks again.
    package var keptAnswers = 16 << 20
    /// What no client is told of, and has not.
    package var capabilitiesOff: [Capability] = []
    /// Of a message that is appended (RFC 7889).
    package var appendLimit: UInt64 = 100 << 20

    package init() {}
}
