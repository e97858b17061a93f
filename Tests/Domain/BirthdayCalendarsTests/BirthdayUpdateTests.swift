import BirthdayCalendars
import CivilTime
import CollectionStore
import Database
import DatabaseSQLite
import Directory
import Glibc
import Testing
import VCard

/// A principal with a book, and a calendar of birthdays.
final class BirthdayStore {
    let database: any Database
    let files: FileBlobStore
    let update: BirthdayUpdate
    let owner = PrincipalID(rawValue: 1)
    private let directory: String

    init() throws {
        database = try SQLiteDatabase.temporary()
        var template = Array("/tmp/tegu-birthdays-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(.serverBug, "mkdtemp") }
        directory = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        files = try FileBlobStore(directory: directory + "/blobs")
        update = BirthdayUpdate(database: database, files: files, timeZones: TimeZoneDatabase { _ in nil })
        let owner = owner
        try database.write { tx in
            try tx.execute(
                """
                INSERT INTO principal (id, kind, domain, name, display_name, created)
                VALUES (1, 'user', 'example.org', 'anna', 'Anna', 0)
                """)
            try Collections.makeHome(tx, of: owner, kind: .calendarHome, now: 0)
            let books = try Collections.makeHome(tx, of: owner, kind: .bookHome, now: 0)
            _ = try Collections.make(tx, in: books, name: "contacts", kind: .book, now: 0)
            try Birthdays.switchOn(tx, of: owner, now: 0)
        }
    }

    deinit {
        database.close()
        system("rm -rf '\(directory)'")
    }

    func settle() throws {
        var steps = 0
        while try update.step(of: owner, now: 1) {
            steps += 1
            try #require(steps < 10_000)
        }
        #expect(try database.read { tx in try Birthdays.stale(tx, limit: 1) }.isEmpty)
    }

    func book(_ tx: borrowing WriteTransaction, _ name: String = "contacts") throws -> Collection {
        let home = try #require(try Collections.home(tx.read, of: owner, kind: .bookHome))
        return try Collections.child(tx.read, of: home.id, name: name)
            ?? Collections.make(tx, in: home, name: name, kind: .book, now: 1)
    }

    func put(_ tx: borrowing WriteTransaction, _ uid: String, _ lines: [String], in name: String = "contacts") throws {
        let book = try book(tx, name)
        let text = (["BEGIN:VCARD", "VERSION:3.0", "UID:\(uid)", "FN:\(uid)"] + lines + ["END:VCARD", ""])
            .joined(separator: "\r\n")
        let bytes = Array(text.utf8)
        try Members.put(
            tx, in: book, name: uid + ".vcf", existing: try Members.find(tx.read, in: book.id, name: uid + ".vcf"),
            content: MemberContent(
                place: .bytes(bytes), size: bytes.count, etag: ETag.of(bytes),
                facts: MemberFacts(uid: uid, component: "individual")), now: 1)
    }

    func put(_ uid: String, _ lines: [String], in name: String = "contacts") throws {
        try database.write { tx in try put(tx, uid, lines, in: name) }
    }

    func remove(_ tx: borrowing WriteTransaction, _ uid: String, in name: String = "contacts") throws {
        let book = try book(tx, name)
        guard let member = try Members.find(tx.read, in: book.id, name: uid + ".vcf") else { return }
        try Members.remove(tx, member, in: book, by: nil, now: 1)
    }

    func calendar() throws -> Collection {
        try #require(try database.read { tx in try Birthdays.calendar(tx, of: owner) })
    }

    func names() throws -> Set<String> {
        let calendar = try calendar()
        return Set(try database.read { tx in try Members.all(tx, in: calendar.id).map(\.name) })
    }

    /// What the books say must be there.
    func expected() throws -> Set<String> {
        try database.read { tx in
            var names: Set<String> = []
            guard let home = try Collections.home(tx, of: owner, kind: .bookHome) else { return [] }
            for book in try Collections.children(tx, of: home.id) {
                for member in try Members.all(tx, in: book.id) {
                    guard case .bytes(let bytes) = try Blobs.read(tx, member.blobID) else { continue }
                    let card = try AddressObjectResource.validate(bytes)
                    for date in BirthdayEvent.dates(of: card) {
                        names.insert(BirthdayEvent.name(ofCard: card.uid, date.kind))
                    }
                }
            }
            return names
        }
    }
}

@Suite("A calendar that follows the books")
struct BirthdayUpdateTests {
    private func birth(_ uid: String) -> String { BirthdayEvent.name(ofCard: uid, .birth) }

    @Test("cards come, change and go, and so do their events")
    func changes() throws {
        let store = try BirthdayStore()
        try store.put("a", ["BDAY:19840218"])
        try store.put("b", ["BDAY:--1231", "X-ANNIVERSARY:20090808"])
        try store.put("c", ["TEL:1"])
        try store.settle()
        #expect(try store.names() == [birth("a"), birth("b"), BirthdayEvent.name(ofCard: "b", .anniversary)])
        try store.put("b", ["X-ANNIVERSARY:20090808"])
        try store.put("c", ["BDAY:20000101"])
        try store.database.write { tx in try store.remove(tx, "a") }
        try store.settle()
        #expect(try store.names() == [BirthdayEvent.name(ofCard: "b", .anniversary), birth("c")])
    }

