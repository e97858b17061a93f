import CollectionStore
import Database
import Testing

@testable import DatabaseSQLite

@Suite("Making the index anew")
struct IndexRebuildTests {
    let files: TemporaryFiles
    init() throws { files = try TemporaryFiles() }

    private func prepare(_ database: any Database, begin: () -> Void = {}) throws -> IndexRebuild.Outcome? {
        try IndexRebuild.prepare(
            database, files: files.store, timeZones: "2026a", facts: testObjectFacts, begin: begin)
    }

    private func follow(
        _ database: any Database, _ release: String, facts: ObjectFacts = testObjectFacts,
        isCancelled: () -> Bool = { false }
    ) throws -> IndexRebuild.Outcome? {
        try IndexRebuild.followTimeZones(
            database, files: files.store, timeZones: release, facts: facts, isCancelled: isCancelled)
    }

    private func state(_ database: any Database, _ part: IndexState.Part) throws -> String? {
        try database.read { tx throws in try IndexState.value(tx, part) }
    }

    @Test("an empty store is noted as indexed, and nobody is told of work")
    func empty() throws {
        let fixture = try Fixture()
        #expect(try prepare(fixture.database) { Issue.record("no work") } == nil)
        #expect(try state(fixture.database, .projection) == "\(ObjectIndex.version)")
        #expect(try state(fixture.database, .timeZones) == "2026a")
    }

    @Test("a database of the first schema is brought up to date and indexed when it is opened")
    func firstSchema() throws {
        let path = files.path + "/database"
        let old = try SQLiteDatabase(
            path: path, options: SQLiteOptions(), migrations: Schema.migrations.filter { $0.number == 1 },
            temporaryDirectory: nil)
        let made = content("x", uid: "u")
        guard case .bytes(let bytes) = made.place else { return }
        try old.write { tx throws in
            for sql in [
                """
                INSERT INTO collection (id, owner_id, kind, name, modseq, log_floor, epoch, created, modified)
                VALUES (1, 1, 'calendar', 'work', 0, 0, 1, 0, 0)
                """,
                """
                INSERT INTO member (collection_id, name, id, etag, size, modseq, component, uid, blob_id, created, modified)
                VALUES (1, 'a', 2, '', 0, 0, 'vevent', 'u', 1, 0, 0)
                """,
            ] as [StaticStringCase] { try tx.execute(sql.sql) }
            try tx.execute("INSERT INTO blob (id, reference_count, data) VALUES (1, 1, $1)", [.bytes(bytes)])
        }
        old.close()
        let new = try SQLiteDatabase(path: path)
        defer { new.close() }
        #expect(try state(new, .projection) == nil)
        #expect(try prepare(new)?.corrected == 1)
        let everything = OccurrenceRange(lower: .min, upper: .max, floatingLower: .min, floatingUpper: .max)
        try new.read { tx throws in
            let found = try OccurrenceQuery.candidates(tx, in: CollectionID(rawValue: 1), overlapping: everything)
            #expect(found.map(\.name) == (made.facts.index.occurrences.isEmpty ? [] : ["a"]))
            #expect(
                try SearchTextQuery.names(tx, in: CollectionID(rawValue: 1), matching: .all([])) == ["a"])
        }
    }

    @Test("what an older program has stored is indexed before the first query, and once")
    func older() throws {
        let fixture = try Fixture()
        try fixture.write { tx throws in
            let calendar = try tx.calendar()
            for number in 0..<150 { try tx.put(content("\(number)", uid: "\(number)"), as: "\(number)", in: calendar) }
            let gone = try tx.calendar("gone")
            try tx.put(content("x", uid: "x"), as: "x", in: gone)
            try Collections.remove(tx, gone, now: 5)
        }
        let before = try fixture.dump()
        // As a database is after the migration.
        try fixture.write { tx throws in
            for sql in ["DELETE FROM occurrence", "DELETE FROM search_text"] as [StaticStringCase] {
                #expect(try tx.rowsChanged(by: sql.sql) > 0)
            }
        }
        var isTold = false
        let outcome = try prepare(fixture.database) { isTold = true }
        #expect(isTold && outcome?.objects == 151 && outcome?.corrected ?? 0 > 100)
        #expect(try fixture.dump() == before)
        #expect(try prepare(fixture.database) == nil)
    }

    @Test("another version of the projection makes all anew")
    func version() throws {
        let fixture = try Fixture()
        try fixture.write { tx throws in try tx.put(content("1", uid: "1"), as: "1", in: try tx.calendar()) }
        _ = try prepare(fixture.database)
        try fixture.write { tx throws in try tx.execute("UPDATE index_state SET value = '0'") }
        #expect(try prepare(fixture.database)?.objects == 1)
    }

    @Test("another release of the time zones moves what it moves, and is then noted")
    func timeZones() throws {
        let fixture = try Fixture()
        try fixture.write { tx throws in
            for number in 0..<100 {
                try tx.put(content("\(number)", uid: "\(number)"), as: "\(number)", in: try tx.calendar())
            }
        }
        _ = try prepare(fixture.database)
        #expect(try follow(fixture.database, "2026a") == nil)
        #expect(try follow(fixture.database, "2026b") == IndexRebuild.Outcome(objects: 100, corrected: 0))
        #expect(try state(fixture.database, .timeZones) == "2026b")
        // Governments at work.
        let moved: ObjectFacts = { kind, bytes in
            var facts = testObjectFacts(kind, bytes)
            facts?.index = ObjectIndex(
                occurrences: [Occurrence(start: 7, end: 8, isFloating: false, isExact: true)], text: .unknown)
            return facts
        }
        #expect(
            try follow(fixture.database, "2026c", facts: moved) == IndexRebuild.Outcome(objects: 100, corrected: 100))
        let range = OccurrenceRange(lower: 7, upper: 8, floatingLower: 7, floatingUpper: 8)
        let found = try fixture.write { tx throws in
            try OccurrenceQuery.candidates(tx.read, in: try tx.calendar().id, overlapping: range).count
        }
        #expect(found == 100)
    }

    @Test("work that was broken off is not noted")
    func cancelled() throws {
        let fixture = try Fixture()
        try fixture.write { tx throws in try tx.put(content("1", uid: "1"), as: "1", in: try tx.calendar()) }
        _ = try prepare(fixture.database)
        #expect(try follow(fixture.database, "2026b", isCancelled: { true })?.objects == 0)
        #expect(try state(fixture.database, .timeZones) == "2026a")
    }
}

extension IndexRebuild.Outcome {
    init(objects: Int, corrected: Int) {
        self.init()
        self.objects = objects
        self.corrected = corrected
    }
}
