// Database: what the domain says to any SQL database. It owns transactions, values and rows, the schema's migrations, the
// one error for all that is our fault, and the files that hold large bodies. It must never name an engine, nor know what a
// table means.
//
// Invariants: a transaction's closure is synchronous, so it reads from top to bottom; a transaction cannot leave its
// closure (~Copyable, borrowed); nothing that `write` returned was not durably on disk.
//
// Start reading here, then Transaction.swift and Row.swift.

/// One database, reached from any thread. Each call blocks the calling thread until it is done: call from worker
/// threads, from an event loop only within `withoutWaiting`.
package protocol Database: Sendable {
    /// Runs `body` on one consistent snapshot. Throws what `body` throws, or a `Failure`.
    func read<Result>(_ body: (borrowing ReadTransaction) throws -> Result) throws -> Result

    /// Runs `body` in one transaction and returns when it is durable (fsync'ed). When `body` throws, nothing of it is
    /// kept, and others' changes that are committed in the same group are not touched. `body` may be run again
    /// (SQLite: the group it was in failed for another's fault; PostgreSQL: serialisation), so it must not have effects outside.
    func write<Result>(_ body: (borrowing WriteTransaction) throws -> Result) throws -> Result

    /// Runs `body` on this thread, in which no read of this database waits for anybody or does much: nil where one would have had to (all
    /// readers are busy, its statements turned out long, the database is another machine's), and where `body` wrote or threw
    /// `WouldWait`. Then it is to be run again by a thread that may wait; so it must not have effects outside.
    ///
    /// What it reads may still come from the disk: a page that is in no cache costs what the disk takes.
    func withoutWaiting<Result>(_ body: () throws -> Result) throws -> Result?

    /// Said within `withoutWaiting` before what takes long without the database: throws there, and does nothing elsewhere.
    func takesLong() throws(WouldWait)

    /// Engine's own integrity check: one line a fault found, none where all is well.
    func integrityFaults() throws -> [String]

    /// Has `receive` called with what other processes announce, from now on and until the end, one call at a time, on a thread of the
    /// engine's: it must be quick and must not use the database. One receiver a database.
    ///
    /// The embedded engine tells nothing: who needs to know what other processes change there looks.
    func watchOthers(_ receive: @escaping @Sendable (ChangesElsewhere) -> Void) throws

    /// Whether this process is the one of all that watch each other (`watchOthers`) that does what one alone is to do. Where it ends or loses
    /// its connection another one is, a second or so later. For a moment two may think so: what is done must be right then too.
    var isInCharge: Bool { get }

    /// Looks again at tables that have grown much, where plans of statements depend on it. May take some tenths of a second.
    func refreshStatistics() throws

    /// Nil where there is nothing to watch: the embedded engine is a file.
    var statistics: DatabaseStatistics? { get }

    /// Finishes what runs and closes. Later calls throw `Failure(.unavailable)`.
    func close()
}

/// What is asked for would take long, or has to wait (`Database.withoutWaiting`).
package struct WouldWait: Error {
    package init() {}
}

extension Database {
    package func withoutWaiting<Result>(_ body: () throws -> Result) throws -> Result? { nil }

    package func takesLong() throws(WouldWait) {}

    package func watchOthers(_ receive: @escaping @Sendable (ChangesElsewhere) -> Void) throws {}

    /// The embedded engine plans by the schema alone.
    package func refreshStatistics() throws {}

    package var statistics: DatabaseStatistics? { nil }

    /// The embedded engine has one process that serves.
    package var isInCharge: Bool { true }
}
