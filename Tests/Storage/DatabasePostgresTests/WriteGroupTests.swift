import Database
import Glibc
import TestEngines
import TestWaiting
import Testing
import Locks
import Threads

@testable import DatabasePostgres

@Suite("Writes that stand in line are committed together")
struct WriteGroupTests {
    private static let row = HotRow(letter: UInt8(ascii: "t"), id: Int64.random(in: 1 << 32..<1 << 62))

    /// Has `writers` stand in line in their order, and run when all do. The first leads.
    private func line(
        _ database: PostgresDatabase, _ writers: [@Sendable (borrowing WriteTransaction) throws -> Void]
    ) throws -> [String] {
        var first = Turn(database.turns)
        let isTaken = first.take([Self.row], until: Clock.milliseconds + 1000) == .taken
        #expect(isTaken)
        let outcomes = Guarded(Array(repeating: "", count: writers.count))
        var threads: [pthread_t] = []
        for (index, writer) in writers.enumerated() {
            threads.append(try SystemThread.start {
                do {
                    try database.write { tx in
                        try tx.willChange(Self.row)
                        try writer(tx)
                    }
                    outcomes.withLock { $0[index] = "done" }
                } catch { outcomes.withLock { $0[index] = "\(error)" } }
            })
            try #require(eventuallyOnThread { database.turns.waitingCount(for: Self.row) == index + 1 })
        }
        first.giveOn()
        for thread in threads { pthread_join(thread, nil) }
        #expect(!database.turns.isTaken(Self.row))
        return outcomes.withLock { $0 }
    }

    private struct Refusal: Error, CustomStringConvertible {
        let description = "refused"
    }

    @Test("those that stand in line are one transaction, seen together, and each tells what it has to tell after it")
    func together() throws {
        let schema = try TemporarySchema(TestEngine.postgresOptions())
        let database = try PostgresDatabase.testing(schema)
        let told = Collected<Int64>()
        let numbers = Collected<String>()
        let outcomes = try line(database, (1...6).map { id in
            { tx in
                #expect(try tx.read.all("SELECT id FROM item ORDER BY id") { $0.integer(0) } == Array(1..<Int64(id)))
                try tx.insert(Int64(id))
                numbers.add(try tx.read.first("SELECT pg_current_xact_id()::text") { $0.text(0) } ?? "")
                tx.afterCommit { told.add(Int64(id)) }
            }
        })
        #expect(outcomes == Array(repeating: "done", count: 6))
        #expect(Set(numbers.all).count == 1, "\(numbers.all)")
        #expect(told.all.sorted() == Array(1...6))
        #expect(try database.ids == Array(1...6))
    }

    @Test("who is refused undoes its own, and no more; also what has gone out and nobody has waited for, and what it had to tell")
    func refused() throws {
        let database = try PostgresDatabase.testing()
        let told = Collected<Int64>()
        let writers: [@Sendable (borrowing WriteTransaction) throws -> Void] = (1...5).map { id in
            { tx in
                tx.afterCommit { told.add(Int64(id)) }
                try tx.insert(Int64(id))
                // Rows by a cursor, which is open when it is refused.
                try tx.read.forEach("SELECT n FROM generate_series(1, 1000) AS n ORDER BY n") { $0.integer(0) < 100 }
                if id % 2 == 0 {
                    try tx.insert(Int64(id * 100))
                    throw Refusal()
                }
            }
        }
        #expect(try line(database, writers) == ["done", "refused", "done", "refused", "done"])
        #expect(told.all.sorted() == [1, 3, 5])
        #expect(try database.ids == [1, 3, 5])
    }

