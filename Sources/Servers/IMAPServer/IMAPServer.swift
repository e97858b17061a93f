// IMAPServer: IMAP4rev2 (RFC 9051) and IMAP4rev1 (RFC 3501) over the mail store. It owns connections, sessions, each session's
// view of its mailbox, and how outcomes become responses. It must never decide what is in a mailbox or who may see it: that
// is Mail's and Directory's.
//
// Invariants: one thread at a time works for a session, the event loop only moves bytes; a command makes its answer in pieces
// and goes on when the client has taken them, so a client that does not read costs bounded memory and no thread; a message
// number means the same message to client and server until an EXPUNGE was told (RFC 9051 §7.5.1); CAPABILITY names only what
// works; no transaction is open while bytes are written to a socket.
//
// Start reading at Session/Session.swift, then CommandTable.swift and a file of Commands/; bytes are moved by
// Connection/Connection.swift.

package import Logging
package import NIOCore
package import Wire

/// A server on any number of addresses: some with TLS from the first byte, some with STARTTLS.
package final class IMAPServer: Sendable {
    /// What to offer by ALPN (RFC 7301), for `TLSCertificates`: IANA's name.
    package static let applicationProtocols = ["imap"]

    private let context: ServerContext
    private let sockets: ServerSockets

    package init(configuration: IMAPServerConfiguration, services: IMAPServices, logger: Logger) {
        context = ServerContext(configuration: configuration, services: services, logger: logger)
        sockets = ServerSockets(
            eventLoops: configuration.eventLoops, backlog: configuration.backlog,
            limits: ConnectionLimits(total: configuration.connections, perAddress: configuration.connectionsPerAddress),
            pool: context.pool, counting: context.metrics, logger: logger)
    }

    /// Starts to listen; on an error nothing is left open.
    package func start() async throws(ListenFailure) {
        let configuration = context.configuration
        sockets.startDeadlines(
            shortest: min(configuration.loginTimeout, configuration.commandTimeout, configuration.writeTimeout))
        do {
            try await sockets.listenPlain(configuration.plainAddresses) { [self] channel, address in
                try addHandler(to: channel, address, tls: nil)
            }
            if let certificates = configuration.certificates {
                try await sockets.listenTLS(configuration.tlsAddresses) { [self] channel, address in
                    let bindings = try certificates.addHandlers(to: channel.pipeline)
                    try addHandler(to: channel, address, tls: bindings)
                }
            }
        } catch {
            await drain(within: .zero)
            throw error
        }
        context.rehearse()
    }

    private func addHandler(to channel: any Channel, _ address: IPAddress, tls: TLSBindings?) throws {
        try channel.pipeline.syncOperations.addHandler(
            Connection.handler(context, members: sockets.members(of: channel), address: address, tls: tls))
    }

    /// The addresses that are listened on, with the ports that the system chose.
    package var plainAddresses: [SocketAddress] { sockets.plainAddresses }
    package var tlsAddresses: [SocketAddress] { sockets.tlsAddresses }

    /// How many connections are open.
    package var openConnections: Int { sockets.openConnections }

    /// Ends the sessions of those who may not sign in any more with what they have signed in with. Blocks its thread, for the database.
    package func endSessions() throws {
        try context.sessions.look(context.services.authenticator, context.services.place.memberships, now: context.services.clock())
    }

    /// Stops to accept, lets the commands in flight finish for at most `time`, says BYE and closes. The server cannot be started
    /// again.
    package func drain(within time: Duration) async {
        await sockets.drain(within: time) { context.beginDraining() }
    }
}
