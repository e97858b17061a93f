/// An advisory lock by which a copy of the database knows that it is alone: each session that may write holds it shared as long as it
/// lives, whatever its `application_name` is; a copy has it for itself before it takes its snapshot, until it has ended.
///
/// A session's lock goes with the session, after its last transaction has ended: who gets the lock sees all that was committed.
enum UseLock {
    /// The first number is any that nobody else has. Each schema has a lock of its own: a database may have several, in tests.
    private static let key = "1413826389, hashtext(current_schema())"

    static let shared = "pg_try_advisory_lock_shared(\(key))"
    static let sharedInTransaction = "pg_try_advisory_xact_lock_shared(\(key))"
    static let alone = "pg_try_advisory_lock(\(key))"

    static let refusal = "the database is being copied by `tegu db copy`"
}
