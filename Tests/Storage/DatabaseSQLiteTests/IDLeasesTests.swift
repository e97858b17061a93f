import Database
import Testing

@testable import DatabaseSQLite

@Suite("Ids")
struct IDLeasesTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("no id comes twice: not after an undone transaction, not after the database was opened again")
    func neverTwice() throws {
        var given: [Int64] = []
        for _ in 0..<3 {
            let database = try SQLiteDatabase.testing(folder.database)
            for turn in 0..<1500 {
                try? database.write { tx in
                    given.append(try tx.nextID(.node))
                    if turn % 2 == 0 { throw Refusal() }
                }
            }
            database.close()
        }
        #expect(given.count == 4500)
        #expect(Set(given).count == 4500)
        #expect(given.allSatisfy { $0 > 0 })
    }

    @Test("one transaction may take more ids than a block has")
    func many() throws {
        let database = try SQLiteDatabase.testing(folder.database)
        let ids = try database.write { tx in try (0..<25_000).map { _ in try tx.nextID(.blob) } }
        #expect(Set(ids).count == 25_000)
    }

    @Test("sequences are apart from each other")
    func sequences() throws {
        let database = try SQLiteDatabase.testing(folder.database)
        let first = try database.write { tx in try tx.nextID(.epoch) }
        let others = try database.write { tx in try (0..<5).map { _ in try tx.nextID(.node) } }
        #expect(first == 1)
        #expect(others == [1, 2, 3, 4, 5])
        #expect(try database.write { tx in try tx.nextID(.epoch) } == 2)
    }

    @Test("two that have the database open, as two processes have, share no id")
    func twoOpen() throws {
        let databases = try (0..<2).map { _ in try SQLiteDatabase.testing(folder.database) }
        let given = Collected<Int64>()
        try onThreads(4) { thread in
            for _ in 0..<700 {
                if let id = try? databases[thread % 2].write({ tx in
                    let id = try tx.nextID(.node)
                    try tx.insert(id)
                    return id
                }) { given.add(id) }
            }
        }
        #expect(given.all.count == 2800)
        #expect(Set(given.all).count == 2800)
        #expect(try databases[0].ids == given.all.sorted())
        #expect(try databases[1].ids == given.all.sorted())
    }

    @Test("an id is durable before it is given: what is on disk is ahead of it, also when nothing else is committed")
    func ahead() throws {
        let database = try SQLiteDatabase.testing(folder.database)
        for _ in 0..<2500 {
            var given: Int64 = 0
            try? database.write { tx in
                given = try tx.nextID(.node)
                throw Refusal()
            }
            let last = try database.read { tx in
                try tx.first("SELECT last FROM sequence WHERE name = 'node'") { $0.integer(0) }
            }
            #expect((last ?? 0) >= given)
        }
    }

    @Test("a sequence at its end, or a damaged one, gives no ids", arguments: [Int64.max, Int64.max - 5, -5000])
    func damaged(last: Int64) throws {
        let database = try SQLiteDatabase.testing(folder.database)
        try database.write { tx in
            _ = try tx.execute("INSERT INTO sequence (name, last) VALUES ('node', $1)", [.integer(last)])
        }
        let failure = #expect(throws: Failure.self) { try database.write { tx in try tx.nextID(.node) } }
        #expect(failure?.code == .damaged)
    }
}
