import CSQLite
import Database
import Testing

@testable import DatabaseSQLite

/// Groups made by hand, so that each case of a fault is met for certain.
@Suite("A group of writes")
struct GroupCommitTests {
    private let folder: TemporaryFolder
    private let connection: SQLiteConnection

    init() throws {
        folder = try TemporaryFolder()
        try DatabaseFile.create(at: folder.database)
        connection = try SQLiteConnection(path: folder.database, role: .writer, options: SQLiteOptions())
        try Migrations.apply(testMigrations, to: SQLiteMigration(connection: connection))
        connection.leases = IDLeases()
    }

    private func request(_ body: @escaping (borrowing WriteTransaction) throws -> Void) -> WriteRequest {
        WriteRequest(.transaction { connection in try body(WriteTransaction(connection: connection)) })
    }

    private func inserts(_ ids: ClosedRange<Int64>) -> [WriteRequest] {
        ids.map { id in request { tx in try tx.insert(id) } }
    }

    /// What became of each: "done", or the code of its failure.
    private func commit(_ group: [WriteRequest]) -> [String] {
        GroupCommit(connection: connection).commit(group)
        #expect(!connection.isInTransaction)
        return group.map { request in
            switch request.outcome {
            case .done: "done"
            case .failed(let error): (error as? Failure)?.code.rawValue ?? "\(error)"
            case nil: "undecided"
            }
        }
    }

    private var ids: [Int64] {
        get throws {
            var ids: [Int64] = []
            try connection.begin(.deferred)
            try connection.run("SELECT id FROM item ORDER BY id", []) { ids.append($0.integer(0)); return true }
            connection.rollback()
            return ids
        }
    }

    @Test("one that throws or breaks a constraint undoes itself only, and the rest is one commit")
    func partial() throws {
        var runs = 0
        let group = inserts(1...2) + [
            request { tx in
                runs += 1
                try tx.insert(3)
                throw Refusal(number: 1)
            },
            request { tx in
                runs += 1
                try tx.insert(4)
                try tx.insert(1)
            },
            request { tx in
                runs += 1
                // What was undone is not seen by those who come later.
                #expect(try tx.read.first("SELECT count(*) FROM item") { $0.integer(0) } == 2)
                try tx.insert(5)
            },
        ]
        #expect(commit(group) == ["done", "done", "Refusal(number: 1)", "constraint", "done"])
        #expect(runs == 3)
        #expect(try ids == [1, 2, 5])
    }

    @Test("a full disk is the answer for the one who met it; the others are run again")
    func full() throws {
        try connection.execute("PRAGMA max_page_count = 20")
        var runs = 0
        let ran = Collected<Int>()
        let group = inserts(1...3) + [
            request { tx in
                runs += 1
                tx.afterCommit { ran.add(0) }
                try tx.insert(4, data: [UInt8](repeating: 1, count: 1_000_000))
            },
            request { tx in
                runs += 1
                tx.afterCommit { ran.add(5) }
                try tx.insert(5)
            },
        ]
        #expect(commit(group) == ["done", "done", "done", "storageFull", "done"])
        #expect(runs == 2)
        #expect(ran.all == [5])
        #expect(try ids == [1, 2, 3, 5])
        try connection.execute("PRAGMA max_page_count = 1000000")
        #expect(commit([request { tx in try tx.insert(4, data: [UInt8](repeating: 1, count: 1_000_000)) }]) == ["done"])
        #expect(try ids == [1, 2, 3, 4, 5])
    }

    @Test("an interrupt at any step undoes all that was run; each is done or failed as a whole, and nobody is forgotten")
    func interrupted() throws {
        /// Interrupts once, when it has counted down.
        final class Countdown { var left = 0 }
        let countdown = Countdown()
        let address = Unmanaged.passUnretained(countdown).toOpaque()
        var wasReached = true
        var step = 0
        var unknown = 0
        while wasReached {
            step += 1
            try connection.execute("DELETE FROM item")
            countdown.left = step
            sqlite3_progress_handler(connection.handle, 1, { address in
                guard let address else { return 0 }
                let countdown = Unmanaged<Countdown>.fromOpaque(address).takeUnretainedValue()
                countdown.left -= 1
                return countdown.left == 0 ? 1 : 0
            }, address)
            let group = (0..<3).map { (number: Int64) in
                request { tx in
                    try tx.insert(number * 2)
                    try tx.execute("UPDATE item SET name = $1 WHERE id = $2", [.text("n\(number)"), .integer(number * 2)])
                    try tx.insert(number * 2 + 1)
                }
            }
            let outcomes = commit(group)
            sqlite3_progress_handler(connection.handle, 0, nil, nil)
            wasReached = countdown.left <= 0
            #expect(outcomes.allSatisfy { $0 == "done" || $0 == "unavailable" }, "step \(step)")
            if !wasReached { #expect(outcomes == ["done", "done", "done"]) }
            var expected: [Int64] = []
            for (number, outcome) in outcomes.enumerated() where outcome == "done" {
                expected += [Int64(number) * 2, Int64(number) * 2 + 1]
            }
            let found = try ids
            if found == (0..<6).map({ Int64($0) }) && outcomes.allSatisfy({ $0 == "unavailable" }) {
                // In the commit itself SQLite may say so when it has committed. It is all or nothing even then.
                unknown += 1
            } else {
                #expect(found == expected, "step \(step): \(outcomes)")
            }
        }
        #expect(unknown <= 1)
        // There were so many places to be interrupted at.
        #expect(step > 50)
        withExtendedLifetime(countdown) {}
    }

    @Test("a commit that fails fails all of its group")
    func failedCommit() throws {
        sqlite3_commit_hook(connection.handle, { _ in 1 }, nil)
        let ran = Collected<Int>()
        let group = inserts(1...2) + [request { tx in tx.afterCommit { ran.add(1) }; throw Refusal() }]
            + [request { tx in tx.afterCommit { ran.add(1) } }]
        let outcomes = commit(group)
        sqlite3_commit_hook(connection.handle, nil, nil)
        #expect(outcomes.count == 4 && outcomes[2] == "Refusal(number: 0)")
        #expect(outcomes.allSatisfy { $0 != "done" && $0 != "undecided" })
        #expect(ran.all == [])
        #expect(try ids == [])
        #expect(commit(inserts(1...2)) == ["done", "done"])
    }

    @Test("another process's write is waited for, and then an answer given")
    func busy() throws {
        let other = try SQLiteConnection(path: folder.database, role: .writer, options: SQLiteOptions())
        try other.begin(.immediate)
        sqlite3_busy_timeout(connection.handle, 20)
        #expect(commit(inserts(1...2)) == ["unavailable", "unavailable"])
        other.rollback()
        #expect(commit(inserts(1...2)) == ["done", "done"])
    }

    @Test("ids are given in a group that had none, and again after another was undone")
    func idsInGroup() throws {
        var given: [Int64] = []
        let group = [
            request { tx in try tx.insert(tx.nextID(.node)) },
            request { tx in
                given.append(try tx.nextID(.node))
                throw Refusal()
            },
            request { tx in try tx.insert(tx.nextID(.node)) },
        ]
        #expect(commit(group) == ["done", "Refusal(number: 0)", "done"])
        #expect(try ids.count == 2)
        #expect(try Set(ids + given).count == 2 + given.count)
    }
}