    @Test("whoever stands in line sees what they themselves have committed before")
    func ownWrites() throws {
        let database = try PostgresDatabase.testing()
        let unseen = Collected<Int64>()
        let failed = Collected<String>()
        let threads = try (0..<8).map { writer in
            try SystemThread.start {
                for turn in 0..<40 {
                    let id = Int64(writer * 1000 + turn)
                    do {
                        // In nobody's way: it is committed while another one's transaction is at work.
                        try database.write { tx in try tx.insert(id) }
                        try database.write { tx in
                            if try tx.read.first("SELECT id FROM item WHERE id = $1", [.integer(id)], row: { $0.integer(0) }) != id { unseen.add(id) }
                            try tx.willChange(Self.row)
                            try tx.insert(1_000_000 + id)
                        }
                    } catch { failed.add("\(error)") }
                }
            }
        }
        for thread in threads { pthread_join(thread, nil) }
        #expect(unseen.all == [])
        #expect(failed.all == [])
    }

    @Test("where the server finds a fault with one, each is run again by itself, and it alone has it")
    func fault() throws {
        let database = try PostgresDatabase.testing()
        try database.write { tx in try tx.insert(3) }
        let runs = Collected<Int>()
        let outcomes = try line(database, [1, 2, 3, 4].map { id in
            { tx in
                runs.add(id)
                // Without an answer: the fault is told by a statement of the next one, or by the commit.
                try tx.insert(Int64(id))
            }
        })
        #expect(outcomes.enumerated().filter { $0.element != "done" }.map(\.offset) == [2])
        #expect(outcomes[2].contains("23505"))
        #expect(try database.ids == [1, 2, 3, 4])
    }

    @Test("who needs one row more than those before it stands in line for that, and undoes nobody's")
    func moreRows() throws {
        let database = try PostgresDatabase.testing()
        let more = HotRow(letter: Self.row.letter, id: Self.row.id + 1)
        var held = Turn(database.turns)
        let isTaken = held.take([more], until: Clock.milliseconds) == .taken
        #expect(isTaken)
        let runs = Collected<Int>()
        let outcomes = try line(database, [1, 2, 3].map { id in
            { tx in
                runs.add(id)
                try tx.insert(Int64(id))
                if id == 2 { try tx.willChange(more) }
                if id == 3 { database.turns.giveOn(more) }
            }
        })
        #expect(outcomes == ["done", "done", "done"])
        #expect(runs.all.filter { $0 == 1 }.count == 1)
        #expect(runs.all.filter { $0 == 3 }.count == 1)
        #expect(try database.ids == [1, 2, 3])
        #expect(!database.turns.isTaken(more))
    }

    /// Four that each look for a row of its own on one page of the index, and when all have looked write it. Their line is taken meanwhile: once
    /// `seen` of how many are done and how many stand in line is true, it is given on. In how many transactions all were committed.
    private func neighbours(_ database: PostgresDatabase, until seen: @escaping (_ done: Int, _ waiting: Int) -> Bool) throws -> Int {
        try database.write { tx in try tx.insert(0) }
        let neighbourhood = HotRow.neighbourhood(of: [Self.row])
        var first = Turn(database.turns)
        let isTaken = first.take([neighbourhood], until: Clock.milliseconds) == .taken
        #expect(isTaken)
        let (looked, done, failed) = (Guarded(Set<Int64>()), Guarded(0), Collected<String>())
        let transactions = Guarded<[Int64: String]>([:])
        var threads: [pthread_t] = []
        for id in Int64(1)...4 {
            threads.append(try SystemThread.start {
                do {
                    try database.write { tx in
                        try tx.willChange(HotRow(letter: Self.row.letter, id: Self.row.id & ~63 | id))
                        let found = try tx.read.first("SELECT id FROM item WHERE id = $1", [.integer(id)]) { $0.integer(0) }
                        #expect(found == nil)
                        let isFirstRun = looked.withLock { $0.insert(id).inserted }
                        if isFirstRun { _ = eventuallyOnThread { looked.withLock { $0.count } == 4 } }
                        try tx.insert(id)
                        let number = try tx.read.first("SELECT pg_current_xact_id()::text") { $0.text(0) }
                        transactions.withLock { $0[id] = number }
                    }
                    done.withLock { $0 += 1 }
                } catch { failed.add("\(error)") }
            })
        }
        #expect(eventuallyOnThread { seen(done.withLock { $0 }, database.turns.waitingCount(for: neighbourhood)) })
        first.giveOn()
        for thread in threads { pthread_join(thread, nil) }
        #expect(failed.all == [])
        #expect(try database.ids == [0, 1, 2, 3, 4])
        #expect(!database.turns.isTaken(neighbourhood))
        return Set(transactions.withLock { $0.values }).count
    }

