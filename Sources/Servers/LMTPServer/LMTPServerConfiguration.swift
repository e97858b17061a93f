package import NIOCore
package import Wire

/// How an `LMTPServer` listens and what it allows.
package struct LMTPServerConfiguration: Sendable {
    package enum OverQuota: Sendable {
        /// The sender's server tries again, for some days.
        case retry
        /// The message goes back at once.
        case refuse
    }

    package var addresses: [MachineAddress] = []
    /// Who may deliver; who connects through a socket in the file system may.
    package var trusted: [AddressRange] = []
    /// What it calls itself.
    package var hostName = "localhost"
    package var backlog = 128
    /// 0 is as many as the process has processors, at most 4.
    package var eventLoops = 1
    package var workers = 16
    package var connections = 200
    /// RFC 5321 §4.5.3.1.8: 100 at least.
    package var recipients = 1_000
    package var overQuota = OverQuota.retry
    /// RFC 5321 §4.5.3.2.7: 5 minutes at least.
    package var idleTimeout = TimeAmount.minutes(5)
    /// How long a client may take nothing of an answer.
    package var writeTimeout = TimeAmount.seconds(120)

    package init() {}
}
