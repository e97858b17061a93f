import Database
import Glibc
import TestEngines
import Testing
import Threads

@Suite("Transactions, on each engine")
struct TransactionContractTests {
    @Test("a closure that throws leaves nothing, and its error comes out as it was", arguments: TestEngine.allCases)
    func undone(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
        #expect(throws: Refusal(number: 7)) {
            try database.write { tx in
                try tx.insert(1)
                throw Refusal(number: 7)
            }
        }
        #expect(try database.ids == [])
        try database.insert(1)
        #expect(try database.ids == [1])
    }

    @Test("a write sees its own changes and returns its result", arguments: TestEngine.allCases)
    func ownChanges(_ engine: TestEngine) throws {
        let count = try TestStore(engine).open().write { tx in
            try tx.insert(1)
            try tx.insert(2)
            return try tx.read.first("SELECT count(*) FROM item") { $0.integer(0) }
        }
        #expect(count == 2)
    }

    @Test("after an error in a statement nothing of the transaction is kept, also where the closure caught it",
          arguments: TestEngine.allCases)
    func caught(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
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
        #expect(throws: Failure.self) {
            try database.read { tx in
                try? tx.forEach("SELECT nothing FROM nowhere") { _ in true }
                return 1
            }
        }
        #expect(try database.ids == [1])
    }

    @Test("a closure may throw while rows are being read", arguments: TestEngine.allCases)
    func thrownInRow(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open(connections: 1)
        try database.insert(1)
        #expect(throws: Refusal.self) {
            try database.write { tx in
                try tx.insert(2)
                try tx.read.forEach("SELECT id FROM item") { _ in throw Refusal() }
            }
        }
        #expect(throws: Refusal.self) {
            try database.read { tx in try tx.forEach("SELECT id FROM item") { _ in throw Refusal() } }
        }
        try database.insert(3)
        #expect(try database.ids == [1, 3])
    }

    @Test("many threads: all that was answered is there, what was thrown is not", arguments: TestEngine.allCases)
    func concurrent(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
        let threads = 16
        let perThread = 30
        let answered = Collected<Int64>()
        let wrong = Collected<String>()
        try onThreads(threads) { thread in
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

    @Test("many threads on one row: no change is lost", arguments: TestEngine.allCases)
    func oneRow(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
        try database.write { tx in try tx.execute("INSERT INTO item (id, number) VALUES (1, 0)") }
        let failures = Collected<String>()
        try onThreads(4) { _ in
            for _ in 0..<50 {
                do {
                    try database.write { tx in
                        let number = try tx.read.first("SELECT number FROM item WHERE id = 1") { $0.integer(0) } ?? 0
                        _ = try tx.execute("UPDATE item SET number = $1 WHERE id = 1", [.integer(number + 1)])
                    }
                } catch { failures.add("\(error)") }
            }
        }
        #expect(failures.all == [])
        #expect(try database.read { tx in try tx.first("SELECT number FROM item") { $0.integer(0) } } == 200)
    }

    @Test("what a write looked for and did not find is not there at its commit either", arguments: TestEngine.allCases)
    func skew(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
        let kept = Collected<Int>()
        // Each may insert only where nobody has: as two clients that lock one resource.
        try onThreads(8) { thread in
            for turn in 0..<20 {
                let isFirst = try? database.write { tx -> Bool in
                    let isTaken = try tx.read.first("SELECT 1 FROM item WHERE number = $1 LIMIT 1", [.integer(Int64(turn))]) { _ in
                        true
                    }
                    if isTaken == true { return false }
                    try tx.execute(
                        "INSERT INTO item (id, number) VALUES ($1, $2)",
                        [.integer(Int64(thread * 1000 + turn)), .integer(Int64(turn))])
                    return true
                }
                if isFirst == true { kept.add(turn) }
            }
        }
        #expect(kept.all.sorted() == Array(0..<20))
        #expect(try database.ids.count == 20)
    }

    @Test("two that insert the same key: the second finds it, when it is run again", arguments: TestEngine.allCases)
    func sameKey(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
        let outcomes = Collected<String>()
        try onThreads(8) { _ in
            for turn in 0..<20 {
                do {
                    outcomes.add(try database.write { tx in
                        let isThere = try tx.read.first("SELECT 1 FROM item WHERE id = $1", [.integer(Int64(turn))]) { _ in true }
                        if isThere == true { return "found" }
                        try tx.insert(Int64(turn))
                        return "made"
                    })
                } catch { outcomes.add("\(error)") }
            }
        }
        #expect(outcomes.all.filter { $0 == "made" }.count == 20)
        #expect(outcomes.all.filter { $0 == "found" }.count == 140)
    }

    @Test("actions run after the commit in the order of registration, and not for what was undone",
          arguments: TestEngine.allCases)
    func actions(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
        let ran = Collected<Int>()
        try database.write { tx in
            try tx.insert(1)
            tx.afterCommit { ran.add(1) }
            tx.afterCommit { ran.add(2) }
            #expect(ran.all == [])
        }
        #expect(ran.all == [1, 2])
        try? database.write { tx in
            tx.afterCommit { ran.add(3) }
            throw Refusal()
        }
        try database.insert(2)
        #expect(ran.all == [1, 2])
    }

    @Test("a transaction inside another one is refused at once", arguments: TestEngine.allCases)
    func nested(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open(connections: 1)
        func code(_ body: () throws -> Void) -> Failure.Code? {
            (#expect(throws: Failure.self) { try body() })?.code
        }
        try database.write { tx in
            #expect(code { try database.insert(1) } == .serverBug)
            #expect(code { _ = try database.ids } == .serverBug)
            try tx.insert(2)
        }
        // Of another database it is not inside.
        let other = try TestStore(engine).open()
        try database.read { tx in
            #expect(code { try database.insert(1) } == .serverBug)
            let ids = try other.ids
            #expect(ids == [])
            #expect(code { _ = try database.ids } == .serverBug)
        }
        #expect(try database.ids == [2])
    }

    @Test("a read sees one snapshot, whatever is committed meanwhile", arguments: TestEngine.allCases)
    func snapshot(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
        try database.insert(1)
        try database.read { tx in
            let before = try tx.all("SELECT id FROM item") { $0.integer(0) }
            let writer = try SystemThread.start { try? database.insert(2) }
            pthread_join(writer, nil)
            let after = try tx.all("SELECT id FROM item") { $0.integer(0) }
            #expect(before == [1])
            #expect(after == [1])
        }
        #expect(try database.ids == [1, 2])
    }

    @Test("more readers than connections: each has its turn", arguments: TestEngine.allCases)
    func waiting(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open(connections: 2)
        try database.insert(1)
        let results = Collected<[Int64]>()
        try onThreads(12) { _ in
            for _ in 0..<50 { if let ids = try? database.ids { results.add(ids) } }
        }
        #expect(results.all == Array(repeating: [1], count: 600))
    }

    @Test("a closed database refuses, and what was kept is there when it is opened again", arguments: TestEngine.allCases)
    func closing(_ engine: TestEngine) throws {
        let store = try TestStore(engine)
        let database = try store.open()
        try database.insert(1)
        database.close()
        for refused in [{ try database.insert(2) }, { _ = try database.ids }] {
            let failure = #expect(throws: Failure.self) { try refused() }
            #expect(failure?.code == .unavailable)
        }
        database.close()
        #expect(try store.open().ids == [1])
    }
}
