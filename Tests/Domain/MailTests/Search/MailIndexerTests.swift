import Bytes
import CollectionStore
import Database
import Directory
import Grams
import TestEngines
import TestRandom
import Testing

@testable import Mail

@Suite("The index of messages")
struct MailIndexerTests {
    let fixture: Fixture
    let mailbox: Mailbox
    let indexer: MailIndexer

    init() throws {
        fixture = try Fixture()
        mailbox = try fixture.mailbox()
        indexer = MailIndexer(fixture.database, fixture.store, clock: { 1_000_000 })
    }

    private func segments() throws -> [GramSegment] { try fixture.read { tx in try GramSegments.all(tx, of: mailbox.id.rawValue) } }

    private func append(_ numbers: Range<Int>) throws { try fixture.append(numbers.map { mail("number-\($0).") }, to: mailbox) }

    private func run() throws { while try indexer.step(mailbox.id) != .nothing {} }

    private func found(_ text: String) throws -> [UID] {
        let condition = try #require(GramCondition.contains(MessageTexts.folded(Array(text.utf8))))
        return try fixture.read { tx in Array(try MailIndex.ask(tx, mailbox.id, after: -1, condition).found.elements) }
    }

    /// The messages of these that have a text, by reading them: what a search does with candidates, and without an index with all.
    private func having(_ text: String, _ uids: UIDSet = .all) throws -> [UID] {
        let folded = MessageTexts.folded(Array(text.utf8))
        return try fixture.read { tx in
            var found: [UID] = []
            try fixture.store.messages(tx, uids, in: mailbox.id, with: .structure) { row in
                var texts = MessageTexts(row, in: fixture.store)
                let isInHeader = try texts.headerText(tx).withUnsafeBytes { $0.contains(folded) }
                if try isInHeader || texts.body(tx).withUnsafeBytes({ $0.contains(folded) }) { found.append(row.uid) }
                return true
            }
            return found
        }
    }

    @Test("of random messages in several languages and charsets, the index names all that have a text", arguments: 0..<6 as Range<UInt64>)
    func random(seed: UInt64) throws {
        var random = RandomMail(seed: seed)
        for round in 0..<3 {
            for _ in 0..<40 {
                var upload = fixture.store.upload()
                upload.feed(random.message())
                let message = NewMessage(try upload.finish())
                try fixture.write { tx in _ = try fixture.store.append(tx, [message], to: mailbox.id, viewer: nil, now: 5_000) }
            }
            if round < 2 { try run() }
        }
        var (hits, ruledOut) = (0, 0)
        for _ in 0..<150 {
            let text = random.needle()
            guard let condition = GramCondition.contains(MessageTexts.folded(Array(text.utf8))) else { continue }
            let answer = try fixture.read { tx in try MailIndex.ask(tx, mailbox.id, after: -1, condition) }
            #expect(answer.covered == UIDSet(1...80))
            let candidates = UIDSet(1...120).subtracting(answer.covered.subtracting(answer.found))
            let all = try having(text)
            #expect(try having(text, candidates) == all, "\(text)")
            hits += all.count
            ruledOut += 120 - candidates.count
        }
        #expect(hits > 100 && ruledOut > 1_000)
    }

    @Test("few messages are not indexed, and more are in one step")
    func few() throws {
        try append(0..<(MailIndexer.fewest - 1))
        #expect(try indexer.step(mailbox.id) == .nothing)
        try append(31..<32)
        #expect(try indexer.step(mailbox.id) == .indexed(32))
        #expect(try indexer.step(mailbox.id) == .nothing)
        #expect(try segments().map { [$0.first, $0.last] } == [[1, 32]])
        #expect(try found("number-17.") == [18])
        #expect(try fixture.faults() == [])
    }

    @Test("many small segments become one, and those of other programs are made anew")
    func merged() throws {
        for round in 0..<8 {
            try append((round * 32)..<(round * 32 + 32))
            if round < 7 { try run() } else { #expect(try indexer.step(mailbox.id) == .indexed(32)) }
        }
        #expect(try segments().count == 8)
        #expect(try indexer.step(mailbox.id) == .tidied)
        let segment = try #require(try segments().first)
        #expect(try segments().count == 1)
        #expect(segment.documentCount == 256 && segment.first == 1 && segment.last == 256)
        #expect(try found("number-200.") == [201])
        try fixture.write { tx in try tx.execute("UPDATE gram_segment SET version = 0") }
        #expect(try found("number-200.") == [])
        #expect(try indexer.step(mailbox.id) == .tidied)
        #expect(try indexer.step(mailbox.id) == .indexed(256))
        #expect(try found("number-200.") == [201])
        while try GramSegments.sweep(fixture.database, now: 2_000_000) {}
        let pages = try fixture.read { tx in try tx.first("SELECT COUNT(DISTINCT segment_id) FROM gram_page") { $0.integer(0) } }
        #expect(pages == 1)
    }

    @Test("a segment most of whose messages are gone is made anew of the rest")
    func worn() throws {
        try append(0..<64)
        try run()
        let old = try #require(try segments().first)
        try fixture.set(.add, .deleted, on: Array(1...40), in: mailbox)
        try fixture.write { tx in
            _ = try fixture.store.expunge(tx, in: mailbox.id, by: Fixture.alice, now: 7_000)
        }
        try indexer.tidy(mailbox.id)
        #expect(try segments().isEmpty)
        try append(64..<80)
        try run()
        let new = try #require(try segments().first)
        #expect(new.id != old.id)
        #expect(new.documentCount == 40)
        #expect(try found("number-63.") == [64])
        #expect(try found("number-3.") == [])
    }

    @Test("an old segment loses the grams of messages that are gone")
    func aged() throws {
        try append(0..<64)
        try run()
        try fixture.set(.add, .deleted, on: [4, 5], in: mailbox)
        try fixture.write { tx in
            _ = try fixture.store.expunge(tx, in: mailbox.id, by: Fixture.alice, now: 7_000)
        }
        func tidied(at now: Milliseconds) throws -> GramSegment? {
            try MailIndexer(fixture.database, fixture.store, keep: 50_000, clock: { now }).tidy(mailbox.id)
            return try segments().first
        }
        #expect(try tidied(at: 1_050_000)?.documentCount == 64)
        let new = try #require(try tidied(at: 1_050_001))
        #expect(new.documentCount == 62 && new.first == 1 && new.last == 64)
        #expect(try found("number-63.") == [64])
        #expect(try found("number-3.") == [])
        #expect(try tidied(at: 9_000_000)?.id == new.id, "nothing is gone from it")
    }

    @Test("what is of no mailbox any more is found")
    func lost() throws {
        try append(0..<32)
        try run()
        #expect(try fixture.read { tx in try GramSegments.lost(tx) } == [])
        try fixture.write { tx in try tx.execute("DELETE FROM mailbox WHERE id = $1", [.integer(mailbox.id.rawValue)]) }
        #expect(try fixture.read { tx in try GramSegments.lost(tx) } == [mailbox.id.rawValue])
    }
}
