// LMTPServer: local delivery by LMTP (RFC 2033) for a mail transfer agent in front. It owns connections, sessions, the envelope of a
// message as it comes in, the fields of trace that a delivery adds, and how outcomes become replies. It must never decide whose an
// address is or what is in a mailbox: that is Directory's and Mail's. It relays nothing.
//
// Invariants: a message is acknowledged for a recipient when the transaction that has it is committed, and not before; where anything of
// ours fails the answer is a temporary one (4yz), never 250 and never 5yz, so that whoever sent it tries again; each recipient has an
// answer of their own, in the order of the RCPTs; a message is never in memory as a whole where it is large; one thread at a time works
// for a session, the event loop only moves bytes.
//
// Start reading at Session/Session.swift, then Commands/ and Session/Session+Message.swift; bytes are moved by
// Connection/Connection.swift.

package import Logging
package import NIOCore
package import Wire

/// A server on any number of addresses and sockets, without TLS.
package final class LMTPServer: Sendable {
    private let context: ServerContext
    private let sockets: ServerSockets

    package init(configuration: LMTPServerConfiguration, services: LMTPServices, logger: Logger) {
        context = ServerContext(configuration: configuration, services: services, logger: logger)
        sockets = ServerSockets(
            eventLoops: configuration.eventLoops, backlog: configuration.backlog,
            limits: ConnectionLimits(total: configuration.connections, perAddress: configuration.connections),
            pool: context.pool, counting: context.metrics, logger: logger)
    }

    /// Starts to listen; on an error nothing is left open.
    package func start() async throws(ListenFailure) {
        sockets.startDeadlines(shortest: min(context.configuration.idleTimeout, context.configuration.writeTimeout))
        do {
            try await sockets.listen(machine: context.configuration.addresses) { [self] channel, address in
                try channel.pipeline.syncOperations.addHandler(
                    Connection.handler(context, Peer(channel, address), members: sockets.members(of: channel)))
            }
        } catch {
            await drain(within: .zero)
            throw error
        }
    }

    /// What is listened on, with the ports that the system chose.
    package var addresses: [SocketAddress] { sockets.plainAddresses }

    /// How many connections are open.
    package var openConnections: Int { sockets.openConnections }

    /// Stops to accept, lets the messages that are coming in end for at most `time`, says that the service ends and closes. The server
    /// cannot be started again.
    package func drain(within time: Duration) async {
        await sockets.drain(within: time) { context.beginDraining() }
    }
}
