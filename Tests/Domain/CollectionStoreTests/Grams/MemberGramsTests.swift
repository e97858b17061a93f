import Database
import Directory
import Grams
import TestEngines
import TestRandom
import Testing

@testable import CollectionStore

@Suite("Grams of members")
struct MemberGramsTests {
    private static let seeds: Range<UInt64> = TestEngine.current == .sqlite ? 0..<8 : 0..<3
    private static let words = ["ANNA", "BERG", "ИВАНОВ", "ANNA.BERG@EXAMPLE.ORG", "漢字", "+49 30 77", "Č", "AB", "WEISS"]

    let fixture: Fixture
    let calendar: CollectionID

    init() throws {
        fixture = try Fixture()
        calendar = try fixture.write { tx throws in try tx.calendar().id }
    }

    private func put(_ name: String, _ text: ObjectIndex.Text) throws {
        try fixture.write { tx throws in
            var made = content("\(name) \(text)", uid: name)
            made.facts.index = ObjectIndex(text: text)
            try tx.put(made, as: name, in: try tx.calendar())
        }
    }

    private func text(_ random: inout SeededGenerator) -> ObjectIndex.Text {
        if Int.random(in: 0..<30, using: &random) == 0 { return .unknown }
        let words = (0..<Int.random(in: 1..<5, using: &random)).map { _ in Self.words.randomElement(using: &random) ?? "" }
        return .folded(Array(words.joined(separator: Bool.random(using: &random) ? " " : "").utf8))
    }

    /// Reads all texts, as if there were no grams.
    private func naive(_ needles: [[UInt8]], after name: String?) throws -> [String] {
        try fixture.read { tx in
            var names: [String] = []
            try tx.forEach(
                "SELECT name, text FROM search_text WHERE collection_id = $1 AND name > $2 ORDER BY name",
                [.integer(calendar.rawValue), .text(name ?? "")]
            ) { row in
                let isFound = row.isNull(1) || row.withBytes(1) { text in needles.contains { text.contains($0) } }
                if isFound { names.append(row.text(0)) }
                return true
            }
            return names
        }
    }

    private func usedSegments() throws -> [GramSegment] { try fixture.read { tx in try GramSegments.all(tx, of: calendar.rawValue) } }

    @Test("texts are found as if all were read, whatever changed since the grams were made", arguments: seeds)
    func naive(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for number in 0..<60 { try put("m\(number)", text(&random)) }
        for turn in 0..<6 {
            // The third time they are not brought forward: there are later changes.
            if turn != 3 { try MemberGrams.refresh(fixture.database, calendar, fewest: 20, now: Int64(turn)) }
            #expect(try !usedSegments().isEmpty)
            for _ in 0..<30 {
                let name = "m\(Int.random(in: 0..<90, using: &random))"
                if Int.random(in: 0..<5, using: &random) == 0 {
                    try fixture.write { tx throws in
                        let calendar = try tx.calendar()
                        if try tx.member(name, in: calendar) != nil { try tx.remove(name, in: calendar) }
                    }
                } else {
                    try put(name, text(&random))
                }
                let word = Array((Self.words.randomElement(using: &random) ?? "").unicodeScalars)
                let start = Int.random(in: 0..<word.count, using: &random)
                let needle = Array(String(String.UnicodeScalarView(word[start...])).utf8)
                let after = Bool.random(using: &random) ? nil : "m\(Int.random(in: 0..<90, using: &random))"
                let found = try fixture.read { tx throws in
                    try SearchTextQuery.names(tx, in: calendar, after: after, matching: .any([needle]))
                }
                #expect(found == (try naive([needle], after: after)), "\(String(decoding: needle, as: UTF8.self))")
                var pages = SearchTextQuery.Pages(in: calendar, matching: .any([needle]), first: 2, most: 7)
                var paged: [String] = []
                while let more = try fixture.read({ tx in try pages.next(tx, after: paged.last ?? after) }) { paged += more }
                #expect(paged == found)
            }
        }
    }