    @Test("neighbours who met in what they looked for stand in one line, and are committed together")
    func neighboursTogether() throws {
        let database = try PostgresDatabase.testing { $0.neighbourMilliseconds = 10_000 }
        var early = 0
        let count = try neighbours(database) { done, waiting in
            early = done
            return done + waiting == 4
        }
        // No two of them may be committed at once: neither has seen the other.
        #expect(early <= 1)
        #expect(count == early + 1)
    }

    @Test("nobody waits long for neighbours")
    func neighboursInVain() throws {
        let database = try PostgresDatabase.testing { $0.neighbourMilliseconds = 20 }
        _ = try neighbours(database) { done, _ in done == 4 }
    }

    @Test("neighbours on several nodes whose transactions take long all have their turns")
    func longNeighbours() throws {
        let schema = try TemporarySchema(TestEngine.postgresOptions())
        let failed = Collected<String>()
        let threads = try (0..<4).map { node in
            let database = try PostgresDatabase.testing(schema) { $0.neighbourMilliseconds = 20 }
            return try SystemThread.start {
                for turn in 0..<4 {
                    let id = Int64(node * 10 + turn)
                    do {
                        try database.write { tx in
                            try tx.willChange(HotRow(letter: Self.row.letter, id: Self.row.id & ~63 | id))
                            _ = try tx.read.first("SELECT id FROM item WHERE id = $1", [.integer(id)]) { $0.integer(0) }
                            _ = try tx.read.first("SELECT pg_sleep(0.1) IS NULL") { $0.flag(0) }
                            try tx.insert(id)
                        }
                    } catch { failed.add("\(error)") }
                }
            }
        }
        for thread in threads { pthread_join(thread, nil) }
        #expect(failed.all == [])
    }

    @Test("there are ids enough for all")
    func ids() throws {
        let database = try PostgresDatabase.testing()
        let given = Collected<Int64>()
        let outcomes = try line(database, (0..<4).map { _ in
            { tx in
                var ids: [Int64] = []
                for _ in 0..<600 { ids.append(try tx.nextID(.node)) }
                try tx.insert(ids[0])
                let all = ids
                tx.afterCommit { for id in all { given.add(id) } }
            }
        })
        #expect(outcomes == Array(repeating: "done", count: 4))
        #expect(given.all.count == 2400)
        #expect(Set(given.all).count == 2400)
    }

    @Test("after a line the next one has its turn as it is, and one whose snapshot is older is run again")
    func memory() throws {
        let database = try PostgresDatabase.testing()
        #expect(try line(database, [{ tx in try tx.insert(1) }]) == ["done"])
        var runs = 0
        try database.write { tx in
            runs += 1
            try tx.willChange(Self.row)
            #expect(database.turns.isTaken(Self.row))
            try tx.insert(2)
        }
        #expect(runs == 1)
        #expect(!database.turns.isTaken(Self.row))
        try database.write { tx in
            runs += 1
            if runs == 2 {
                let thread = try SystemThread.start { try? database.write { tx in try tx.willChange(Self.row) } }
                pthread_join(thread, nil)
            }
            try tx.willChange(Self.row)
        }
        #expect(runs == 3)
        #expect(!database.turns.isTaken(Self.row))
    }

