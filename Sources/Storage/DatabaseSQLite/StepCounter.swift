import CSQLite
import Locks

/// How much the statements of a database have been, in steps of SQLite's own machine, ten at a time. For tests that hold what an answer
/// costs against what is stored: a plan that walks a whole collection is no error, and only slow where much is stored.
package final class StepCounter: Sendable {
    private let count = Guarded(0)

    package init() {}

    package var steps: Int { count.withLock { $0 } }

    /// The connection must not live longer than the counter.
    func watch(_ connection: OpaquePointer) {
        sqlite3_progress_handler(connection, Self.unit, { counter in
            if let counter { Unmanaged<StepCounter>.fromOpaque(counter).takeUnretainedValue().add() }
            return 0
        }, Unmanaged.passUnretained(self).toOpaque())
    }

    private static let unit: Int32 = 10

    private func add() { count.withLock { $0 += Int(Self.unit) } }
}
