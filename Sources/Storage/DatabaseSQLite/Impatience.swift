import CSQLite
import Database
import Glibc

/// That this thread must not wait (`SQLiteDatabase.withoutWaiting`), and how much its statements may still do.
///
/// Guard: it is one thread's, and lives only as long as the call that made it.
final class Impatience {
    /// How many steps of SQLite's own machine the statements of one call may do in all: some 2 ms. A listing of a home takes 2,000.
    private static let steps: Int32 = 30_000
    /// After so many steps it is looked whether there are too many.
    private static let unit: Int32 = 500

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    private var unitsLeft = steps / unit
    private(set) var hasGivenUp = false
    private let outer = pthread_getspecific(Impatience.key)

    private init() {}

    /// That of this thread; nil: it may wait.
    static var ofThread: Impatience? {
        pthread_getspecific(key).map { Unmanaged<Impatience>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Runs `body` on this thread, which must not wait meanwhile. Nil where it would have had to.
    static func run<Result>(_ body: () throws -> Result) throws -> Result? {
        let impatience = Impatience()
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

    func giveUp() -> WouldWait {
        hasGivenUp = true
        return WouldWait()
    }

    /// Ends the statements of a connection once they have done too much. It must be told of another end before this is gone.
    func watch(_ connection: OpaquePointer) {
        sqlite3_progress_handler(connection, Self.unit, { context in
            guard let context else { return 0 }
            let impatience = Unmanaged<Impatience>.fromOpaque(context).takeUnretainedValue()
            impatience.unitsLeft -= 1
            if impatience.unitsLeft < 0 { impatience.hasGivenUp = true }
            return impatience.hasGivenUp ? 1 : 0
        }, Unmanaged.passUnretained(self).toOpaque())
    }
}
