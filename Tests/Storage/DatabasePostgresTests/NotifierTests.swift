import Database
import TestEngines
import Testing
import TestWaiting

@testable import DatabasePostgres

@Suite("Telling other processes of commits")
struct NotifierTests {
    private static let topic = ChangeNotice.Topic(letter: UInt8(ascii: "t"))
    private let schema: TemporarySchema
    private let here: PostgresDatabase
    private let there: PostgresDatabase
    private let heardHere = Collected<ChangesElsewhere>()
    private let heardThere = Collected<ChangesElsewhere>()

    init() throws {
        schema = try TemporarySchema(TestEngine.postgresOptions())
        let name = schema.name
        here = try .testing(schema)
        there = try .testing(schema) { $0.connection += "&application_name=\(name)" }
    }

    private func listen() throws {
        try here.watchOthers { [heardHere] in heardHere.add($0) }
        try there.watchOthers { [heardThere] in heardThere.add($0) }
        try #require(eventuallyOnThread { !heardHere.all.isEmpty && !heardThere.all.isEmpty })
    }

    private func notice(_ id: Int64) -> ChangeNotice { ChangeNotice(Self.topic, id: id, owner: 7, position: id) }

    private func write(_ database: PostgresDatabase, _ id: Int64) throws {
        try database.write { tx in
            tx.announce(notice(id))
            try tx.insert(id)
        }
    }

    private func isHeard(_ id: Int64, _ heard: Collected<ChangesElsewhere>) -> Bool {
        heard.all.contains { if case .notices(let notices) = $0 { notices.contains(notice(id)) } else { false } }
    }

    @Test("a commit is told to the other process and not to its own; what was undone is told to nobody")
    func commits() throws {
        try listen()
        // A process that begins to listen does not know what it has missed.
        #expect(heardHere.all == [.unknown])
        struct Refusal: Error {}
        #expect(throws: Refusal.self) {
            try here.write { tx in
                tx.announce(notice(1))
                throw Refusal()
            }
        }
        try write(here, 2)
        try #require(eventuallyOnThread { isHeard(2, heardThere) })
        #expect(!isHeard(1, heardThere))
        #expect(heardHere.all == [.unknown])
    }

    @Test("a process that does not listen, as commands do not, tells before its write returns")
    func command() throws {
        try listen()
        let command = try PostgresDatabase.testing(schema)
        try write(command, 3)
        command.close()
        #expect(eventuallyOnThread { isHeard(3, heardThere) && isHeard(3, heardHere) })
    }

    @Test("a transaction that is run again tells once what it told in the end")
    func again() throws {
        try listen()
        var runs: Int64 = 0
        try here.write { tx in
            runs += 1
            tx.announce(notice(10 + runs))
            try tx.insert(1)
            // The first time there are none, and they are got before the second.
            _ = try tx.nextID(.node)
        }
        #expect(runs == 2)
        try write(here, 20)
        try #require(eventuallyOnThread { isHeard(20, heardThere) })
        #expect(isHeard(10 + runs, heardThere))
        #expect((1..<runs).allSatisfy { !isHeard(10 + $0, heardThere) })
    }

    @Test("where the connection was lost it comes back, says that something may be missed, and hears again")
    func lost() throws {
        try listen()
        for turn in 1...3 {
            try here.endOthers(of: schema)
            try #require(eventuallyOnThread { heardThere.all.filter { $0 == .unknown }.count > turn })
            try write(here, Int64(100 + turn))
            try #require(eventuallyOnThread { isHeard(Int64(100 + turn), heardThere) })
            try write(there, Int64(200 + turn))
            try #require(eventuallyOnThread { isHeard(Int64(200 + turn), heardHere) })
        }
    }

    @Test("where the server takes no notices the connection is kept, and what was not told is told as unknown later")
    func untold() throws {
        // A NOTIFY that fails on a good connection, as where the server's queue is full. What a sequence gave stays given.
        let path = schema.name
        try here.write { tx in
            try tx.execute("CREATE SEQUENCE attempt")
            try tx.execute("""
                CREATE FUNCTION pg_notify(TEXT, TEXT) RETURNS VOID LANGUAGE plpgsql AS
                'BEGIN PERFORM nextval(''attempt''); RAISE ''full''; END'
                """)
        }
        let stuck = try PostgresDatabase.testing(schema) { $0.connection += "&options=-csearch_path%3D\(path),pg_catalog" }
        let heardStuck = Collected<ChangesElsewhere>()
        try stuck.watchOthers { heardStuck.add($0) }
        try listen()
        try #require(eventuallyOnThread { !heardStuck.all.isEmpty })
        try write(stuck, 1)
        try #require(eventuallyOnThread {
            (try? here.read { tx in try tx.first("SELECT last_value FROM attempt") { $0.integer(0) } }).flatMap { $0 } ?? 0 >= 4
        })
        // Each connect says `unknown` once.
        #expect(heardStuck.all == [.unknown])
        #expect(heardHere.all == [.unknown])
        try here.write { tx in
            try tx.execute("DO 'BEGIN EXECUTE format(''DROP FUNCTION %I.pg_notify(TEXT, TEXT)'', current_schema()); END'")
        }
        #expect(eventuallyOnThread { heardHere.all == [.unknown, .unknown] })
    }

    @Test("many commits share a notice, and each thing is told")
    func many() throws {
        try listen()
        for id in 1...300 { try write(here, Int64(id)) }
        try #require(eventuallyOnThread { isHeard(300, heardThere) })
        #expect((1...300).allSatisfy { isHeard(Int64($0), heardThere) })
    }

    @Test("one of those that watch is in charge, and another where it loses its connection or ends")
    func charge() throws {
        #expect(!here.isInCharge)
        try here.watchOthers { [heardHere] in heardHere.add($0) }
        try #require(eventuallyOnThread { here.isInCharge })
        try there.watchOthers { [heardThere] in heardThere.add($0) }
        try #require(eventuallyOnThread { !heardThere.all.isEmpty })
        // Who hears this has asked whether it may be.
        try write(here, 1)
        try #require(eventuallyOnThread { isHeard(1, heardThere) })
        #expect(!there.isInCharge)
        #expect(here.isInCharge)
        here.close()
        #expect(!here.isInCharge)
        try #require(eventuallyOnThread { there.isInCharge })
        let third = try PostgresDatabase.testing(schema)
        let heardThird = Collected<ChangesElsewhere>()
        try third.watchOthers { heardThird.add($0) }
        try third.endOthers(of: schema)
        // Either of the two, and no more than one.
        try #require(eventuallyOnThread { heardThere.all.filter { $0 == .unknown }.count > 1 })
        try #require(eventuallyOnThread { there.isInCharge || third.isInCharge })
        #expect(!(there.isInCharge && third.isInCharge))
    }

    @Test("closing ends the thread, and sends what is left")
    func closing() throws {
        try listen()
        try write(here, 1)
        here.close()
        #expect(eventuallyOnThread { isHeard(1, heardThere) })
        #expect(throws: Failure.self) { try here.ids }
    }
}
