/// A snapshot to read from. Valid inside the closure it was given to only.
package struct ReadTransaction: ~Copyable {
    @usableFromInline let connection: any DatabaseConnection

    /// For engines only.
    package init(connection: any DatabaseConnection) { self.connection = connection }

    /// Whether each statement is a journey to another process and back: then several rows in one cost much less.
    package var isRemote: Bool { connection.isRemote }

    /// Runs `sql` and calls `row` for each row until there are no more or `row` returns false.
    ///
    /// `sql` has `$1`, `$2`, ... for `parameters`, in any order and as often as it likes. It is a literal: values never
    /// become part of it, and its prepared form is kept. The rows come from the database in parts, as they are needed: for
    /// results of any length, of which `row` may want only the first.
    @inlinable package func forEach(_ sql: StaticString, _ parameters: [Value] = [], row: (borrowing Row) throws -> Bool) throws {
        try connection.run(sql, parameters, .inParts, row: row)
    }

    /// The first row's value by `row`, or nil where there is no row. Only for results that have few rows.
    @inlinable package func first<T>(_ sql: StaticString, _ parameters: [Value] = [], row: (borrowing Row) throws -> T) throws -> T? {
        var result: T?
        try connection.run(sql, parameters, .whole) { result = try row($0); return false }
        return result
    }

    /// Says that this statement will be asked soon, whole and with these parameters: where each is a journey to another process, it goes along
    /// with the next one. It changes nothing, and may be said in vain.
    package func foresee(_ sql: StaticString, _ parameters: [Value] = []) { connection.foresee(sql, parameters) }

    /// All rows' values by `row`. Only for results that are known to be few.
    @inlinable package func all<T>(_ sql: StaticString, _ parameters: [Value] = [], row: (borrowing Row) throws -> T) throws -> [T] {
        var results: [T] = []
        try connection.run(sql, parameters, .whole) { results.append(try row($0)); return true }
        return results
    }
}

/// A transaction that changes data. Its `read` sees its own changes.
package struct WriteTransaction: ~Copyable {
    package let read: ReadTransaction

    /// For engines only.
    package init(connection: any DatabaseConnection) { read = ReadTransaction(connection: connection) }

    /// Runs a statement. Where the database is another process it may go out together with those that follow, and its failure is
    /// then told by one of them, or by the commit: what comes after it in the transaction must not depend on its having been refused.
    package func execute(_ sql: StaticString, _ parameters: [Value] = []) throws {
        try read.connection.execute(sql, parameters)
    }

    /// Runs a statement; the count of the rows it changed.
    package func rowsChanged(by sql: StaticString, _ parameters: [Value] = []) throws -> Int {
        try read.connection.run(sql, parameters, .whole) { _ in true }
        return read.connection.changedRowCount
    }

    /// Says that the next statement changes a row that many change. Where others stand in line for it, this transaction is run again
    /// when its turn has come.
    package func willChange(_ row: HotRow) throws { try read.connection.willChange([row]) }

    /// The same of several rows, changed by some of the next statements: it is run again once, however many others stand in line for.
    package func willChange(_ rows: [HotRow]) throws { try read.connection.willChange(rows) }

    /// A new number of `sequence`, never given twice, also not after a transaction that was undone or a restart.
    package func nextID(_ sequence: Sequence) throws -> Int64 { try read.connection.nextID(sequence) }

    /// Calls `action` after the commit, on the thread that waited for it, in the order of registration; not where
    /// the transaction is undone. It must be quick and cannot fail.
    package func afterCommit(_ action: @escaping @Sendable () -> Void) { read.connection.afterCommit(action) }

    /// Tells other processes that share the database, soon after the commit; of several notices of one thing perhaps the last
    /// only. This process is not told.
    package func announce(_ notice: ChangeNotice) { read.connection.announce(notice) }
}

/// The sequences from which ids are drawn.
package enum Sequence: String, CaseIterable, Sendable {
    case principal, node, blob, epoch
}

/// How the rows of a statement come from a database that is another process.
package enum Delivery: Sendable {
    /// All at once: one round trip.
    case whole
    /// Some at a time.
    case inParts
}

/// What an engine gives to the transactions above it. One thread at a time uses it.
package protocol DatabaseConnection: AnyObject {
    func run(
        _ sql: StaticString, _ parameters: [Value], _ delivery: Delivery, row: (borrowing Row) throws -> Bool
    ) throws
    /// Runs a statement whose rows and count nobody wants; its failure may be told by a later one.
    func execute(_ sql: StaticString, _ parameters: [Value]) throws
    /// Says that a statement will be asked, whole.
    func foresee(_ sql: StaticString, _ parameters: [Value])
    /// The count of rows that the last statement of `run` inserted, updated or deleted.
    var changedRowCount: Int { get }
    func nextID(_ sequence: Sequence) throws -> Int64
    func afterCommit(_ action: @escaping @Sendable () -> Void)
    func announce(_ notice: ChangeNotice)
    func willChange(_ rows: [HotRow]) throws
    /// Whether the database is another process.
    var isRemote: Bool { get }
}

extension DatabaseConnection {
    /// Where a statement is a call, nothing is gained by putting it off.
    package func execute(_ sql: StaticString, _ parameters: [Value]) throws { try run(sql, parameters, .whole) { _ in true } }

    package func foresee(_ sql: StaticString, _ parameters: [Value]) {}

    package var isRemote: Bool { false }

    /// Where there is one writer at a time, all have their turns.
    package func willChange(_ rows: [HotRow]) throws {}
}
