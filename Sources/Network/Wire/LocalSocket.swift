import Glibc
import NIOCore
import NIOPosix

/// Listens on a socket in the file system.
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
        // The next server may be there already, under the same name.
        let (device, inode) = identity(address.path) ?? (0, 0)
        channel.closeFuture.whenComplete { _ in
            if let now = identity(address.path), now == (device, inode) { unlink(address.path) }
        }
        return channel
    }

    private static func identity(_ path: String) -> (UInt64, UInt64)? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return (UInt64(status.st_dev), UInt64(status.st_ino))
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
