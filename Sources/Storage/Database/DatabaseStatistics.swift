/// How a database is used by this process, for who watches it. Counts only grow.
package struct DatabaseStatistics: Sendable, Equatable {
    /// Connections: as many as there may be, are there, and run a transaction.
    package var connectionLimit = 0
    package var connections = 0
    package var busyConnections = 0
    /// Transactions that wait for a connection.
    package var waiting = 0
    /// Those that were refused, as they would have waited too long or too many did.
    package var refused = 0
    /// Those that were run again, as others had stood in their way or their connection was lost.
    package var repeated = 0
    /// Of which it could not be told in time whether they were committed.
    package var undecided = 0
    /// Connections that were given up, as the server did not answer.
    package var givenUp = 0
    /// Whether other processes are heard.
    package var isHearing = false
    /// Changes that the others are not told of yet, and for how many milliseconds the first of them has waited.
    package var pendingNotices = 0
    package var pendingMilliseconds: Int64 = 0
    /// Notices that were sent, and that came, each of which has many changes.
    package var sentNotices = 0
    package var receivedNotices = 0

    package init() {}
}
