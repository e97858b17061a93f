import Database
import Glibc
import TestEngines
import TestWaiting
import Testing
import Threads

@testable import DatabasePostgres

@Suite("Turns among nodes")
struct TurnsOfNodesTests {
    private let schema: TemporarySchema
    /// A node that has its turn at rows as long as a test likes.
    private let other: PostgresDatabase
    private let rows: [HotRow]

    init() throws {
        schema = try TemporarySchema(TestEngine.postgresOptions())
        other = try .testing(schema) { $0.connectionLimit = 1 }
        // Advisory locks are of the whole server: no two tests have the same.
        let first = Int64.random(in: 1 << 32..<1 << 62)
        rows = (0..<4).map { HotRow(letter: UInt8(ascii: "t"), id: first + $0) }
    }

    private func node(_ edit: (inout PostgresOptions) -> Void = { _ in }) throws -> PostgresDatabase {
        let name = schema.name
        return try .testing(schema) { options in
            options.connection += "&application_name=\(name)"
            edit(&options)
        }
    }

    private func lock(_ rows: [HotRow]) throws {
        try other.read { tx in
            for row in rows { _ = try tx.first("SELECT pg_advisory_lock($1) IS NULL", [.integer(row.lockNumber)]) { $0.flag(0) } }
        }
    }

    private func unlock(_ rows: [HotRow]) throws {
        try other.read { tx in
            for row in rows { _ = try tx.first("SELECT pg_advisory_unlock($1)", [.integer(row.lockNumber)]) { $0.flag(0) } }
        }
    }

    /// Sessions of the nodes that wait for an advisory lock.
    private var waitingCount: Int64 {
        let count = try? other.read { tx in
            try tx.first("""
                SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock' AND wait_event = 'advisory'
                """, [.text(schema.name)]) { $0.integer(0) }
        }
        return count.flatMap { $0 } ?? -1
    }

    /// Writers of one row each, that have their turns on their node as soon as `turn` is given on.
    private func writers(_ node: PostgresDatabase, _ turn: inout Turn, _ failures: Collected<Failure>) throws -> [pthread_t] {
        let isTaken = turn.take(rows, until: Clock.milliseconds) == .taken
        #expect(isTaken)
        let threads = try rows.map { row in
            try SystemThread.start {
                do {
                    try node.write { tx in
                        try tx.willChange(row)
                        try tx.insert(row.id)
                    }
                } catch let failure as Failure { failures.add(failure) } catch {}
            }
        }
        try #require(eventuallyOnThread { rows.allSatisfy { node.turns.waitingCount(for: $0) == 1 } })
        return threads
    }

    @Test("of those that wait for other nodes half of the connections are taken at most, and reads are served", arguments: [1, 2, 4])
    func connections(_ limit: Int) throws {
        let node = try node {
            $0.connectionLimit = limit
            $0.retryMilliseconds = 20_000
        }
        try lock(rows)
        var turn = Turn(node.turns)
        let failures = Collected<Failure>()
        let threads = try writers(node, &turn, failures)
        turn.giveOn()
        try #require(eventuallyOnThread { waitingCount == limit / 2 })
        for _ in 0..<50 {
            #expect(try node.ids == [])
            #expect(waitingCount == limit / 2)
        }
        // Who is not among them gets its turn as well.
        try unlock(rows)
        for thread in threads { pthread_join(thread, nil) }
        #expect(failures.all.isEmpty, "\(failures.all)")
        #expect(try node.ids == rows.map(\.id))
        #expect(rows.allSatisfy { !node.turns.isTaken($0) })
    }

    @Test("a turn that other nodes do not give ends with the retries, and leaves nothing behind", arguments: [1, 8])
    func late(_ limit: Int) throws {
        let node = try node {
            $0.connectionLimit = limit
            $0.retryMilliseconds = 300
        }
        // The other rows are free: what is taken of them is given back.
        try lock([rows[2]])
        var turn = Turn(node.turns)
        let isTaken = turn.take([rows[0]], until: Clock.milliseconds) == .taken
        #expect(isTaken)
        let failures = Collected<Failure>()
        let thread = try SystemThread.start {
            do {
                try node.write { tx in
                    try tx.willChange(rows)
                    try tx.insert(1)
                }
            } catch let failure as Failure { failures.add(failure) } catch {}
        }
        try #require(eventuallyOnThread { node.turns.waitingCount(for: rows[0]) == 1 })
        turn.giveOn()
        pthread_join(thread, nil)
        #expect(failures.all.map(\.code) == [.unavailable])
        #expect(try node.ids == [])
        let free = rows.filter { $0 != rows[2] }
        #expect(eventuallyOnThread { free.allSatisfy(isFree) })
        // The connection takes as long as ever for its statements.
        #expect(try node.read { tx in try tx.first("SHOW statement_timeout") { $0.text(0) } } == "1min")
        try unlock([rows[2]])
        try node.write { tx in
            try tx.willChange(rows)
            try tx.insert(1)
        }
        #expect(try node.ids == [1])
    }

    private func isFree(_ row: HotRow) -> Bool {
        let isFree = try? other.read { tx in
            try tx.first("SELECT pg_try_advisory_xact_lock($1)", [.integer(row.lockNumber)]) { $0.flag(0) }
        }
        return isFree == true
    }
}