    @Test("who wants the first few does not wait for all: pages grow", arguments: [true, false])
    func growing(withGrams: Bool) throws {
        for number in 0..<100 { try put("m\(number + 100)", .folded(Array("COMMON \(number)".utf8))) }
        if withGrams { try MemberGrams.refresh(fixture.database, calendar, fewest: 20, now: 1) }
        var pages = SearchTextQuery.Pages(in: calendar, matching: .any([Array("COMMON".utf8)]), first: 3, most: 40)
        var counts: [Int] = []
        var last: String?
        while let more = try fixture.read({ tx in try pages.next(tx, after: last) }) {
            counts.append(more.count)
            last = more.last ?? last
        }
        #expect(counts == [3, 12, 40, 40, 5])
    }

    @Test("many changes make another segment, and many segments one")
    func segments() throws {
        for number in 0..<40 { try put("m\(number)", .folded([65, 66, 67])) }
        #expect(try MemberGrams.refresh(fixture.database, calendar, fewest: 20, now: 1))
        #expect(try !MemberGrams.refresh(fixture.database, calendar, fewest: 20, now: 1), "nothing changed")
        for round in 0..<10 {
            for number in 0..<Int(MemberGrams.manyChanges) { try put("m\(number % 40)", .folded(Array("\(round) \(number)".utf8))) }
            #expect(try MemberGrams.refresh(fixture.database, calendar, fewest: 20, now: 1))
        }
        let segments = try usedSegments()
        #expect(segments.count < 10)
        #expect(try fixture.read { tx in
            try SearchTextQuery.names(tx, in: calendar, matching: .any([Array("9 127".utf8)]))
        } == ["m7"])
    }

    @Test("who makes grams keeps others from it, until long after")
    func lease() throws {
        for number in 0..<40 { try put("m\(number)", .folded([65, 66, 67])) }
        #expect(try GramSegments.begin(fixture.database, for: calendar.rawValue, now: 1_000) != nil)
        #expect(try !MemberGrams.refresh(fixture.database, calendar, fewest: 20, now: 2_000))
        #expect(try MemberGrams.refresh(fixture.database, calendar, fewest: 20, now: 700_000))
        while try GramSegments.sweep(fixture.database, now: 700_000) {}
        let rows = try fixture.read { tx in try tx.first("SELECT COUNT(*) FROM gram_segment") { $0.integer(0) } }
        #expect(rows == 1, "what was left behind is gone")
    }

    private func segmentCount() throws -> Int64? {
        try fixture.read { tx in try tx.first("SELECT COUNT(*) FROM gram_segment") { $0.integer(0) } }
    }

    private func pageCount() throws -> Int64? {
        try fixture.read { tx in try tx.first("SELECT COUNT(*) FROM gram_page") { $0.integer(0) } }
    }

    @Test("a segment of which a part was swept is not published, and nothing is added to one that is gone")
    func swept() throws {
        let pages = (0..<250).map { GramPage(firstGram: $0, data: [1]) }
        let id = try #require(try GramSegments.begin(fixture.database, for: calendar.rawValue, now: 1_000))
        #expect(try GramSegments.write(fixture.database, pages, of: id))
        #expect(try GramSegments.sweep(fixture.database, now: 700_000))
        #expect(try segmentCount() == 1)
        let segment = GramSegment(
            id: id, first: id, last: 1, version: 1, documentCount: 1, byteCount: 250, documents: [], open: DocumentSet())
        #expect(try !fixture.write { tx in try GramSegments.publish(tx, [segment], replacing: []) })
        while try GramSegments.sweep(fixture.database, now: 700_000) {}
        #expect(try segmentCount() == 0)
        #expect(try !GramSegments.write(fixture.database, pages, of: id))
        #expect(try pageCount() == 0)
    }

    @Test("changes that the log has forgotten meanwhile are not passed over")
    func forgotten() throws {
        for number in 0..<40 { try put("m\(number)", .folded([65, 66, 67])) }
        while try fixture.write({ tx in try ChangeLog.forget(tx, before: .max, limit: 100) }) == 100 {}
        let id = try #require(try GramSegments.begin(fixture.database, for: calendar.rawValue, now: 1))
        var maker = MemberGramsMaker(database: fixture.database, collection: calendar, segment: id, now: 1)
        #expect(try !maker.takeChanges(since: 0))
    }

    @Test("grams of members that are gone go when they are old")
    func aged() throws {
        for number in 0..<40 { try put("m\(number)", .folded([65, 66, 67])) }
        try MemberGrams.refresh(fixture.database, calendar, fewest: 20, keep: 1_000, now: 1_000)
        #expect(try !MemberGrams.refresh(fixture.database, calendar, fewest: 20, keep: 1_000, now: 9_000), "none is gone")
        try fixture.write { tx throws in try tx.remove("m3", in: try tx.calendar()) }
        #expect(try !MemberGrams.refresh(fixture.database, calendar, fewest: 20, keep: 1_000, now: 1_500))
        #expect(try MemberGrams.refresh(fixture.database, calendar, fewest: 20, keep: 1_000, now: 9_000))
        #expect(try usedSegments().map(\.documentCount) == [39])
        #expect(try !MemberGrams.refresh(fixture.database, calendar, fewest: 20, keep: 1_000, now: 99_000))
    }

    @Test("names that are damaged hide no member, and are told")
    func damagedNames() throws {
        for number in 0..<2_000 { try put("m\(number)", .folded(Array("TEXT \(number)".utf8))) }
        try MemberGrams.refresh(fixture.database, calendar, fewest: 20, now: 1)
        try fixture.write { tx in
            try tx.execute("DELETE FROM gram_page WHERE first_gram = (SELECT MAX(first_gram) FROM gram_page WHERE first_gram < 0)")
        }
        var faults: [String] = []
        try GramConsistency.check(fixture.database) { faults.append($0) }
        #expect(faults.count == 1)
        for name in ["m17", "m999"] {
            let needles = SearchTextQuery.Needles.any([Array("TEXT \(name.dropFirst())".utf8)])
            let found = try fixture.read { tx in try SearchTextQuery.names(tx, in: calendar, matching: needles) }
            #expect(found == (try naive([Array("TEXT \(name.dropFirst())".utf8)], after: nil)))
        }
    }

    @Test("texts that change without a change of the member end the grams, and so does the end of the log")
    func retired() throws {
        for number in 0..<40 { try put("m\(number)", .folded([65, 66, 67])) }
        try MemberGrams.refresh(fixture.database, calendar, fewest: 20, now: 1)
        let member = try #require(try fixture.read { tx throws in try Members.find(tx, in: calendar, name: "m1") })
        var facts = member.facts
        facts.index = ObjectIndex(text: .folded(Array("OTHER".utf8)))
        let new = facts
        try fixture.write { tx throws in _ = try IndexRebuild.correct(tx, member, new) }
        #expect(try usedSegments().isEmpty)
        let needles = SearchTextQuery.Needles.any([Array("OTHER".utf8)])
        #expect(try fixture.read { tx in try SearchTextQuery.names(tx, in: calendar, matching: needles) } == ["m1"])

        try MemberGrams.refresh(fixture.database, calendar, fewest: 20, now: 1)
        try put("m2", .folded(Array("OTHER".utf8)))
        try put("m3", .folded([65]))
        while try fixture.write({ tx in try ChangeLog.forget(tx, before: .max, limit: 100) }) == 100 {}
        #expect(try fixture.read { tx in try SearchTextQuery.names(tx, in: calendar, matching: needles) } == ["m1", "m2"])
        #expect(try MemberGrams.refresh(fixture.database, calendar, fewest: 20, now: 1), "made anew: the log cannot bring them forward")
    }

    @Test("pages that are not what was written are told")
    func check() throws {
        for number in 0..<40 { try put("m\(number)", .folded(Array("TEXT \(number)".utf8))) }
        try MemberGrams.refresh(fixture.database, calendar, fewest: 20, now: 1)
        func faults() throws -> [String] {
            var faults: [String] = []
            try GramConsistency.check(fixture.database) { faults.append($0) }
            return faults
        }
        #expect(try faults() == [])
        try fixture.write { tx in
            try tx.execute("UPDATE gram_page SET data = $1 WHERE first_gram >= 0", [.bytes([0x81, 0x81, 0x81])])
        }
        #expect(try faults().count == 1)
        // Damaged pages rule nothing out.
        #expect(try fixture.read { tx in
            try SearchTextQuery.names(tx, in: calendar, matching: .any([Array("TEXT 17".utf8)]))
        } == ["m17"])
    }
}
