import Glibc
import Synchronization

/// Where log lines go. A line is one write(2), done when the call returns: nothing waits in a buffer that a crash could
/// lose, and lines of several threads do not mix.
package final class LogOutput: Sendable {
    private let descriptor: Int32
    private let lock = Mutex(())

    /// The descriptor stays the caller's: it is not closed.
    package init(descriptor: Int32) { self.descriptor = descriptor }

    package static let standardOutput = LogOutput(descriptor: STDOUT_FILENO)
    package static let standardError = LogOutput(descriptor: STDERR_FILENO)

    /// A line that cannot be written is dropped: there is nowhere to say so, and a server must not stop for its log.
    func write(_ line: [UInt8]) {
        lock.withLock { _ in
            var rest = line[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if count < 0 && errno == EAGAIN {
                    // Somebody made the pipe non-blocking (a terminal is shared with other programs): wait for room.
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    if poll(&waiting, 1, 1_000) <= 0 { return }
                } else if !(count < 0 && errno == EINTR) {
                    return
                }
            }
        }
    }
}
