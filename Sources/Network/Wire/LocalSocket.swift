import Glibc
import NIOCore
import NIOPosix

/// Listens on a socket in the file system, which NIO takes away when it is closed.
enum LocalSocket {
    /// A socket that a program left behind which ended without a word is replaced; one that somebody listens on is not.
    static func bind(_ bootstrap: ServerBootstrap, _ address: LocalSocketAddress) async throws -> any Channel {
        if isListenedOn(address.path) { throw IOError(errnoCode: EADDRINUSE, reason: "bind") }
        let channel = try await bootstrap.bind(unixDomainSocketPath: address.path, cleanupExistingSocketFile: true).get()
        guard chmod(address.path, mode_t(address.mode)) == 0 else {
            let error = IOError(errnoCode: errno, reason: "chmod")
            try? await channel.close()
            throw error
        }
        return channel
    }

    private static func isListenedOn(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let isCopied = withUnsafeMutableBytes(of: &address.sun_path) { target -> Bool in
            guard bytes.count < target.count else { return false }
            target.copyBytes(from: bytes)
            return true
        }
        guard isCopied else { return false }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        // EAGAIN: somebody listens and has much to do.
        return result == 0 || errno == EAGAIN
    }
}
