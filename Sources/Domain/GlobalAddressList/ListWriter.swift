import CollectionStore
import Database

/// Transactions that write to a list: each makes sure first that the lease is still this process's.
struct ListWriter: Sendable {
    let database: any Database
    let list: CollectionID
    let holder: String
    let clock: @Sendable () -> Milliseconds

    /// Throws `LeaseLost` where it is not.
    func run<Result>(_ body: (borrowing WriteTransaction, Milliseconds) throws -> Result) throws -> Result {
        let now = clock()
        return try database.write { tx in
            try AddressLists.renew(tx, list, holder: holder, now: now)
            return try body(tx, now)
        }
    }
}
