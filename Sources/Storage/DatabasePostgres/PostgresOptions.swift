/// What can be set at one PostgreSQL database.
package struct PostgresOptions: Sendable {
    package enum Isolation: Sendable {
        /// Transactions that write behave as if they ran one after the other, as on SQLite: what one has looked for and not
        /// found is still not there at its commit.
        case serializable
        /// Only what both change is a conflict. For measurements.
        case repeatableRead
    }

    /// A URI (`postgresql://...`) or a list of keywords, as libpq has them: several hosts, TLS, `target_session_attrs`.
    package var connection: String
    /// Connections at once; further transactions wait for one. About 8 are the most that commits gain by.
    package var connectionLimit = 8
    /// Transactions that may wait for a connection; more are refused at once.
    package var waitingLimit = 256
    /// How long a transaction waits for a connection before it is refused: a slow database must not pile up requests.
    package var waitMilliseconds = 5_000
    /// How long one statement may take.
    package var statementMilliseconds = 60_000
    /// How long a statement waits for another transaction's rows.
    package var lockMilliseconds = 10_000
    /// By how much longer than that its answer is waited for. Then the server hangs, and the connection is given up.
    package var lateMilliseconds: Int64 = 5_000
    /// How long the answer to a COMMIT is waited for, which may wait for a standby. Then it is looked for what became of it.
    package var commitMilliseconds: Int64 = 10_000
    /// How long the connection by which nodes hear each other may say nothing. Then the server hangs, and all connections are given up.
    package var silenceMilliseconds: Int64 = 10_000
    /// How long the server keeps a transaction whose node says nothing.
    package var idleMilliseconds = 120_000
    /// How long a write is tried again that others' writes stood in the way of, or that lost its connection.
    package var retryMilliseconds: Int64 = 10_000
    /// How long of that one waits for its turn among neighbours, of whom none is sure to be in its way; longer each time that was in vain.
    package var neighbourMilliseconds: Int64 = 200
    /// How long it is looked for what became of a commit whose answer was lost.
    package var outcomeMilliseconds: Int64 = 15_000
    /// How long a step of the schema waits for tables that others use: those that come later stand behind it. Then it is begun anew after a
    /// pause, so often.
    package var migrationLockMilliseconds = 3_000
    package var migrationPauseMilliseconds = 5_000
    package var migrationAttempts = 100
    package var isolation = Isolation.serializable

    package init(connection: String) { self.connection = connection }
}
