import Database
import Glibc
import TestEngines
import Testing
import TestWaiting
import Threads

@testable import DatabasePostgres

@Suite("The PostgreSQL database")
struct PostgresDatabaseTests {
    @Test("several that make one new schema at once, as nodes may, all have it")
    func madeAtOnce() throws {
        let schema = try TemporarySchema(TestEngine.postgresOptions())
        let failures = Collected<String>()
        let threads = try (0..<6).map { number in
            try SystemThread.start {
                do {
                    let database = try PostgresDatabase.testing(schema)
                    try database.write { tx in try tx.insert(Int64(number)) }
                    database.close()
                } catch { failures.add("\(error)") }
            }
        }
        for thread in threads { pthread_join(thread, nil) }
        #expect(failures.all == [])
        #expect(try PostgresDatabase.testing(schema).ids == [0, 1, 2, 3, 4, 5])
    }

    @Test("the whole schema, with the keys in the order of their bytes")
    func wholeSchema() throws {
        let database = try PostgresDatabase.temporary(TestEngine.postgresOptions())
        let others = try database.read { tx in
            try tx.all("""
                SELECT table_name || '.' || column_name FROM information_schema.columns
                WHERE table_schema = current_schema() AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'
                """) { $0.text(0) }
        }
        #expect(others == [])
        #expect(try database.integrityFaults() == [])
    }

    @Test("a database that was restored without the engine's own table has it again, and takes writes")
    func withoutMarks() throws {
        let schema = try TemporarySchema(TestEngine.postgresOptions())
        let old = try PostgresDatabase.testing(schema)
        try old.write { tx in try tx.execute("DROP TABLE commit_mark") }
        old.close()
        let restored = try PostgresDatabase.testing(schema)
        try restored.write { tx in try tx.insert(1) }
        #expect(try restored.ids == [1])
    }

    @Test("the server learns soon of a table that has been filled", .timeLimit(.minutes(1)))
    func statistics() throws {
        let schema = try TemporarySchema(TestEngine.postgresOptions())
        let database = try PostgresDatabase.testing(schema)
        try database.write { tx in for id in 1...500 { try tx.insert(Int64(id)) } }
        func known() throws -> Int64? {
            try database.read { tx in
                try tx.first("SELECT reltuples::bigint FROM pg_class WHERE oid = 'item'::regclass") { $0.integer(0) }
            }
        }
        #expect(try known() == -1)
        // What a session has changed it tells within a second of its next end of a transaction.
        while try known() != 500 {
            try database.refreshStatistics()
            usleep(100_000)
        }
    }

    @Test("a database of a newer program is refused, one that fails to be brought up to date is left as it was")
    func versions() throws {
        let schema = try TemporarySchema(TestEngine.postgresOptions())
        let options = try TestEngine.postgresOptions()
        func open(_ sql: String) throws -> PostgresDatabase {
            try PostgresDatabase(
                options, migrations: testMigrations + [Migration(number: 2, name: "more", sql: sql)], temporarySchema: schema)
        }
        let database = try PostgresDatabase.testing(schema)
        try database.write { tx in try tx.insert(1) }
        #expect(throws: Failure.self) { try open("ALTER TABLE item RENAME TO thing; CREATE TABLE item (nonsense") }
        #expect(try PostgresDatabase.testing(schema).ids == [1])
        let changed = try open("ALTER TABLE item ADD COLUMN more TEXT;")
        #expect(try changed.read { tx in try tx.first("SELECT count(more) FROM item") { $0.integer(0) } } == 0)
        let failure = #expect(throws: Failure.self) { try PostgresDatabase.testing(schema) }
        #expect(failure?.code == .unavailable)
        #expect(failure?.detail.contains("newer") == true)
    }

    @Test("whoever waits too long for a connection, or finds too many waiting, is refused")
    func slow() throws {
        let database = try PostgresDatabase.testing {
            $0.connectionLimit = 1
            // Long enough to be seen waiting on a machine under load.
            $0.waitMilliseconds = 2000
            $0.waitingLimit = 1
        }
        let (entered, mayEnd) = (Semaphore(), Semaphore())
        let holder = try SystemThread.start {
            try? database.read { _ in
                entered.signal()
                mayEnd.wait()
            }
        }
        try #require(entered.wait(milliseconds: 1000 * patience))
        let outcomes = Collected<Failure.Code?>()
        let waiter = try SystemThread.start {
            do { _ = try database.ids } catch { outcomes.add((error as? Failure)?.code) }
        }
        try #require(eventuallyOnThread { database.pool.waitingCount >= 1 })
        let failure = #expect(throws: Failure.self) { try database.ids }
        #expect(failure?.code == .unavailable)
        #expect(failure?.detail.contains("wait") == true)
        pthread_join(waiter, nil)
        #expect(outcomes.all == [.unavailable])
        mayEnd.signal()
        pthread_join(holder, nil)
        #expect(try database.ids == [])
    }

