import Glibc
import Synchronization
import Threads

/// Where log lines go. Lines of several threads do not mix.
///
/// A line is written when `write` returns, until `writeBehind` was called: then a thread of its own writes what has come
/// together, some milliseconds later, and whoever logs waits for no pipe that nobody reads. What is urgent is written at
/// once all the same, with all that was before it, where somebody reads. Nor does the end of the process wait for long: a
/// terminal that was stopped holds up nothing but its log.
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
    /// Milliseconds in which a pipe that is full must be read on.
    private static let patience: Int32 = 500
    /// What a pipe that has room takes whole (POSIX's PIPE_BUF): a write of more could wait.
    private static let pieceSize = 4096

    private let descriptor: Int32
    /// Files always take what is written.
    private let isFile: Bool
    private let waiting = Mutex(Waiting())
    /// Held while bytes are written, so that they stay in order.
    private let turn = Mutex(())
    private let hasLines = Semaphore()
    /// Whether nobody has read for a while: then nobody waits for it any more, but the thread that writes.
    private let isStuck = Atomic(false)

    /// The descriptor stays the caller's: it is not closed.
    package init(descriptor: Int32) {
        self.descriptor = descriptor
        var status = stat()
        isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

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
                    while !flush(within: Self.patience) {}
                }
            }
            pthread_detach(thread)
        } catch {
            return waiting.withLock { $0.isBehind = false }
        }
        atexit {
            _ = LogOutput.standardOutput.flushSoon(within: 5_000)
            _ = LogOutput.standardError.flushSoon(within: 5_000)
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
        if !isBehind {
            flush(within: -1)
        } else if isUrgent && !isStuck.load(ordering: .relaxed) {
            if !flushSoon(within: Self.patience) { hasLines.signal() }
        } else if rings {
            hasLines.signal()
        }
    }

    /// Writes all that waits, unless nobody reads: then who logs, or the end of the process, goes on after a while.
    private func flushSoon(within milliseconds: Int32) -> Bool {
        for _ in 0..<milliseconds {
            if let isDone = turn.withLockIfAvailable({ _ in writeAll(within: Self.patience) }) { return isDone }
            if isStuck.load(ordering: .relaxed) { return false }
            usleep(1_000)
        }
        return false
    }

    /// Writes all that waits; false where nobody reads, after so many milliseconds, or after all time where that is below 0.
    @discardableResult
    func flush(within patience: Int32) -> Bool { turn.withLock { _ in writeAll(within: patience) } }

    private func writeAll(within patience: Int32) -> Bool {
        let (bytes, dropped) = waiting.withLock { waiting in
            defer { (waiting.bytes, waiting.dropped) = ([], 0) }
            return (waiting.bytes, waiting.dropped)
        }
        let told = dropped == 0 ? [] : Array("\(dropped) lines of the log were dropped: they are not read fast enough\n".utf8)
        let rest = put(bytes + told, within: patience)
        isStuck.store(!rest.isEmpty, ordering: .relaxed)
        if rest.isEmpty { return true }
        waiting.withLock { $0.bytes.insert(contentsOf: rest, at: 0) }
        return false
    }

    /// What found nobody who reads.
    private func put(_ bytes: [UInt8], within patience: Int32) -> ArraySlice<UInt8> {
        var rest = bytes[...]
        while !rest.isEmpty {
            if !isFile {
                var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                let count = poll(&room, 1, patience)
                if count == 0 { return rest }
                if count < 0 && errno == EINTR { continue }
            }
            let count = rest.prefix(isFile ? rest.count : Self.pieceSize).withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0 && errno == EAGAIN {
                usleep(1_000)
            } else if !(count < 0 && errno == EINTR) {
                return []
            }
        }
        return []
    }
}
