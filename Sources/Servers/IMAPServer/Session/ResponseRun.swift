import IMAPGrammar
import Mail

/// Responses about many messages, one behind the other: as many at a time as the client takes.
final class ResponseRun: RunningCommand {
    private enum Part {
        case once((Session) -> Void)
        /// What is left of them, the last ranges first.
        case each([ClosedRange<UID>], (Session, UID) -> Void)
    }

    /// So few are written at once.
    private static let few = 1000

    private var parts: [Part] = []
    private var lastParts: [Part] = []
    private var count = 0
    private var next: (Session) throws -> Completion = { _ in .ok(nil, "done") }

    func add(_ write: @escaping (Session) -> Void) { parts.append(.once(write)) }

    /// Behind all others.
    func addLast(_ write: @escaping (Session) -> Void) { lastParts.append(.once(write)) }

    /// One for each of these UIDs, in rising order.
    func add(_ uids: UIDSet, _ write: @escaping (Session, UID) -> Void) {
        if uids.isEmpty { return }
        count += uids.count
        parts.append(.each(uids.ranges.reversed(), write))
    }

    /// Writes them, and does what comes behind them: now where they are few, else as a command that goes on.
    func write(_ session: Session, then next: @escaping (Session) throws -> Completion) throws -> Completion {
        parts += lastParts
        lastParts = []
        if count <= Self.few {
            _ = writeParts(session, limit: .max)
            return try next(session)
        }
        self.next = next
        return .running(self)
    }

    func step(_ session: Session) throws -> Completion? {
        writeParts(session, limit: session.out.bytes.count + Session.pieceSize) ? try next(session) : nil
    }

    /// Whether all is written.
    private func writeParts(_ session: Session, limit: Int) -> Bool {
        while !parts.isEmpty {
            switch parts.removeFirst() {
            case .once(let write): write(session)
            case .each(var ranges, let write):
                while let range = ranges.popLast() {
                    for uid in range {
                        if session.out.bytes.count >= limit {
                            ranges.append(uid...range.upperBound)
                            parts.insert(.each(ranges, write), at: 0)
                            return false
                        }
                        write(session, uid)
                    }
                }
            }
        }
        return true
    }
}
