// Wire: what lies between sockets and the servers' protocols. It owns listening sockets, TLS and its certificates,
// addresses and the limits on connections. It must not know what is said on a connection.
//
// Invariant: a connection that was counted is released when its channel closes, however it closes.
//
// Start reading here, then TLSCertificates.swift and ConnectionLimits.swift.

import Glibc
package import NIOCore
package import NIOPosix

/// An address that could not be listened on; says which and why.
package struct ListenFailure: Error, Sendable, CustomStringConvertible {
    package var address: MachineAddress
    /// `EADDRINUSE`, `EACCES` and the like; 0 where the system gave none.
    package var code: Int32
    private var reason: String

    init(_ address: MachineAddress, _ error: any Error) {
        self.address = address
        code = (error as? IOError)?.errnoCode ?? 0
        reason = code == 0 ? "\(error)" : String(cString: strerror(code))
    }

    package var description: String {
        switch code {
        case EADDRINUSE: "cannot listen on \(address): another program (or another tegu) listens there already"
        case EACCES: "cannot listen on \(address): not permitted (ports below 1024 need CAP_NET_BIND_SERVICE)"
        case EADDRNOTAVAIL: "cannot listen on \(address): this machine does not have the address"
        default: "cannot listen on \(address): \(reason)"
        }
    }
}

/// A set of listening sockets whose connections are set up alike.
package final class Listener: Sendable {
    private static let ipv6Only = ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only)

    private let channels: [any Channel]

    private init(channels: [any Channel]) { self.channels = channels }

    /// Listens on all `addresses` or, when one cannot be had, on none. Who connects to a socket in the file system has no
    /// address, and counts as one of this machine.
    ///
    /// - Parameters:
    ///   - refused: told of who came while there were too many connections already.
    ///   - starved: told why the system has no room for a further connection, such as for want of file descriptors, each time
    ///     that it says so. Those who want to connect wait.
    ///   - setUp: adds the handlers of a new connection; on the connection's event loop.
    package static func bind(
        machine addresses: [MachineAddress], backlog: Int, group: MultiThreadedEventLoopGroup, limits: ConnectionLimits,
        refused: @escaping @Sendable (IPAddress) -> Void, starved: @escaping @Sendable (String) -> Void,
        setUp: @escaping @Sendable (any Channel, IPAddress) throws -> Void
    ) async throws(ListenFailure) -> Listener {
        var channels: [any Channel] = []
        for address in addresses {
            let isSocket = if case .socket = address { true } else { false }
            let bootstrap = ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: CInt(clamping: backlog))
                .serverChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(AcceptPause(starved))
                    }
                }
                // What arrives while a connection is held back is then one buffer at most.
                .childChannelOption(.maxMessagesPerRead, value: 1)
                .childChannelOption(.recvAllocator, value: ReceiveBuffers())
                .childChannelInitializer { channel in
                    // A client that is gone already has no address.
                    guard let peer = isSocket ? .loopback : channel.remoteAddress.flatMap({ IPAddress($0) }) else {
                        return channel.close()
                    }
                    guard limits.admit(peer) else {
                        refused(peer)
                        return channel.close()
                    }
                    channel.closeFuture.whenComplete { _ in limits.release(peer) }
                    return channel.eventLoop.makeCompletedFuture { try setUp(channel, peer) }
                }
            do {
                switch address {
                case .network(let address): channels.append(try await bind(bootstrap, address))
                case .socket(let address): channels.append(try await LocalSocket.bind(bootstrap, address))
                }
            } catch {
                await Listener(channels: channels).close()
                throw ListenFailure(address, error)
            }
        }
        return Listener(channels: channels)
    }

    private static func bind(_ bootstrap: ServerBootstrap, _ address: ListenAddress) async throws -> any Channel {
        var bootstrap = bootstrap.serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        guard let host = address.host else {
            do {
                return try await bootstrap.bind(host: "::", port: address.port).get()
            } catch let error as IOError where error.errnoCode == EAFNOSUPPORT || error.errnoCode == EADDRNOTAVAIL {
                return try await bootstrap.bind(host: "0.0.0.0", port: address.port).get()
            }
        }
        // A named IPv6 address, `[::]` too, takes no IPv4 connections, so that both can be listed.
        let isIPv6 = IPAddress(host)?.isIPv4 == false
        if isIPv6 { bootstrap = bootstrap.serverChannelOption(Self.ipv6Only, value: 1) }
        return try await bootstrap.bind(host: host, port: address.port).get()
    }

    /// The addresses as the system gave them, in the order in which they were asked for.
    package var addresses: [SocketAddress] { channels.compactMap(\.localAddress) }

    /// Stops to accept; connections stay.
    package func close() async {
        for channel in channels { try? await channel.close() }
    }
}
