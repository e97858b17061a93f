import CollectionStore
import Database
import Directory
import Mail
import TestEngines
import TestRandom
import Testing

@testable import IMAPServer

/// RFC 9051 §6.4.4: whether a message is indexed or not, the same ones are found.
@Suite("Indexed searches")
struct IndexedSearchTests {
    private static let seeds: Range<UInt64> = TestEngine.current == .sqlite ? 0..<8 : 0..<3

    private let site: TestSite
    private let client: TestClient
    private let indexer: MailIndexer

    init() throws {
        site = try TestSite()
        client = site.anna()
        indexer = MailIndexer(site.database, site.context.services.place.store, clock: { 1_000_000 })
    }

    private func append(_ message: [UInt8]) {
        client.send(Array("x APPEND INBOX {\(message.count)+}\r\n".utf8) + message + [13, 10])
    }

    private func index() throws {
        for mailbox in try indexer.mailboxes(after: MailboxID(rawValue: 0)) {
            try indexer.tidy(mailbox)
            while try indexer.step(mailbox) != .nothing {}
        }
    }

    private func segments() throws -> Int {
        Int(try site.database.read { tx in
            try tx.first("SELECT COUNT(*) FROM gram_segment WHERE unfinished IS NULL") { $0.integer(0) } ?? 0
        })
    }

    /// A key, with its texts as literals.
    private static func key(_ mail: inout RandomMail, _ depth: Int = 0) -> String {
        let text = mail.needle()
        let literal = "{\(text.utf8.count)+}\r\n\(text)"
        switch Int.random(in: 0..<(depth < 2 ? 12 : 8), using: &mail.random) {
        case 0, 1: return "TEXT \(literal)"
        case 2, 3: return "BODY \(literal)"
        case 4: return "SUBJECT \(literal)"
        case 5: return "FROM \(literal)"
        case 6: return "HEADER X-Note \(literal)"
        case 7: return "CC \(literal)"
        case 8: return "NOT \(key(&mail, depth + 1))"
        case 9: return "OR \(key(&mail, depth + 1)) \(key(&mail, depth + 1))"
        case 10: return "(\(key(&mail, depth + 1)) \(key(&mail, depth + 1)))"
        default: return "(UNSEEN \(key(&mail, depth + 1)))"
        }
    }

    private func answers(_ keys: [String]) -> [String] { keys.map { client.say("s UID SEARCH CHARSET UTF-8 \($0)") } }

    /// The answers before there is an index with those by it.
    private func compare(_ keys: [String]) throws {
        let naive = answers(keys)
        #expect(naive.allSatisfy { $0.contains("s OK") })
        #expect(naive.contains { $0.contains("* SEARCH 1") || $0.contains("* SEARCH 2") }, "some find something")
        try index()
        #expect(try segments() == 1)
        for (key, (before, after)) in zip(keys, zip(naive, answers(keys))) { #expect(before == after, "\(key)") }
    }

    @Test("random searches of random messages find the same with the index and without", arguments: seeds)
    func same(seed: UInt64) throws {
        var mail = RandomMail(seed: seed)
        for _ in 0..<60 { append(mail.message()) }
        client.say("s SELECT INBOX")
        let keys = (0..<60).map { _ in Self.key(&mail) }
        try compare(keys)

        // Some that are in no segment yet, and some that are gone.
        for _ in 0..<20 { append(mail.message()) }
        client.say("s STORE 1:45 +FLAGS (\\Deleted)")
        client.say("s EXPUNGE")
        let mixed = answers(keys)
        try index()
        let tidied = answers(keys)
        try site.database.write { tx in try GramSegments.retireAll(tx) }
        #expect(try segments() == 0)
        for (key, (with, (later, without))) in zip(keys, zip(mixed, zip(tidied, answers(keys)))) {
            #expect(with == without, "\(key)")
            #expect(later == without, "\(key)")
        }
    }

    @Test("random fuzzy searches find the same with the index and without", arguments: seeds)
    func fuzzy(seed: UInt64) throws {
        var mail = RandomMail(seed: seed)
        let forms = ["письмо", "письмами", "ёлки", "Елку", "отчётов", "чай", "ма\u{301}йский", "running", "runs", "parties", "party", "cafés", "băiat", "baiat", "№5"]
        func form() -> String { forms.randomElement(using: &mail.random) ?? "" }
        for _ in 0..<60 {
            let text = (0..<Int.random(in: 0..<4, using: &mail.random)).map { _ in form() }.joined(separator: " ")
            append(
                Bool.random(using: &mail.random)
                    ? mail.message() : Array("Subject: \(form())\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\(text)\r\n".utf8))
        }
        client.say("s SELECT INBOX")
        let keys = (0..<60).map { number in
            let words = "\(form())\(number.isMultiple(of: 3) ? " \(form())" : "")"
            let literal = "{\(words.utf8.count)+}\r\n\(words)"
            return number.isMultiple(of: 2) ? "FUZZY \(Self.key(&mail))" : "FUZZY \(["TEXT", "BODY", "SUBJECT"][number / 2 % 3]) \(literal)"
        }
        try compare(keys)
    }

    @Test("copies and moved messages are found in their new mailbox, at once and when they are indexed")
    func copies() throws {
        var mail = RandomMail(seed: 7)
        for number in 0..<40 { append(Array("Subject: number-\(number)\r\n\r\n\(mail.text())\r\n".utf8)) }
        client.say("s CREATE Other")
        client.say("s SELECT INBOX")
        try index()
        client.say("s MOVE 1:35 Other")
        #expect(client.say("s UID SEARCH SUBJECT number-39").contains("* SEARCH 40\r\n"))
        #expect(client.say("s UID SEARCH SUBJECT number-17").contains("* SEARCH\r\n"))
        client.say("s SELECT Other")
        #expect(client.say("s SEARCH SUBJECT number-17").contains("* SEARCH 18\r\n"))
        try index()
        #expect(client.say("s SEARCH SUBJECT number-17").contains("* SEARCH 18\r\n"))
        #expect(client.say("s SEARCH SUBJECT number-39").contains("* SEARCH\r\n"))
    }

    @Test("the index rules out what a text is not in, and is asked for what it can tell")
    func narrows() throws {
        for number in 0..<64 { append(Array("Subject: s\r\n\r\nbody of number-\(number).\r\n".utf8)) }
        try index()
        let inbox = try site.database.read { tx in
            try tx.first("SELECT id FROM mailbox WHERE name = 'INBOX'") { MailboxID(rawValue: $0.integer(0)) }
        }
        let mailbox = try #require(inbox)
        let key = PreparedKey.and([.text(Array("NUMBER-17.".utf8)), .not(.body(Array("NOTHING".utf8)))])
        let condition = try #require(key.grams)
        let answer = try site.database.read { tx in try MailIndex.ask(tx, mailbox, after: -1, condition) }
        #expect(answer.covered.count == 64)
        #expect(answer.found.count == 1)
        #expect(PreparedKey.not(.text(Array("NUMBER".utf8))).grams == nil)
        #expect(PreparedKey.or(.text(Array("NUMBER".utf8)), .all).grams == nil)
        #expect(PreparedKey.header(Array("x-note".utf8), contains: []).grams == nil)
    }
}
