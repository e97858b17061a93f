import Database
import Glibc
import TestEngines
import Testing
import TestWaiting

@testable import DatabasePostgres

@Suite("A server that hangs")
struct ServerWatchTests {
    private let schema: TemporarySchema
    private let other: PostgresDatabase

    init() throws {
        schema = try TemporarySchema(TestEngine.postgresOptions())
        other = try .testing(schema)
    }

    private func database(_ edit: (inout PostgresOptions) -> Void) throws -> PostgresDatabase {
        let name = schema.name
        return try .testing(schema) { options in
            options.connection += "&application_name=\(name)"
            edit(&options)
        }
    }

    /// The server's processes of `database`'s connections, which stand still until `body` has ended.
    private func whileTheyHang<Result>(_ body: () throws -> Result) throws -> Result {
        let processes = try other.read { tx in
            try tx.all("SELECT pid FROM pg_stat_activity WHERE application_name = $1", [.text(schema.name)]) { pid_t($0.integer(0)) }
        }
        try #require(!processes.isEmpty)
        for process in processes { try #require(kill(process, SIGSTOP) == 0) }
        defer { for process in processes { kill(process, SIGCONT) } }
        return try body()
    }

    @Test("one that waits for a statement longer than that may take gets another connection")
    func late() throws {
        let database = try database { options in
            options.connectionLimit = 1
            (options.statementMilliseconds, options.lateMilliseconds) = (300, 200)
            options.silenceMilliseconds = 60_000
        }
        try database.write { tx in try tx.insert(1) }
        // The connection that hears others comes later, and does not hang.
        try whileTheyHang {
            try database.watchOthers { _ in }
            #expect(try database.ids == [1])
        }
        #expect(database.statistics?.givenUp == 1)
        try database.write { tx in try tx.insert(2) }
        #expect(try database.ids == [1, 2])
    }

    @Test("where the connection that hears others is not answered, all are given up, and who was in charge is no more")
    func silence() throws {
        let heard = Collected<ChangesElsewhere>()
        let database = try database { $0.silenceMilliseconds = 500 }
        try database.write { tx in try tx.insert(1) }
        try database.watchOthers { heard.add($0) }
        try #require(eventuallyOnThread { database.isInCharge })
        try whileTheyHang {
            #expect(try database.ids == [1])
            try #require(eventuallyOnThread { heard.all == [.unknown, .unknown] })
            // The server's process has the lock still.
            #expect(!database.isInCharge)
        }
        try #require(eventuallyOnThread { database.isInCharge })
    }

    @Test("closing waits for no answer that does not come")
    func closing() throws {
        let database = try database { $0.silenceMilliseconds = 300 }
        try database.watchOthers { _ in }
        try #require(eventuallyOnThread { database.isInCharge })
        try whileTheyHang { database.close() }
    }
}

@Suite("Who is in charge")
struct ChargeTests {
    /// Answers in turn, and what was asked.
    private final class Server {
        var answers: [String?]
        var asked: [String] = []

        init(_ answers: [String?]) { self.answers = answers }

        func execute(_ sql: String) -> String? {
            asked.append(sql)
            return answers.isEmpty ? nil : answers.removeFirst()
        }
    }

    @Test("one that gets the lock is for a term, and asks again to stay")
    func term() {
        var charge = Charge()
        let server = Server(["t", "1", nil])
        let start = Clock.millisecondsWithSleep
        let end = charge.renew(isInCharge: false, execute: server.execute)
        #expect(end >= start + Charge.term)
        #expect(charge.renew(isInCharge: true, execute: server.execute) >= end)
        #expect(charge.renew(isInCharge: true, execute: server.execute) == 0)
    }

    @Test("who holds the lock is looked for once, and looked after each time; one that was silent is ended, and another one looked for")
    func other() {
        var charge = Charge()
        let server = Server(["f", "pid = 7", "f", "f", "f", "t", "f", "pid = 9", "f", ""])
        for _ in 0..<5 { #expect(charge.renew(isInCharge: false, execute: server.execute) == 0) }
        #expect(server.answers.isEmpty)
        let searches = server.asked.indices.filter { server.asked[$0].contains("pg_locks") }
        #expect(searches == [1, 7])
        #expect(server.asked.indices.filter { server.asked[$0].contains("pg_terminate_backend") } == [3, 5, 9])
        #expect(server.asked[3].contains("WHERE pid = 7"))
        #expect(server.asked[9].contains("WHERE pid = 9"))
    }
}