    @Test("a change of a card that leaves its day and name alone is no change of the calendar")
    func unrelated() throws {
        let store = try BirthdayStore()
        try store.put("a", ["BDAY:19840218"])
        try store.settle()
        let before = try store.calendar().modseq
        try store.put("a", ["BDAY:1984-02-18", "TEL:123"])
        try store.put("x", ["TEL:123"])
        try store.settle()
        #expect(try store.calendar().modseq == before)
    }

    @Test("the same card in two books is one event, that stays while one of them has it")
    func twoBooks() throws {
        let store = try BirthdayStore()
        try store.put("a", ["BDAY:19840218"])
        try store.put("a", ["BDAY:19840218"], in: "work")
        try store.settle()
        #expect(try store.names() == [birth("a")])
        try store.database.write { tx in try store.remove(tx, "a") }
        try store.settle()
        #expect(try store.names() == [birth("a")])
        try store.database.write { tx in try store.remove(tx, "a", in: "work") }
        try store.settle()
        #expect(try store.names().isEmpty)
    }

    @Test("a book that is deleted takes its birthdays along, and brings them back when it is restored")
    func deletedBook() throws {
        let store = try BirthdayStore()
        for number in 0..<250 { try store.put("w\(number)", ["BDAY:19840218"], in: "work") }
        try store.put("a", ["BDAY:19840218"])
        try store.settle()
        #expect(try store.names().count == 251)
        let work = try store.database.write { tx in
            let work = try store.book(tx, "work")
            try Collections.remove(tx, work, now: 2)
            return work
        }
        try store.settle()
        #expect(try store.names() == [birth("a")])
        _ = try store.database.write { tx in try Trash.restore(tx, work.id.rawValue, of: store.owner, files: store.files, facts: { _, _ in nil }, now: 3) }
        try store.settle()
        #expect(try store.names().count == 251)
    }

    @Test("a log that has forgotten what was missed is no loss")
    func forgottenLog() throws {
        let store = try BirthdayStore()
        try store.put("a", ["BDAY:19840218"])
        try store.put("b", ["BDAY:19840218"])
        try store.settle()
        try store.database.write { tx in try store.remove(tx, "a") }
        try store.put("c", ["BDAY:19840218"])
        _ = try store.database.write { tx in try ChangeLog.forget(tx, before: 100, limit: 1000) }
        try store.settle()
        #expect(try store.names() == [birth("b"), birth("c")])
    }

    @Test("deleting the calendar switches it off; switched on again, it is complete")
    func switches() throws {
        let store = try BirthdayStore()
        try store.put("a", ["BDAY:19840218"])
        try store.settle()
        let calendar = try store.calendar()
        try store.database.write { tx in try Collections.remove(tx, calendar, now: 2) }
        try store.put("b", ["BDAY:19840218"])
        #expect(try store.database.read { tx in try Birthdays.calendar(tx, of: store.owner) } == nil)
        #expect(try store.database.read { tx in try Birthdays.stale(tx, limit: 1) }.isEmpty)
        #expect(try !store.update.step(of: store.owner, now: 3))
        try store.database.write { tx in try Birthdays.switchOn(tx, of: store.owner, now: 4) }
        try store.settle()
        #expect(try store.names() == [birth("a"), birth("b")])
        #expect(try store.database.write { tx in try Birthdays.switchOff(tx, of: store.owner, now: 5) })
        #expect(try store.database.write { tx in try !Birthdays.switchOff(tx, of: store.owner, now: 5) })
    }

    @Test("a calendar that is restored from the trash catches up")
    func restored() throws {
        let store = try BirthdayStore()
        try store.settle()
        let calendar = try store.calendar()
        try store.database.write { tx in try Collections.remove(tx, calendar, now: 2) }
        try store.put("b", ["BDAY:19840218"])
        _ = try store.database.write { tx in try Trash.restore(tx, calendar.id.rawValue, of: store.owner, files: store.files, facts: { _, _ in nil }, now: 3) }
        try store.settle()
        #expect(try store.names() == [birth("b")])
    }

    @Test("clients change nothing in it")
    func readOnly() throws {
        let store = try BirthdayStore()
        try store.put("a", ["BDAY:19840218"])
        try store.settle()
        let calendar = try store.calendar()
        try store.database.write { tx in
            let member = try #require(try Members.find(tx.read, in: calendar.id, name: birth("a")))
            #expect(throws: StoreRefusal.readOnly) { try Members.remove(tx, member, in: calendar, by: nil, now: 1) }
        }
    }

    @Test("writers that come between any two steps leave no difference behind", arguments: 1...10)
    func interleaving(seed: Int) throws {
        let store = try BirthdayStore()
        var random = Seeded(state: UInt64(seed))
        let days = [["BDAY:19840218"], ["BDAY:--0229"], ["TEL:1"], ["X-ANNIVERSARY:20090808", "BDAY:20000101"], ["BDAY;VALUE=text:x"]]
        for _ in 0..<400 {
            let (uid, book) = ("u\(Int.random(in: 0..<150, using: &random))", Bool.random(using: &random) ? "contacts" : "work")
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5: try store.put(uid, try #require(days.randomElement(using: &random)), in: book)
            case 5: try store.database.write { tx in try store.remove(tx, uid, in: book) }
            case 6:
                if Int.random(in: 0..<10, using: &random) == 0 {
                    try store.database.write { tx in try Collections.remove(tx, store.book(tx, "work"), now: 2) }
                }
            default: _ = try store.update.step(of: store.owner, now: 1)
            }
        }
        try store.settle()
        #expect(try store.names() == store.expected())
    }

    private struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }
}
