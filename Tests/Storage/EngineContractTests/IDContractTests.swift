import Database
import TestEngines
import Testing

@Suite("Ids, on each engine")
struct IDContractTests {
    @Test("no id comes twice: not after an undone transaction, not after the database was opened again",
          arguments: TestEngine.allCases)
    func neverTwice(_ engine: TestEngine) throws {
        let store = try TestStore(engine)
        var given: [Int64] = []
        for _ in 0..<3 {
            let database = try store.open()
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

    @Test("one transaction may take more ids than a block has", arguments: TestEngine.allCases)
    func many(_ engine: TestEngine) throws {
        let ids = try TestStore(engine).open().write { tx in try (0..<25_000).map { _ in try tx.nextID(.blob) } }
        #expect(Set(ids).count == 25_000)
    }

    @Test("sequences are apart from each other", arguments: TestEngine.allCases)
    func sequences(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
        let first = try database.write { tx in try tx.nextID(.epoch) }
        let others = try database.write { tx in try (0..<5).map { _ in try tx.nextID(.node) } }
        #expect(first == 1)
        #expect(others == [1, 2, 3, 4, 5])
        #expect(try database.write { tx in try tx.nextID(.epoch) } == 2)
    }

    @Test("two that have the database open, as two processes have, share no id", arguments: TestEngine.allCases)
    func twoOpen(_ engine: TestEngine) throws {
        let store = try TestStore(engine)
        let databases = try (0..<2).map { _ in try store.open() }
        let given = Collected<Int64>()
        try onThreads(4) { thread in
            for _ in 0..<300 {
                if let id = try? databases[thread % 2].write({ tx in
                    let id = try tx.nextID(.node)
                    try tx.insert(id)
                    return id
                }) { given.add(id) }
            }
        }
        #expect(given.all.count == 1200)
        #expect(Set(given.all).count == 1200)
        #expect(try databases[0].ids == given.all.sorted())
    }

    @Test("an id is durable before it is given: what is stored is ahead of it, also when nothing else is committed",
          arguments: TestEngine.allCases)
    func ahead(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
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

    @Test("a sequence at its end, or a damaged one, gives no ids", arguments: TestEngine.allCases, [Int64.max, Int64.max - 5, -5000])
    func damaged(_ engine: TestEngine, last: Int64) throws {
        let database = try TestStore(engine).open()
        try database.write { tx in
            _ = try tx.execute("INSERT INTO sequence (name, last) VALUES ('node', $1)", [.integer(last)])
        }
        let failure = #expect(throws: Failure.self) { try database.write { tx in try tx.nextID(.node) } }
        #expect(failure?.code == .damaged)
    }
}