    @Test("a turn that was had as it came meets another node's once, and then waits for it")
    func otherNode() throws {
        let schema = try TemporarySchema(TestEngine.postgresOptions())
        let nodes = try (0..<2).map { _ in try PostgresDatabase.testing(schema) }
        try nodes[0].write { tx in try tx.insert(1, "0") }
        #expect(try line(nodes[0], [{ _ in }]) == ["done"])
        var runs = 0
        try nodes[0].write { tx in
            runs += 1
            _ = try tx.read.first("SELECT name FROM item") { $0.text(0) }
            if runs == 1 {
                let other = nodes[1]
                let thread = try SystemThread.start { try? other.write { tx in try tx.execute("UPDATE item SET name = '1'") } }
                pthread_join(thread, nil)
            }
            try tx.willChange(Self.row)
            _ = try tx.rowsChanged(by: "UPDATE item SET name = '2'")
        }
        #expect(runs == 2)
        let entry = nodes[0].turns.enter(Self.row, since: nodes[0].turns.endCount)
        #expect(entry == .mustWait)
        #expect(!nodes[0].turns.isTaken(Self.row))
    }
}

@Suite("Writes that are committed together, and lost connections")
struct WriteGroupConnectionTests {
    private static let row = HotRow(letter: UInt8(ascii: "t"), id: Int64.random(in: 1 << 32..<1 << 62))
    private let proxy: CuttingProxy
    private let schema: TemporarySchema

    init() throws {
        schema = try TemporarySchema(TestEngine.postgresOptions())
        proxy = try CuttingProxy()
    }

    private func database(_ edit: (inout PostgresOptions) -> Void = { _ in }) throws -> PostgresDatabase {
        try .testing(schema, directory: proxy.directory, edit: edit)
    }

    /// Three that stand in line; how often each was run, and what they were told.
    private func line(_ database: PostgresDatabase) throws -> (runs: [Int], outcomes: [String]) {
        var first = Turn(database.turns)
        let isTaken = first.take([Self.row], until: Clock.milliseconds) == .taken
        #expect(isTaken)
        let (runs, outcomes) = (Guarded([0, 0, 0]), Guarded(["", "", ""]))
        var threads: [pthread_t] = []
        for id in 0..<3 {
            threads.append(try SystemThread.start {
                do {
                    try database.write { tx in
                        try tx.willChange(Self.row)
                        runs.withLock { $0[id] += 1 }
                        _ = try tx.rowsChanged(by: "INSERT INTO item (id) VALUES ($1)", [.integer(Int64(id))])
                    }
                    outcomes.withLock { $0[id] = "done" }
                } catch { outcomes.withLock { $0[id] = "\(error)" } }
            })
            try #require(eventuallyOnThread { database.turns.waitingCount(for: Self.row) == id + 1 })
        }
        first.giveOn()
        for thread in threads { pthread_join(thread, nil) }
        return (runs.withLock { $0 }, outcomes.withLock { $0 })
    }

    @Test("a commit that was made and whose answer was lost is one for all, made once")
    func committed() throws {
        let database = try database()
        proxy.cut(.beforeClient, at: CuttingProxy.word(.commit))
        let (runs, outcomes) = try line(database)
        #expect(outcomes == ["done", "done", "done"])
        #expect(runs == [1, 1, 1])
        #expect(try database.ids == [0, 1, 2])
        #expect(proxy.cutCount == 1)
    }

    @Test("a commit that the server never got is made again, of each by itself")
    func uncommitted() throws {
        let database = try database()
        proxy.cut(.beforeServer, at: CuttingProxy.word(.commit))
        let (runs, outcomes) = try line(database)
        #expect(outcomes == ["done", "done", "done"])
        #expect(runs == [2, 2, 2])
        #expect(try database.ids == [0, 1, 2])
    }

    @Test("a commit whose outcome cannot be told in time is run again for nobody")
    func unknown() throws {
        let database = try database { $0.outcomeMilliseconds = 0 }
        proxy.cut(.beforeClient, at: CuttingProxy.word(.commit))
        let (runs, outcomes) = try line(database)
        #expect(outcomes.allSatisfy { $0.contains("not known") }, "\(outcomes)")
        #expect(runs == [1, 1, 1])
        #expect(try database.ids == [0, 1, 2])
    }
}
