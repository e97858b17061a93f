import Glibc
import Synchronization
import Threads

/// Where log lines go. Lines of several threads do not mix.
///
/// A line is written when `write` returns, until `writeBehind` was called: then a thread of its own writes what has come
/// together, some milliseconds later, and whoever logs waits for no pipe that nobody reads. What is urgent is written at
/// once all the same, with all that was before it.
package final class LogOutput: Sendable {
    private struct Waiting {
        var bytes: [UInt8] = []
        /// Lines that found no room.
        var dropped = 0
        var isBehind = false
    }

    /// More than this does not wait to be written: whoever reads the log is too slow, and memory is not for that.
    private static let room = 4 << 20
    /// Microseconds in which lines come together.
    private static let lag: UInt32 = 2_000

    private let descriptor: Int32
    private let waiting = Mutex(Waiting())
    /// Held while bytes are written, so that they stay in order.
    private let turn = Mutex(())
    private let hasLines = Semaphore()

    /// The descriptor stays the caller's: it is not closed.
    package init(descriptor: Int32) { self.descriptor = descriptor }

    package static let standardOutput = LogOutput(descriptor: STDOUT_FILENO)
    package static let standardError = LogOutput(descriptor: STDERR_FILENO)

    /// From now on lines are written by a thread, which lives as long as the process. What waits when the process exits
    /// is written then.
    package func writeBehind() {
        let isFirst = waiting.withLock { waiting in
            defer { waiting.isBehind = true }
            return !waiting.isBehind
        }
        guard isFirst else { return }
        do {
            let thread = try SystemThread.start { [self] in
                while true {
                    hasLines.wait()
                    usleep(Self.lag)
                    flush()
                }
            }
            pthread_detach(thread)
        } catch {
            return waiting.withLock { $0.isBehind = false }
        }
        atexit {
            LogOutput.standardOutput.flush()
            LogOutput.standardError.flush()
        }
    }

    /// A line that cannot be written is dropped: there is nowhere to say so, and a server must not stop for its log.
    func write(_ line: [UInt8], isUrgent: Bool = false) {
        let (isBehind, rings) = waiting.withLock { waiting in
            let rings = waiting.bytes.isEmpty
            if waiting.bytes.count + line.count > Self.room {
                waiting.dropped += 1
            } else {
                waiting.bytes += line
            }
            return (waiting.isBehind, rings)
        }
        if isUrgent || !isBehind {
            flush()
        } else if rings {
            hasLines.signal()
        }
    }

    /// Writes all that waits.
    package func flush() {
        turn.withLock { _ in
            let (bytes, dropped) = waiting.withLock { waiting in
                defer { (waiting.bytes, waiting.dropped) = ([], 0) }
                return (waiting.bytes, waiting.dropped)
            }
            put(bytes)
            if dropped > 0 { put(Array("\(dropped) lines of the log were dropped: they are not read fast enough\n".utf8)) }
        }
    }

    private func put(_ bytes: [UInt8]) {
        var rest = bytes[...]
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
