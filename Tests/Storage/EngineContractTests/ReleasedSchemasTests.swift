import Database
import FoundationEssentials
import Glibc
import TestEngines
import Testing

@testable import DatabasePostgres
@testable import DatabaseSQLite

/// Each schema that was released, with rows in all its tables (Tests/Schemas), becomes this program's, and keeps them.
@Suite("Databases of released schemas")
struct ReleasedSchemasTests {
    private static let root = #filePath.split(separator: "/").dropLast(4).reduce(into: "") { $0 += "/" + $1 }
    private static let folder = root + "/Tests/Schemas"
    static let released: [(number: Int, digest: String)] = lines("released.tsv").compactMap { line in
        let fields = line.split(separator: "\t")
        guard fields.count == 2, let number = Int(fields[0]) else { return nil }
        return (number, String(fields[1]))
    }
    static let cases = TestEngine.allCases.flatMap { engine in released.map { (engine, $0.number) } }

    private static func lines(_ file: String) -> [Substring] {
        ((try? String(contentsOfFile: folder + "/" + file, encoding: .utf8)) ?? "").split(separator: "\n")
    }

    private static func sample(_ number: Int) throws -> String {
        let digits = String(number)
        let name = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return try String(contentsOfFile: "\(folder)/\(name).sql", encoding: .utf8)
    }

    /// FNV-1a of all files of a number.
    private static func digest(_ number: Int) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for migration in Schema.migrations where migration.number == number {
            for byte in migration.sql.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        return String(hash, radix: 16)
    }

    @Test("are what they were when they were released")
    func unchanged() throws {
        if getenv("WRITE_PAGES") != nil {
            let known = Self.released.map(\.number)
            for number in Set(Schema.migrations.map(\.number)).subtracting(known).sorted() { print("\(number)\t\(Self.digest(number))") }
        }
        #expect(!Self.released.isEmpty)
        #expect(Self.released.map(\.number) == Array(1...Self.released.count))
        for (number, digest) in Self.released {
            #expect(Self.digest(number) == digest, "schema \(number) was released, and must not be changed: add another one")
        }
    }

    /// A table's rows, each by its column's names, in the order of the key.
    private typealias Rows = [[String: StoredValue]]

    @Test("become this program's with all their rows", arguments: cases)
    func upgraded(engine: TestEngine, number: Int) throws {
        let store = try TestStore(engine)
        let old = try Schema.migrations.filter { $0.number <= number }.map { migration in
            var migration = migration
            // The file for all engines is the first of its number.
            if migration.dialect == nil { migration.sql += try Self.sample(migration.number) }
            return migration
        }
        try store.openAlone(old).close()
        let before = try rows(store)
        if number == Self.released.last?.number {
            for (table, rows) in before { #expect(!rows.isEmpty, "no sample has a row of \(table)") }
        }
        var steps: [Int] = []
        let database = try store.openAlone(Schema.migrations) { if case .ended(let step, _, _) = $0 { steps.append(step.number) } }
        #expect(Set(steps) == Set(Schema.migrations.filter { $0.number > number && $0.isFor(engine) }.map(\.number)))
        #expect(try database.integrityFaults() == [])
        database.close()
        let after = try rows(store)
        for (table, rows) in before {
            let kept = try #require(after[table], "the table \(table) is gone")
            // What came with a later step has its default.
            let known = zip(kept, rows).map { kept, old in kept.filter { old[$0.key] != nil } }
            #expect(kept.count >= rows.count)
            #expect(known == rows, "\(table)")
        }
        // 0014: what is retained is summed up by the step itself.
        if (9...13).contains(number) {
            let sums = after["mail_account"]?.map { $0["retained_bytes"] }
            #expect(sums == [.integer(1300), .integer(0)])
        }
        // 0031: of what was there before nothing is known.
        #expect(after["collection"]?.allSatisfy { $0["history_floor"] == $0["modseq"] } == true)
        // 0024: what was there before is \Recent for nobody.
        if number >= 9 { #expect(after["mailbox"]?.allSatisfy { $0["recent_uid"] == $0["uid_next"] } == true) }
    }

    @Test("0031: large properties of what is not in the trash count towards the quota, and nothing is known of the time before", arguments: TestEngine.allCases)
    func propertiesInQuota(engine: TestEngine) throws {
        let store = try TestStore(engine)
        var old = Schema.migrations.filter { $0.number <= 30 }
        let last = try #require(old.lastIndex { $0.dialect == nil })
        old[last].sql += """

            INSERT INTO principal (id, kind, domain, name, display_name, used_bytes, created)
            VALUES (1, 'user', 'x.example', 'a', 'A', 100, 0), (2, 'user', 'x.example', 'b', 'B', 100, 0);
            INSERT INTO collection (id, parent_id, owner_id, kind, name, modseq, log_floor, epoch, created, modified, trashed)
            VALUES (10, NULL, 1, 'file-home', 'file-home', 5, 0, 1, 0, 0, NULL), (11, 10, 1, 'folder', 'kept', 6, 0, 2, 0, 0, NULL),
                (12, 10, 1, 'folder', 'gone', 7, 0, 3, 0, 0, 9), (13, 12, 1, 'folder', 'below', 8, 0, 4, 0, 0, NULL);
            INSERT INTO property (collection_id, member_id, namespace, name, value)
            VALUES (11, 0, 'n', 'a', CAST('\(String(repeating: "x", count: 4097))' AS BLOB)),
                (11, 1, 'n', 'a', CAST('\(String(repeating: "x", count: 4096))' AS BLOB)), (11, 1, 'n', 'b', CAST('xx' AS BLOB)),
                (11, 2, 'n', 'a', CAST('\(String(repeating: "x", count: 4096))' AS BLOB)),
                (12, 0, 'n', 'a', CAST('\(String(repeating: "x", count: 5000))' AS BLOB)),
                (13, 0, 'n', 'a', CAST('\(String(repeating: "x", count: 5000))' AS BLOB));
            """
        try store.openAlone(old).close()
        try store.openAlone(Schema.migrations).close()
        let after = try rows(store)
        #expect(after["principal"]?.map { $0["used_bytes"] } == [.integer(103), .integer(100)])
        #expect(after["collection"]?.allSatisfy { $0["history_floor"] == $0["modseq"] } == true)
    }

    private func rows(_ store: TestStore) throws -> [String: Rows] {
        let tables = try store.tables()
        var found: [String: Rows] = [:]
        for table in try tables.tables() {
            var rows: Rows = []
            try tables.forEachRow(of: table) { values in
                rows.append(Dictionary(zip(table.columns.map(\.name), values)) { first, _ in first })
            }
            found[table.name] = rows
        }
        return found
    }
}

extension Migration {
    fileprivate func isFor(_ engine: TestEngine) -> Bool { dialect == nil || dialect?.rawValue == engine.rawValue }
}

extension TestStore {
    fileprivate func tables() throws -> any StoredTables {
        switch engine {
        case .sqlite: return try SQLiteTables(path: folder + "/database", isWriting: false)
        case .postgres:
            var options = try TestEngine.postgresOptions()
            options.connection += "&options=-csearch_path%3D\(schema?.name ?? "")"
            let tables = try PostgresTables(options, isWriting: false)
            try tables.begin()
            return tables
        }
    }
}
