import Database
import Glibc
import TestEngines
import TestWaiting
import Testing
import Threads

@testable import DatabasePostgres

@Suite("Turns of transactions that change one row")
struct TurnsTests {
    private static let row = HotRow(letter: UInt8(ascii: "t"), id: 1)

    @Test("many writers of two nodes that change one row at once all succeed, in few runs")
    func manyWriters() throws {
        let schema = try TemporarySchema(TestEngine.postgresOptions())
        let nodes = try (0..<2).map { _ in try PostgresDatabase.testing(schema) }
        _ = try nodes[0].write { tx in try tx.execute("INSERT INTO item (id, name) VALUES (1, '0')") }
        let (runs, failures) = (Collected<Int>(), Collected<String>())
        let (writers, writes) = (8, 15)
        let threads = try (0..<2 * writers).map { number in
            try SystemThread.start {
                do {
                    for _ in 0..<writes {
                        try nodes[number % 2].write { tx in
                            runs.add(number)
                            let before = try tx.read.first("SELECT name FROM item WHERE id = 1") { Int($0.text(0)) ?? 0 }
                            try tx.willChange(Self.row)
                            try tx.execute("UPDATE item SET name = $1 WHERE id = 1", [.text("\((before ?? 0) + 1)")])
                        }
                    }
                } catch { failures.add("\(error)") }
            }
        }
        for thread in threads { pthread_join(thread, nil) }
        #expect(failures.all == [])
        let count = 2 * writers * writes
        #expect(try nodes[0].read { tx in try tx.first("SELECT name FROM item WHERE id = 1") { $0.text(0) } } == "\(count)")
        // Each once in vain to find the line, and some more; without turns it is eight times and more.
        #expect(runs.all.count <= 3 * count, "\(runs.all.count) runs for \(count) transactions")
        // What was locked is free for everybody.
        let lock = Self.row.lockNumber
        let other = try PostgresDatabase.testing(schema)
        #expect(eventuallyOnThread {
            (try? other.read { tx in
                try tx.first("SELECT pg_try_advisory_xact_lock($1)", [.integer(lock)]) { $0.flag(0) }
            }) == true
        })
    }

    @Test("who comes while others stand in line does not wait for the row, and is run when its turn has come")
    func joining() throws {
        let database = try PostgresDatabase.testing()
        try database.write { tx in try tx.insert(1) }
        var first = Turn(database.turns)
        let isTaken1 = first.take([Self.row], until: Clock.milliseconds + 1000) == .taken
        #expect(isTaken1)
        let (reached, passed) = (Collected<Int>(), Collected<Int>())
        let thread = try SystemThread.start {
            try? database.write { tx in
                reached.add(1)
                try tx.willChange(Self.row)
                passed.add(1)
                try tx.execute("UPDATE item SET name = 'a' WHERE id = 1")
            }
        }
        try #require(eventuallyOnThread { database.turns.waitingCount(for: Self.row) == 1 })
        #expect(reached.all.count == 1)
        #expect(passed.all == [])
        first.giveOn()
        pthread_join(thread, nil)
        #expect(reached.all.count == 2)
        #expect(passed.all.count == 1)
        #expect(!database.turns.isTaken(Self.row))
    }

    @Test("a turn that does not come in time is a refusal, and nobody waits for who has left the line")
    func late() throws {
        let database = try PostgresDatabase.testing { $0.retryMilliseconds = 300 }
        try database.write { tx in try tx.insert(1) }
        var first = Turn(database.turns)
        let isTaken2 = first.take([Self.row], until: Clock.milliseconds + 1000) == .taken
        #expect(isTaken2)
        let failure = #expect(throws: Failure.self) { try database.write { tx in try tx.willChange(Self.row) } }
        #expect(failure?.code == .unavailable)
        first.giveOn()
        #expect(!database.turns.isTaken(Self.row))
        try database.write { tx in try tx.willChange(Self.row) }
    }

    @Test("rows are taken in their order, whatever the order in which they are named, and given on together")
    func order() {
        let turns = Turns(PostgresOptions(connection: ""))
        let rows = [3, 1, 2].map { HotRow(letter: UInt8(ascii: "t"), id: $0) }
        var turn = Turn(turns)
        let isTaken3 = turn.take([rows[0]], until: Clock.milliseconds) == .taken
        #expect(isTaken3)
        let isTaken4 = turn.take([rows[1], rows[2], rows[1]], until: Clock.milliseconds) == .taken
        #expect(isTaken4)
        #expect(turn.rows.map(\.id) == [1, 2, 3])
        var other = Turn(turns)
        let isTaken5 = other.take([rows[2], HotRow(letter: UInt8(ascii: "a"), id: 9)], until: Clock.milliseconds + 20) == .taken
        #expect(!isTaken5)
        #expect(other.rows == [])
        #expect(!turns.isTaken(HotRow(letter: UInt8(ascii: "a"), id: 9)))
        turn.giveOn()
        let isTaken6 = other.take(rows, until: Clock.milliseconds) == .taken
        #expect(isTaken6)
        other.giveOn()
        #expect(rows.allSatisfy { !turns.isTaken($0) })
    }

    @Test("who meets one row more keeps its turns at those before it, and gives on those after it")
    func prefix() throws {
        let turns = Turns(PostgresOptions(connection: ""))
        let rows = (1...3).map { HotRow(letter: UInt8(ascii: "t"), id: $0) }
        var turn = Turn(turns)
        let isTaken1 = turn.take([rows[0], rows[2]], until: Clock.milliseconds) == .taken
        #expect(isTaken1)
        let taken = Collected<HotRow>()
        let threads = try [rows[0], rows[2]].map { row in
            try SystemThread.start {
                var other = Turn(turns)
                if other.take([row], until: Clock.milliseconds + 10_000) == .taken { taken.add(row) }
                other.giveOn()
            }
        }
        try #require(eventuallyOnThread { turns.waitingCount(for: rows[0]) == 1 && turns.waitingCount(for: rows[2]) == 1 })
        let isTaken2 = turn.take([rows[1]], until: Clock.milliseconds + 10_000) == .taken
        #expect(isTaken2)
        #expect(turn.rows == rows)
        #expect(turns.waitingCount(for: rows[0]) == 1)
        #expect(taken.all == [rows[2]])
        turn.giveOn()
        for thread in threads { pthread_join(thread, nil) }
        #expect(taken.all == [rows[2], rows[0]])
    }

    @Test("rows that are said together cost one run, however many others stand in line for")
    func together() throws {
        let database = try PostgresDatabase.testing()
        let rows = (1...40).map { HotRow(letter: UInt8(ascii: "t"), id: $0) }
        var first = Turn(database.turns)
        let isTaken = first.take(rows, until: Clock.milliseconds) == .taken
        #expect(isTaken)
        let reached = Collected<Int>()
        let thread = try SystemThread.start {
            try? database.write { tx in
                reached.add(1)
                try tx.willChange(rows)
                try tx.insert(1)
            }
        }
        try #require(eventuallyOnThread { database.turns.waitingCount(for: rows[0]) == 1 })
        first.giveOn()
        pthread_join(thread, nil)
        #expect(reached.all.count == 2)
        #expect(try database.ids == [1])
    }
}
