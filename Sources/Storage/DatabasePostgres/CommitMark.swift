import CPostgreSQL
import Database
import Glibc

/// A number that a transaction writes into its session's row of `commit_mark`, along with COMMIT. Where the connection is lost
/// before the answer, whether the number is there tells what became of the transaction.
///
/// The server's own number of the transaction would not tell it: after a crash or on a promoted standby a number
/// whose transaction left no trace is given to another one (pg_xact_status then speaks of that one). The mark is there if
/// and only if all else of its transaction is.
struct CommitMark {
    private let number = Int64.random(in: .min ... .max)

    /// One row a session, always overwritten: it neither grows nor is read by those who write.
    static let table = """
        CREATE TABLE IF NOT EXISTS commit_mark (
            slot BIGINT NOT NULL PRIMARY KEY,
            mark BIGINT NOT NULL,
            at TIMESTAMPTZ NOT NULL DEFAULT now()
        ) WITH (fillfactor = 20)
        """
    /// Of sessions that are no more.
    static let cleaning: StaticString = "DELETE FROM commit_mark WHERE at < now() - interval '1 day' RETURNING slot"

    /// A session's row, which was there so many milliseconds ago, is still: `cleaning` takes none that is younger than a day.
    private static let certainlyThere: Int64 = 3_600_000

    func send(on session: Session) throws(Fault) {
        let isThere = session.marked.map { Clock.milliseconds - $0 < Self.certainlyThere } ?? false
        let sql: StaticString = isThere
            ? "UPDATE commit_mark SET mark = $2, at = now() WHERE slot = $1"
            : """
            INSERT INTO commit_mark (slot, mark) VALUES ($1, $2)
            ON CONFLICT (slot) DO UPDATE SET mark = excluded.mark, at = excluded.at
            """
        let parameters = [Value.integer(session.slot), .integer(number)]
        let statement = try session.prepared(sql, parameters)
        let values = ParameterBuffer()
        try values.fill(parameters, for: statement, sql)
        session.send(statement, values)
    }

    /// Whether the transaction was committed, and a new session. Throws where it cannot be told in time.
    func resolve(
        after old: Session, _ fault: Fault, by connector: Connector, within milliseconds: Int64
    ) throws(Fault) -> (isCommitted: Bool, session: Session) {
        let end = Clock.milliseconds + milliseconds
        while Clock.milliseconds < end {
            if let session = try? connector.connect(), let isCommitted = try? find(old, on: session) {
                return (isCommitted, session)
            }
            usleep(50_000)
        }
        throw Fault(.undecided, Failure(.unavailable, "it is not known whether this was committed: " + fault.failure.detail))
    }

    /// Nil while the old session still works on it.
    private func find(_ old: Session, on session: Session) throws(Fault) -> Bool? {
        // One that waits for a command has not got the COMMIT: it is ended, lest it comes still. One that is active has
        // got it; it may wait for a standby, and must end by itself.
        session.send("""
            SELECT CASE WHEN state LIKE 'idle in transaction%' THEN pg_terminate_backend(pid) END FROM pg_stat_activity
            WHERE pid = \(old.processID) AND backend_start = '\(old.processStart)' AND state <> 'idle'
            """)
        let activity = PostgresRows(try session.receive("look for the old session"))
        if activity.count > 0 { return nil }
        // A change of the row, not a look at it: its own commit waits for the standby, and so for what came before it.
        session.send("UPDATE commit_mark SET at = now() WHERE slot = \(old.slot) RETURNING mark")
        let rows = PostgresRows(try session.receive("look for the mark", isCommit: true))
        return rows.count > 0 && rows.integer(0) == number
    }
}

/// For times in between only.
enum Clock {
    static var milliseconds: Int64 { read(CLOCK_MONOTONIC) }

    /// Goes on while the machine sleeps.
    static var millisecondsWithSleep: Int64 { read(CLOCK_BOOTTIME) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
