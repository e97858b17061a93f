import Glibc
import NIOCore
import NIOPosix
import Testing
import TestDirectory
import TestWaiting
import Wire

@Suite struct LocalSocketTests {
    @Test("a place to listen is an address or a socket with its mode")
    func parsing() {
        #expect(MachineAddress("127.0.0.1:24") == .network(ListenAddress(host: "127.0.0.1", port: 24)))
        #expect(MachineAddress("unix:/run/tegu/lmtp") == .socket(LocalSocketAddress(path: "/run/tegu/lmtp", mode: 0o660)))
        #expect(MachineAddress("unix:/run/tegu/lmtp:666") == .socket(LocalSocketAddress(path: "/run/tegu/lmtp", mode: 0o666)))
        #expect(MachineAddress("unix:/run/lmtp:600")?.description == "unix:/run/lmtp:600")
        let long = "unix:/" + String(repeating: "x", count: 107)
        for bad in ["", "unix:", "unix:lmtp", "unix:/", "unix:/a/", "unix:/a:", "unix:/a:0660", "unix:/a:68", "unix:/a:999", "unix:/a b", "unix:/a:1:2", long, "x"] {
            #expect(MachineAddress(bad) == nil, "\(bad)")
        }
    }

    private func listen(_ path: String, mode: UInt32 = 0o600) async throws -> Listener {
        try await Listener.bind(
            machine: [.socket(LocalSocketAddress(path: path, mode: mode))], backlog: 16, group: .singleton,
            limits: ConnectionLimits(total: 10, perAddress: 10), refused: { _ in }, starved: { _ in }, setUp: { channel, peer in
                #expect(peer.isLoopback)
                channel.close(promise: nil)
            })
    }

    private func mode(_ path: String) -> UInt32? {
        var status = stat()
        return lstat(path, &status) == 0 ? UInt32(status.st_mode) & 0o777 : nil
    }

    @Test("a socket has its mode, is not taken from who listens on it, and goes with the listener")
    func life() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/s"
        let first = try await listen(path, mode: 0o620)
        #expect(mode(path) == 0o620)
        let failure = await #expect(throws: ListenFailure.self) { try await listen(path) }
        #expect(failure?.code == EADDRINUSE)
        let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connect(unixDomainSocketPath: path).get()
        try await client.closeFuture.get()
        await first.close()
        #expect(await eventually { mode(path) == nil })
    }

    /// A socket whose program has ended.
    private func leave(_ path: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        close(descriptor)
    }

    @Test("a socket that a program left behind is replaced, another file is not")
    func leftBehind() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path + "/s"
        leave(path)
        #expect(mode(path) != nil)
        let listener = try await listen(path)
        await listener.close()
        let file = folder.path + "/f"
        close(open(file, O_CREAT | O_WRONLY, 0o600))
        await #expect(throws: ListenFailure.self) { try await listen(file) }
        #expect(mode(file) == 0o600)
        await #expect(throws: ListenFailure.self) { try await listen(folder.path + "/none/s") }
    }
}
