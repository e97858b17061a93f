import Database
import Glibc
import Synchronization
import Testing
import TestWaiting
import Threads

@testable import DatabaseSQLite

@Suite("Writes")
struct WriteTests {
    private let folder: TemporaryFolder
    private let database: SQLiteDatabase

    init() throws {
        folder = try TemporaryFolder()
        database = try .testing(folder.database)
    }

    @Test("after an error in a statement nothing of the transaction is kept, also where the closure caught it")
    func caught() throws {
        try database.insert(1)
        let failure = #expect(throws: Failure.self) {
            try database.write { tx in
                try tx.insert(2)
                try? tx.insert(1)
                try? tx.insert(3)
            }
        }
        #expect(failure?.code == .constraint)
        #expect(try database.ids == [1])
    }

    @Test("many threads: all that was answered is there, what was thrown is not, and groups were made")
    func concurrent() throws {
        let threads = 16
        let perThread = 60
        let answered = Collected<Int64>()
        let wrong = Collected<String>()
        try onThreads(threads) { [database] thread in
            for turn in 0..<perThread {
                let id = Int64(thread * 1000 + turn)
                do {
                    try database.write { tx in
                        try tx.insert(id, "n\(id)", data: [UInt8](repeating: 1, count: 500))
                        if turn % 3 == 1 { throw Refusal(number: turn) }
                        if turn % 3 == 2 { try tx.insert(id) }
                    }
                    answered.add(id)
                    if turn % 3 != 0 { wrong.add("\(id) was kept") }
                } catch let refusal as Refusal {
                    if refusal.number != turn || turn % 3 != 1 { wrong.add("\(id): \(refusal)") }
                } catch {
                    if turn % 3 != 2 || (error as? Failure)?.code != .constraint { wrong.add("\(id): \(error)") }
                }
            }
        }
        #expect(wrong.all == [])
        #expect(answered.all.count == threads * perThread / 3)
        #expect(try database.ids == answered.all.sorted())
        #expect(try database.integrityFaults() == [])
    }

    @Test("what waits during a commit is committed together")
    func grouping() throws {
        let entered = Semaphore()
        let mayEnd = Semaphore()
        let first = try SystemThread.start { [database] in
            try? database.write { tx in
                try tx.insert(0)
                entered.signal()
                mayEnd.wait()
            }
        }
        try #require(entered.wait(milliseconds: 1000 * patience))
        let order = Collected<Int64>()
        let commits = Collected<Int>()
        let waiting = try (1...20).map { id in
            try SystemThread.start { [database] in
                try? database.write { tx in
                    try tx.insert(Int64(id))
                    order.add(Int64(id))
                    let seen = order.all.count
                    tx.afterCommit { commits.add(order.all.count - seen) }
                }
            }
        }
        try #require(eventuallyOnThread { database.waitingWriters >= 20 })
        mayEnd.signal()
        for thread in [first] + waiting { pthread_join(thread, nil) }
        // Each action ran after all twenty closures: so there was one commit behind them.
        #expect(commits.all == (0..<20).reversed())
        #expect(try database.ids == (0...20).map { Int64($0) })
    }

    @Test("a closed database refuses, and what waited when it was closed is done")
    func closing() throws {
        let entered = Semaphore()
        let mayEnd = Semaphore()
        let first = try SystemThread.start { [database] in
            try? database.write { tx in
                try tx.insert(0)
                entered.signal()
                mayEnd.wait()
            }
        }
        try #require(entered.wait(milliseconds: 1000 * patience))
        let second = try SystemThread.start { [database] in try? database.insert(1) }
        try #require(eventuallyOnThread { database.waitingWriters >= 1 })
        let closing = try SystemThread.start { [database] in database.close() }
        try #require(eventuallyOnThread { database.waitingWriters >= 2 })
        for refused in [{ try database.insert(2) }, { _ = try database.ids }] {
            let failure = #expect(throws: Failure.self) { try refused() }
            #expect(failure?.code == .unavailable)
        }
        mayEnd.signal()
        for thread in [first, second, closing] { pthread_join(thread, nil) }
        database.close()
        #expect(folder.size(of: "-wal") == 0)
        let again = try SQLiteDatabase.testing(folder.database)
        #expect(try again.ids == [0, 1])
    }
}
