import Glibc
import NIOCore
import NIOPosix
import Testing
import TestWaiting
import Wire

@Suite struct ListenerTests {
    private func listen(_ addresses: [ListenAddress], limits: ConnectionLimits) async throws -> Listener {
        try await Listener.bind(
            machine: addresses.map { .network($0) }, backlog: 16, group: .singleton, limits: limits, refused: { _ in }, starved: { _ in }, setUp: { _, _ in })
    }

    @Test("an address in use is named, and nothing stays open")
    func inUse() async throws {
        let limits = ConnectionLimits(total: 10, perAddress: 10)
        let first = try await listen([ListenAddress(host: "127.0.0.1", port: 0)], limits: limits)
        let port = try #require(first.addresses.first?.port)
        let free = ListenAddress(host: "127.0.0.1", port: 0)
        let taken = ListenAddress(host: "127.0.0.1", port: port)
        let failure = await #expect(throws: ListenFailure.self) { try await listen([free, taken], limits: limits) }
        #expect(failure?.code == EADDRINUSE)
        #expect(failure?.description.hasPrefix("cannot listen on 127.0.0.1:\(port): ") == true)
        await first.close()
        let second = try await listen([taken], limits: limits)
        await second.close()
    }

    @Test("IPv4 and IPv6 are listened on together")
    func bothFamilies() async throws {
        let limits = ConnectionLimits(total: 10, perAddress: 10)
        let addresses = [ListenAddress(host: "127.0.0.1", port: 0), ListenAddress(host: "::1", port: 0)]
        let listener = try await listen(addresses, limits: limits)
        #expect(listener.addresses.map(\.ipAddress) == ["127.0.0.1", "::1"])
        await listener.close()
    }

    @Test("a closed connection is not counted any more, and one above the limit is closed at once")
    func limits() async throws {
        let limits = ConnectionLimits(total: 1, perAddress: 1)
        let listener = try await listen([ListenAddress(host: "127.0.0.1", port: 0)], limits: limits)
        let address = try #require(listener.addresses.first)
        let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        let first = try await bootstrap.connect(to: address).get()
        #expect(await eventually { limits.open > 0 })
        let second = try await bootstrap.connect(to: address).get()
        try await second.closeFuture.get()
        #expect(limits.open == 1)
        try await first.close()
        #expect(await eventually { limits.open == 0 })
        await listener.close()
    }
}
