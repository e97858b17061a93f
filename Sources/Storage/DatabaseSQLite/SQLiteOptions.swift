package import Database

/// What can be set at one database.
package struct SQLiteOptions: Sendable {
    /// Connections that read at once; further readers wait.
    package var readerLimit = 16
    /// Writes that are committed by one fsync.
    package var groupLimit = 256
    /// How long to wait for another process's write.
    package var busyMilliseconds: Int32 = 10_000
    /// Pages kept by each connection.
    package var cacheKibibytes = 4096
    /// How much of the file is read through the address space. None: it was not faster, and there a bad disk is a signal
    /// that ends the process.
    package var mappedBytes = 0
    /// Of a new database. With 4096 bytes a body of 2 KB has a page to itself; with 8192 three share one: a third less
    /// CPU an insert, and no case that was slower.
    package var pageSize = 8192
    /// How much the log may grow before it is copied into the database file, beside the writers.
    package var checkpointBytes = 4 << 20
    /// How long the log may become before the writers wait for that, so that it starts anew.
    package var restartBytes = 64 << 20
    /// Whether a commit waits for the disk. False only where the data may be lost, in tests.
    package var isDurable = true

    /// Nanoseconds of a thread that must not wait (`withoutWaiting`) after which it reads no more.
    package var shortTime: UInt64 = 2_000_000

    /// Told when the log could not be copied: nothing is lost by it, but the log grows. Called on any thread.
    package var checkpointFailed: @Sendable (Failure) -> Void = { _ in }

    /// Counts what statements do; nil but in tests.
    package var stepCounter: StepCounter?

    package init() {}
}
