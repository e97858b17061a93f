import CollectionStore
import Database
import Directory
import Testing

/// The faults that `tegu check` would print; a fixture without a file store has no files.
func faults(_ fixture: Fixture, files: FileBlobStore? = nil) throws -> [String] {
    let temporary = files == nil ? try TemporaryFiles() : nil
    let store = try #require(files ?? temporary?.store)
    var lines: [String] = []
    try Consistency.check(fixture.database, files: store, facts: testObjectFacts, now: .max) { lines.append($0) }
    return lines
}

func expectConsistent(_ fixture: Fixture, _ location: SourceLocation = #_sourceLocation) throws {
    #expect(try faults(fixture) == [], sourceLocation: location)
}

@Suite("Check and reindex")
struct ConsistencyTests {
    let fixture: Fixture
    let files: TemporaryFiles

    init() throws {
        fixture = try Fixture()
        files = try TemporaryFiles()
        let (fixture, files) = (fixture, files)
        let large = try files.store.adopt(path: try files.spool([1, 2, 3]))
        try fixture.write { tx throws in
            let calendar = try tx.calendar()
            for number in 0..<200 { try tx.put(content("\(number)", uid: "u\(number)"), as: "\(number)", in: calendar) }
            let folder = try tx.folder("a")
            try tx.put(content("1"), as: "f", in: folder)
            try Members.copy(tx, try #require(try tx.member("f", in: folder)), to: folder, name: "copy", now: 3)
            try tx.remove("f", in: folder)
            try tx.put(
                MemberContent(place: .file(large), size: 3, etag: ETag.of([1, 2, 3]), facts: MemberFacts()),
                as: "large", in: folder)
            let trashed = try tx.folder("trashed")
            try tx.put(content("2"), as: "f", in: trashed)
            try tx.remove("0", in: calendar)
            try Collections.remove(tx, trashed, now: 4)
        }
    }

    private func damage(_ sql: StaticString) throws {
        try fixture.write { tx throws in #expect(try tx.rowsChanged(by: sql) > 0) }
    }

    private func check() throws -> [String] { try faults(fixture, files: files.store) }

    private func reindex() throws -> (outcome: Reindex.Outcome, reports: [String]) {
        var reports: [String] = []
        let outcome = try Reindex.run(fixture.database, files: files.store, facts: testObjectFacts, now: 100) {
            reports.append($0)
        }
        return (outcome, reports)
    }

    @Test("grants, groups and mounts that lead nowhere are found")
    func rights() throws {
        try fixture.write { tx throws in
            let calendar = try tx.calendar()
            let home = try tx.home(of: Fixture.bob)
            let of = Value.integer(calendar.id.rawValue)
            let grants: [(Value, Int64)] = [(of, -1), (of, 0), (of, 2), (of, 1), (of, 77), (.integer(999_999), 2)]
            for (collection, grantee) in grants {
                try tx.execute(
                    "INSERT INTO access_grant (collection_id, grantee, rights, created) VALUES ($1, $2, 1, 0)",
                    [collection, .integer(grantee)])
            }
            try tx.execute("INSERT INTO group_member (group_id, member_id) VALUES (2, 1)")
            try tx.put(content("1"), as: "shared-1", in: home)
            for (place, name) in [(home.id.rawValue, "shared-1"), (888_888, "shared-2")] {
                try tx.execute(
                    "INSERT INTO mount (home_id, name, collection_id, told_version) VALUES ($1, $2, $3, 0)",
                    [.integer(place), .text(name), of])
            }
            try tx.execute(
                "INSERT INTO mount_property (home_id, collection_id, namespace, name, value) VALUES ($1, 5, 'n', 'a', $2)",
                [.integer(home.id.rawValue), .bytes([1])])
        }
        let found = try check()
        for word in [
            "to 1: it is to nobody, or to the owner", "to 77: it is to nobody", "on collection 999999 to 2: the collection is missing",
            "principal 1 in group 2", "“shared-1” in home", "“shared-2” is in 888888", "properties of collection 5",
        ] {
            #expect(found.filter { $0.contains(word) }.count == 1, "\(word): \(found)")
        }
        #expect(found.count == 7)
    }

    @Test("a sound store has no faults, and nothing to set right")
    func sound() throws {
        #expect(try check() == [])
        let before = try fixture.dump()
        var objects = 0
        try Consistency.check(
            fixture.database, files: files.store, facts: testObjectFacts, now: .max, progress: { objects += $0 }
        ) { _ in }
        #expect(objects == 199 + 2 + 1 + 2)
        let (outcome, reports) = try reindex()
        #expect(outcome.objects == objects && outcome.corrected == 0)
        #expect(reports == [])
        #expect(try fixture.dump() == before)
    }

    @Test(
        "what can be set right is found by the check and mended by the reindex",
        arguments: [
            ("UPDATE member SET etag = 'x' WHERE name = '7'", "its ETag is x"),
            ("UPDATE member SET size = 5 WHERE name = '7'", "its size is 5"),
            ("UPDATE member SET uid = 'x' WHERE name = '7'", "the UID that is kept"),
            ("UPDATE member SET uid = NULL WHERE name = '7'", "the UID that is kept"),
            ("UPDATE member SET component = 'vtodo' WHERE name = '7'", "it is kept as “vtodo”"),
            ("DELETE FROM occurrence", "the times in the index"),
            ("DELETE FROM search_text WHERE name = '7'", "the text in the index"),
            ("UPDATE search_text SET text = '\\x00'", "the text in the index"),
            ("UPDATE search_text SET is_private = 1 WHERE name = '7'", "the index has it as private or not"),
            ("UPDATE occurrence SET ends = ends - 1 WHERE ends < 1000000", "the times in the index"),
            ("UPDATE occurrence SET component = 'vtodo'", "the times in the index"),
            ("UPDATE occurrence SET name = 'nobody' WHERE starts = (SELECT MAX(starts) FROM occurrence)", "no member"),
            ("UPDATE search_text SET collection_id = 999 WHERE name = '7'", "collection 999, which is missing"),
            ("UPDATE member SET size = 5 WHERE name = 'large'", "its size is 5"),
            ("UPDATE member SET etag = 'x' WHERE name = 'large'", "its ETag is x"),
            ("UPDATE trash SET etag = 'x' WHERE name = 'f'", "its ETag is x"),
            ("UPDATE trash SET uid = 'x' WHERE name = '0'", "the UID that is kept"),
            ("UPDATE collection SET member_count = 3 WHERE name = 'work'", "member_count is 3, there are 199"),
            ("UPDATE principal SET used_bytes = 1 WHERE id = 1", "used_bytes is 1"),
            ("UPDATE principal SET used_bytes = 1 WHERE id = 2", "used_bytes is 1, the members have 0"),
            ("UPDATE blob SET reference_count = 9 WHERE reference_count = 2", "reference_count is 9, there are 2"),
            (
                "INSERT INTO blob (id, reference_count, data) VALUES (500000, 1, '\\x00')",
                "reference_count is 1, there are 0"
            ),
            (
                "INSERT INTO blob (id, reference_count, data) VALUES (5000000, 1, '\\x00')",
                "blob 5000000: reference_count is 1"
            ),
        ] as [(StaticStringCase, String)])
    func mended(damage: StaticStringCase, expected: String) throws {
        try self.damage(damage.sql)
        let found = try check()
        #expect(found.contains { $0.contains(expected) }, "\(found)")
        let (outcome, reports) = try reindex()
        #expect(outcome.corrected > 0)
        #expect(reports == [])
        #expect(try check() == [])
        #expect(try reindex().outcome.corrected == 0)
    }

    @Test(
        "what only a person can set right is found, and told by the reindex where it meets it",
        arguments: [
            (
                "DELETE FROM change WHERE name = '7'",
                ["the log has no change 8 of it", "the log has 200 changes after its floor where 201"]
            ),
            (
                "DELETE FROM change WHERE name = '0' AND is_removal = 1",
                ["the log has 200 changes", "the log ends at 200"]
            ),
            ("DELETE FROM blob WHERE id = (SELECT blob_id FROM member WHERE name = '7')", ["its blob"]),
            ("UPDATE collection SET parent_id = 999 WHERE name = 'a'", ["what it is in (collection 999) is missing"]),
            ("UPDATE collection SET owner_id = 2 WHERE name = 'a'", ["it has another owner than what it is in"]),
            ("UPDATE collection SET kind = 'book' WHERE name = 'a'", ["it is in a file-home"]),
            ("UPDATE trash SET collection_id = 999 WHERE name = 'f'", ["where it was, is missing"]),
            (
                "UPDATE blob SET data = '\\x00' WHERE id = (SELECT blob_id FROM member WHERE name = '7')",
                ["its bytes are nothing that a calendar takes"]
            ),
        ] as [(StaticStringCase, [String])])
    func found(damage: StaticStringCase, expected: [String]) throws {
        try self.damage(damage.sql)
        let found = try check()
        for text in expected { #expect(found.contains { $0.contains(text) }, "\(found)") }
        _ = try reindex()
        #expect(try !check().isEmpty)
    }

    @Test("a changed log floor is no fault")
    func floor() throws {
        try fixture.write { tx throws in _ = try ChangeLog.forget(tx, before: 3, limit: 1000) }
        #expect(try check() == [])
    }

    @Test("a file that is missing or belongs to nothing is found")
    func missingFiles() throws {
        let orphan = try files.store.adopt(path: try files.spool([9]))
        #expect(try check() == ["file \(orphan) belongs to no blob"])
        try files.store.remove(orphan)
        let name = try fixture.read { tx throws in
            try tx.first("SELECT file FROM blob WHERE file IS NOT NULL") { $0.text(0) }
        }
        try files.store.remove(try #require(name))
        #expect(try check().map { $0.hasSuffix("its file \(try #require(name)) is missing") } == [true])
        #expect(try reindex().reports.count == 1)
    }

    @Test("members whose UIDs were exchanged get their own back")
    func exchangedUIDs() throws {
        try fixture.write { tx throws in
            for (name, uid) in [("7", "tmp"), ("90", "u7"), ("7", "u90")] {
                try tx.execute("UPDATE member SET uid = $2 WHERE name = $1", [.text(name), .text(uid)])
            }
        }
        #expect(try check().count == 2)
        #expect(try reindex().reports == [])
        #expect(try check() == [])
    }

    @Test("projections that were thrown away are built again")
    func thrownAway() throws {
        let before = try fixture.dump()
        try damage("DELETE FROM occurrence")
        try damage("DELETE FROM search_text")
        try damage("UPDATE member SET uid = NULL, component = ''")
        try damage("UPDATE trash SET uid = NULL, component = ''")
        try damage("UPDATE collection SET member_count = 0")
        try damage("UPDATE principal SET used_bytes = 0")
        try damage("UPDATE blob SET reference_count = 1")
        #expect(try reindex().reports == [])
        #expect(try check() == [])
        #expect(try fixture.dump() == before)
    }

    @Test("of two objects with one UID the second stays without, and is told")
    func duplicateUIDs() throws {
        try fixture.write { tx throws in
            let bytes = [UInt8]("u7|vevent|another".utf8)
            try tx.execute(
                "UPDATE blob SET data = $1 WHERE id = (SELECT blob_id FROM member WHERE name = '90')", [.bytes(bytes)])
        }
        let reports = try reindex().reports
        #expect(reports.count == 1 && reports[0].contains("“90”") && reports[0].hasSuffix("“7” has its UID"))
    }

    @Test("where the ETag was wrong, clients are told to come for the bytes")
    func etagIsTold() throws {
        let calendar = try fixture.write { tx throws in try tx.calendar() }
        try damage("UPDATE member SET etag = 'x' WHERE name = '7'")
        _ = try reindex()
        let changes = try fixture.read { tx throws in
            try ChangeLog.changes(
                tx, in: try #require(try Collections.find(tx, calendar.id)), since: calendar.modseq, limit: 10
            ).changes
        }
        #expect(changes.map(\.name) == ["7"])
    }
}

/// A statement that can be an argument of a test.
struct StaticStringCase: ExpressibleByStringLiteral, CustomTestStringConvertible, Sendable {
    let sql: StaticString
    init(stringLiteral: StaticString) { sql = stringLiteral }
    var testDescription: String { "\(sql)" }
}
