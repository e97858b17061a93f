import Database
import Glibc

/// Notes on the thread that it is in a transaction of a database, so that a second one inside it is an error, not a wait for
/// oneself without end.
package struct TransactionMark {
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    /// Of another database, around this transaction.
    private let outer: UnsafeMutableRawPointer?

    package init(_ database: AnyObject) throws {
        let mark = Unmanaged.passUnretained(database).toOpaque()
        outer = pthread_getspecific(Self.key)
        if outer == mark { throw Failure(.serverBug, "a transaction inside another one") }
        pthread_setspecific(Self.key, mark)
    }

    package func remove() { pthread_setspecific(Self.key, outer) }
}
