import CSQLite
import Database
import Glibc

/// That this thread must not wait (`SQLiteDatabase.withoutWaiting`), and until when it may read.
///
/// Guard: it is one thread's, and lives only as long as the call that made it.
final class Impatience {
    /// Within a statement it is looked at the time every so many steps of SQLite's own machine; and before each statement, and after each
    /// row.
    private static let steps: Int32 = 1000

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    private let allowance: UInt64
    /// On the wall's clock, which costs no call into the kernel: until then no more can have been used.
    private let firstEnd: UInt64
    /// On the thread's own, from when the first has passed: that others have the processor is no reason to give up.
    private var end: UInt64?
    private(set) var hasGivenUp = false
    private let outer = pthread_getspecific(Impatience.key)

    private init(_ nanoseconds: UInt64) {
        allowance = nanoseconds
        firstEnd = Self.now(CLOCK_MONOTONIC) &+ nanoseconds
    }

    /// That of this thread; nil: it may wait.
    static var ofThread: Impatience? {
        pthread_getspecific(key).map { Unmanaged<Impatience>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Runs `body` on this thread, which must not wait meanwhile, nor go on reading after so many nanoseconds, or twice as many of its own
    /// time where others had the processor. Nil where it would have had to.
    static func run<Result>(for nanoseconds: UInt64, _ body: () throws -> Result) throws -> Result? {
        let impatience = Impatience(nanoseconds)
        pthread_setspecific(key, Unmanaged.passUnretained(impatience).toOpaque())
        defer { pthread_setspecific(key, impatience.outer) }
        do {
            let result = try body()
            // Somebody may have gone on without what could not be read.
            return impatience.hasGivenUp ? nil : result
        } catch is WouldWait {
            return nil
        } catch {
            if impatience.hasGivenUp { return nil }
            throw error
        }
    }

    private static func now(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    /// Throws where it has taken too long by now, and from then on.
    func look() throws(WouldWait) {
        if isOver { throw giveUp() }
    }

    private var isOver: Bool {
        if hasGivenUp { return true }
        if Self.now(CLOCK_MONOTONIC) <= firstEnd { return false }
        let now = Self.now(CLOCK_THREAD_CPUTIME_ID)
        guard let end else {
            end = now &+ allowance
            return false
        }
        return now > end
    }

    func giveUp() -> WouldWait {
        hasGivenUp = true
        return WouldWait()
    }

    /// Ends the statements of a connection once they have done too much. It must be told of another end before this is gone.
    func watch(_ connection: OpaquePointer) {
        sqlite3_progress_handler(connection, Self.steps, { context in
            guard let context else { return 0 }
            let impatience = Unmanaged<Impatience>.fromOpaque(context).takeUnretainedValue()
            if impatience.isOver { impatience.hasGivenUp = true }
            return impatience.hasGivenUp ? 1 : 0
        }, Unmanaged.passUnretained(self).toOpaque())
    }
}
