/// Which process of a database is in charge of what one alone is to do.
///
/// It holds an advisory lock by the connection on which it hears the others, so that the lock is free as soon as the server knows that the
/// connection has ended. A process that hangs keeps its connection: so who is in charge says something each second, the others look
/// whether it has, and end the session of one that was silent for `silence`. It counts itself out before, after `term`, by its own clock: when it goes
/// on it does not think that it is in charge still.
struct Charge {
    /// Milliseconds from the moment at which it asked, after which it is in charge no more where it has not asked again.
    static let term: Int64 = 8_000
    /// After which the others take it for dead; longer than `term`, and by the server's clock.
    static let silence = "interval '12 seconds'"

    /// The first number is any that nobody else has. Each schema has a lock of its own.
    private static let (number, schema) = ("1413826390", "hashtext(current_schema())")
    private static let candidacy = "SELECT pg_try_advisory_lock(\(number), \(schema))"
    /// As a condition: the process by its number and its start, for the number is another's later. The locks of all are looked through for it,
    /// once for each that comes to be in charge.
    private static let search = """
        SELECT 'pid = ' || a.pid || ' AND backend_start = ' || quote_literal(a.backend_start)
        FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND l.classid::bigint = \(number) AND l.objid::bigint = \(schema)::bigint & 4294967295
        """

    /// Of the one in charge, in the words of `search`.
    private var other: String?

    /// Until when this process is in charge, by `Clock.millisecondsWithSleep`; 0: it is not.
    mutating func renew(isInCharge: Bool, execute: (String) -> String?) -> Int64 {
        let asked = Clock.millisecondsWithSleep
        if isInCharge { return execute("SELECT 1") == nil ? 0 : asked + Self.term }
        // One that has the lock and was silent gets it once more.
        if execute(Self.candidacy) == "t" {
            other = nil
            return asked + Self.term
        }
        if let other {
            let isSilent = execute("""
                SELECT CASE WHEN state_change < clock_timestamp() - \(Self.silence) THEN pg_terminate_backend(pid) ELSE false END
                FROM pg_stat_activity WHERE \(other)
                """)
            // Gone, or ended just now; where it may not be ended it is left alone.
            if isSilent != "f" { self.other = nil }
        } else if let found = execute(Self.search), !found.isEmpty {
            other = found
        }
        return 0
    }
}
