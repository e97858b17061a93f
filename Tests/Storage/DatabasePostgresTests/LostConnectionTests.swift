import Database
@testable import DatabasePostgres
import Glibc
import TestEngines
import Testing
import Threads

@testable import DatabasePostgres

@Suite("Lost connections")
struct LostConnectionTests {
    private let schema: TemporarySchema
    private let proxy: CuttingProxy
    private let database: PostgresDatabase

    init() throws {
        schema = try TemporarySchema(TestEngine.postgresOptions())
        proxy = try CuttingProxy()
        let name = schema.name
        database = try .testing(schema, directory: proxy.directory) { $0.connection += " application_name=\(name)" }
    }

    @Test("a commit whose outcome cannot be told in time is not run again: it may have been made")
    func unknownOutcome() throws {
        let hasty = try PostgresDatabase.testing(schema, directory: proxy.directory) { $0.outcomeMilliseconds = 0 }
        var runs = 0
        proxy.cut(.beforeClient, at: CuttingProxy.word(.commit))
        let failure = #expect(throws: Failure.self) {
            try hasty.write { tx in
                runs += 1
                try tx.insert(Int64(runs))
            }
        }
        #expect(failure?.code == .unavailable)
        #expect(failure?.detail.contains("not known") == true)
        #expect(runs == 1)
        #expect(try database.ids == [1])
    }

    @Test("connections that ended while nobody used them are replaced, and nobody sees it")
    func idle() throws {
        let others = try PostgresDatabase.testing(schema)
        for turn in 0..<3 {
            try database.write { tx in try tx.insert(Int64(turn)) }
            try others.endOthers(of: schema)
            #expect(try database.ids == (0...turn).map { Int64($0) })
            try others.endOthers(of: schema)
        }
    }

    @Test("a connection that is cut at the first statement, where the pool could not see it", arguments: [TransactionVerb.beginRead, .beginSerializable])
    func first(_ verb: TransactionVerb) throws {
        try database.write { tx in try tx.insert(1) }
        proxy.cut(.beforeServer, at: CuttingProxy.word(verb))
        if verb == .beginRead {
            #expect(try database.ids == [1])
        } else {
            try database.write { tx in try tx.insert(2) }
            #expect(try database.ids == [1, 2])
        }
        #expect(proxy.cutCount == 1)
    }

    @Test("a write whose connection is lost before its commit is run again, once from its beginning")
    func middle() throws {
        let others = try PostgresDatabase.testing(schema)
        var runs = 0
        try database.write { tx in
            runs += 1
            try tx.insert(1)
            if runs == 1 { try others.endOthers(of: schema) }
            try tx.insert(2)
        }
        #expect(runs == 2)
        #expect(try database.ids == [1, 2])
    }

    @Test("a read whose connection is lost in the middle is unavailable, and the next one is not")
    func read() throws {
        let others = try PostgresDatabase.testing(schema)
        let failure = #expect(throws: Failure.self) {
            try database.read { tx in
                _ = try tx.all("SELECT id FROM item") { $0.integer(0) }
                try others.endOthers(of: schema)
                _ = try tx.all("SELECT id FROM item") { $0.integer(0) }
            }
        }
        #expect(failure?.code == .unavailable)
        #expect(try database.ids == [])
    }

    @Test("a commit that the server made and whose answer was lost is told as made, and made once")
    func committed() throws {
        for turn in 0..<5 {
            var runs = 0
            let ran = Collected<Int>()
            proxy.cut(.beforeClient, at: CuttingProxy.word(.commit))
            try database.write { tx in
                runs += 1
                tx.afterCommit { ran.add(turn) }
                try tx.insert(Int64(turn))
            }
            #expect(runs == 1)
            #expect(ran.all == [turn])
        }
        #expect(proxy.cutCount == 5)
        #expect(try database.ids == [0, 1, 2, 3, 4])
    }

    @Test("a commit that the server never got is run again")
    func uncommitted() throws {
        for turn in 0..<5 {
            var runs = 0
            proxy.cut(.beforeServer, at: CuttingProxy.word(.commit))
            try database.write { tx in
                runs += 1
                try tx.insert(Int64(turn))
            }
            #expect(runs == 2)
        }
        #expect(proxy.cutCount == 5)
        #expect(try database.ids == [0, 1, 2, 3, 4])
    }

    @Test("a commit of nothing that is lost has nothing to find out")
    func unchanged() throws {
        proxy.cut(.beforeClient, at: CuttingProxy.word(.commit))
        let found = try database.write { tx in try tx.read.first("SELECT count(*) FROM item") { $0.integer(0) } }
        #expect(found == 0)
        #expect(proxy.cutCount == 1)
    }
}