    @Test("a statement or a lock that takes too long is unavailable")
    func timeouts() throws {
        let schema = try TemporarySchema(TestEngine.postgresOptions())
        let database = try PostgresDatabase.testing(schema) {
            $0.statementMilliseconds = 200
            $0.lockMilliseconds = 100
        }
        let slow = #expect(throws: Failure.self) {
            try database.read { tx in try tx.first("SELECT pg_sleep(5)") { _ in true } }
        }
        #expect(slow?.code == .unavailable)
        let other = try PostgresDatabase.testing(schema)
        try database.write { tx in try tx.insert(1) }
        try other.write { tx in
            try tx.execute("UPDATE item SET name = 'a' WHERE id = 1")
            let failure = #expect(throws: Failure.self) {
                try database.write { tx in try tx.execute("UPDATE item SET name = 'b' WHERE id = 1") }
            }
            #expect(failure?.code == .unavailable)
        }
        #expect(try database.ids == [1])
    }

    @Test("a server that is not there is unavailable, and a password is not told")
    func unreachable() throws {
        for connection in [
            "postgresql://anna:secret@/nowhere?host=/nowhere/at/all", "postgresql://anna:secret@[nonsense",
            "host=/nowhere password=secret nonsense=1",
        ] {
            let failure = #expect(throws: Failure.self) { try PostgresDatabase(PostgresOptions(connection: connection)) }
            #expect(failure?.code == .unavailable)
            #expect(failure?.detail.contains("secret") == false)
        }
    }

    @Test("a step of the schema that waits for a table lets others pass, and is begun anew")
    func tableInUse() throws {
        let schema = try TemporarySchema(TestEngine.postgresOptions())
        let old = try PostgresDatabase.testing(schema)
        var options = try TestEngine.postgresOptions()
        (options.migrationLockMilliseconds, options.migrationPauseMilliseconds) = (50, 50)
        let migrations = testMigrations + [Migration(number: 2, name: "more", sql: "ALTER TABLE item ADD COLUMN more BIGINT;")]
        let told = Collected<String>()
        func migrate() throws -> PostgresDatabase {
            try PostgresDatabase(options, migrations: migrations, temporarySchema: schema) { progress in
                switch progress {
                case .waits: told.add("waits")
                case .began(let step): told.add("began \(step.number)")
                case .ended(let step, _, _): told.add("ended \(step.number)")
                }
            }
        }
        options.migrationAttempts = 2
        try old.read { tx in
            _ = try tx.first("SELECT COUNT(*) FROM item") { $0.integer(0) }
            let failure = try #require(throws: Failure.self) { _ = try migrate() }
            #expect(failure.code == .unavailable)
        }
        #expect(told.all == ["began 2", "waits", "began 2"])
        _ = try migrate()
        #expect(told.all.suffix(2) == ["began 2", "ended 2"])
        try old.write { tx in try tx.insert(1) }
    }

    @Test("while no server can be reached, most are refused without a try")
    func backOff() throws {
        let parameters = try ConnectionParameters(PostgresOptions(connection: "host=/nowhere/at/all"))
        let connector = Connector(parameters, ServerWatch(answerMilliseconds: 1000, commitMilliseconds: 1000))
        for _ in 0..<20 { #expect(throws: Fault.self) { try connector.connect() } }
        let start = Clock.milliseconds
        for _ in 0..<10_000 { _ = try? connector.connect() }
        #expect(Clock.milliseconds - start < 5000)
    }

    @Test("the administrator's own words win over ours, and both sets of options are kept")
    func parameters() throws {
        let values = try ConnectionParameters(PostgresOptions(
            connection: "postgresql://u@a:1,b:2/d?target_session_attrs=any&options=-cwork_mem%3D1MB")).values
        func value(_ keyword: String) -> String? { values.first { $0.keyword == keyword }?.value }
        #expect(value("host") == "a,b")
        #expect(value("port") == "1,2")
        #expect(value("target_session_attrs") == "any")
        #expect(value("application_name") == "tegu")
        #expect(value("client_encoding") == "UTF8")
        #expect(value("options")?.hasSuffix(" -cwork_mem=1MB") == true)
        #expect(value("options")?.contains("statement_timeout=60000") == true)
        #expect(Set(values.map(\.keyword)).count == values.count)
        // Poolers refuse options that come with the start of a connection.
        let plain = try ConnectionParameters(PostgresOptions(connection: "postgresql://u@a/d"))
        #expect(plain.value(of: "options") == nil)
        #expect(plain.settings.contains { $0 == ("statement_timeout", "60000") })
    }

    @Test("each session has its settings, and knows the server's process, whatever stands in between")
    func sessions() throws {
        let database = try PostgresDatabase.testing()
        let connection = try database.pool.take()
        defer { database.pool.putBack(connection) }
        #expect(try connection.runAlone("SELECT pg_backend_pid()", []) == connection.session.flatMap { Int64($0.processID) })
        #expect(try connection.runAlone(
            """
            SELECT count(*) FROM pg_settings
            WHERE (name, setting) IN (('statement_timeout', '60000'), ('lock_timeout', '10000'), ('enable_seqscan', 'off'), ('jit', 'off'))
            """, []) == 4)
    }

    @Test("those that change two rows of a table that is one page are not in each other's way")
    func smallTable() throws {
        let database = try PostgresDatabase.testing()
        try database.write { tx in
            for id in 1...3 { try tx.insert(Int64(id), "\(id)") }
        }
        // From here on PostgreSQL knows that to read all of it is the quickest.
        try database.write { tx in try tx.execute("ANALYZE item") }
        @Sendable func change(_ tx: borrowing WriteTransaction, _ id: Int64) throws {
            try tx.execute("UPDATE item SET data = $2 WHERE id = $1", [.integer(id), .bytes([1])])
        }
        @Sendable func look(_ tx: borrowing WriteTransaction, _ id: Int64) throws {
            #expect(try tx.read.first("SELECT name FROM item WHERE id = $1", [.integer(id)]) { $0.text(0) } == "\(id)")
        }
        let runs = Collected<Int64>()
        try database.write { tx in
            runs.add(1)
            try look(tx, 1)
            if runs.all == [1] {
                let other = try SystemThread.start {
                    try? database.write { tx in
                        runs.add(2)
                        try look(tx, 2)
                        try change(tx, 2)
                    }
                }
                pthread_join(other, nil)
            }
            try change(tx, 1)
        }
        #expect(runs.all == [1, 2])
    }

    @Test("the host that took writes last is asked first, the others in their order after it")
    func hosts() throws {
        func turned(_ connection: String, _ host: String, _ port: String) throws -> [String?] {
            let parameters = try ConnectionParameters(PostgresOptions(connection: connection)).beginning(with: host, port: port)
            return ["host", "hostaddr", "port"].map { parameters.value(of: $0) }
        }
        #expect(try turned("postgresql://u@a:1,b:2,c:3/d", "b", "2") == ["b,c,a", nil, "2,3,1"])
        #expect(try turned("postgresql://u@a:1,b:2,c:3/d", "a", "1") == ["a,b,c", nil, "1,2,3"])
        #expect(try turned("host=a,b port=7", "b", "7") == ["b,a", nil, "7"])
        #expect(try turned("host=a,a port=1,2", "a", "2") == ["a,a", nil, "2,1"])
        #expect(try turned("host=a,b hostaddr=10.0.0.1,10.0.0.2", "b", "5432") == ["b,a", "10.0.0.2,10.0.0.1", nil])
        #expect(try turned("host=a,b", "elsewhere", "5432") == ["a,b", nil, nil])
        #expect(try turned("host=a", "a", "5432") == ["a", nil, nil])
    }

    @Test("a text with a zero byte, which no column can hold, is found nowhere, and not written")
    func zeroByte() throws {
        let database = try PostgresDatabase.testing()
        let failure = #expect(throws: Failure.self) {
            try database.write { tx in try tx.insert(1, "a\u{0}b") }
        }
        #expect(failure?.code == .serverBug)
        #expect(try database.ids == [])
        try database.write { tx in try tx.insert(1, "a") }
        for name in ["a\u{0}", "\u{0}"] {
            #expect(try database.read { tx in
                try tx.all("SELECT id FROM item WHERE name = $1", [.text(name)]) { $0.integer(0) }
            } == [])
        }
    }

    @Test("the codes of errors become the codes that callers act on", arguments: [
        ("53100", .storageFull, .final), ("53300", .unavailable, .final), ("57P01", .unavailable, .final),
        ("57014", .unavailable, .final), ("55P03", .unavailable, .final), ("40001", .unavailable, .conflict),
        ("40P01", .unavailable, .conflict), ("23505", .constraint, .duplicate), ("23502", .constraint, .final),
        ("XX001", .damaged, .final), ("XX000", .serverBug, .final), ("42601", .serverBug, .final),
        ("25006", .unavailable, .readOnlyServer), ("08006", .unavailable, .final), ("28P01", .unavailable, .final),
        ("25P03", .unavailable, .final), ("58030", .unavailable, .final), ("", .unavailable, .lost),
    ] as [(String, Failure.Code, Fault.Kind)])
    func codes(state: String, code: Failure.Code, kind: Fault.Kind) {
        let fault = Fault(sqlState: state, isLost: false, detail: "")
        #expect(fault.failure.code == code)
        #expect(fault.kind == kind)
        #expect(Fault(sqlState: state, isLost: true, detail: "").kind == .lost)
        #expect(Fault(sqlState: "25006", isLost: false, isWrite: false, detail: "").failure.code == .serverBug)
    }
}
