import Bytes
import CollectionStore
import Database
import Directory
import Glibc
import Grams
import TestRandom
import Testing

@testable import Mail

/// What the index of messages costs and saves; `TEGU_COSTS=1 swift test -c release --filter "Costs of searching mail"` prints it.
@Suite("Costs of searching mail", .enabled(if: getenv("TEGU_COSTS") != nil), .serialized)
struct SearchCostTests {
    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let time = try ContinuousClock().measure(body)
        return Double(time.components.attoseconds) / 1e18 + Double(time.components.seconds)
    }

    /// Words as often as in a language: a few make most of a text.
    private func words(_ random: inout SeededGenerator, _ count: Int) -> String {
        (0..<count).map { _ -> String in
            let rank = Int(Double(40_000) * pow(Double.random(in: 0..<1, using: &random), 4))
            var state = SeededGenerator(seed: UInt64(rank))
            return String((0..<Int.random(in: 2..<10, using: &state)).map { _ in
                "etaoinshrdlucmfwypvbgkqjxz".randomElement(using: &state) ?? "e"
            })
        }.joined(separator: " ")
    }

    @Test("a mailbox of many messages of 3 KB")
    func costs() throws {
        let count = getenv("TEGU_MESSAGES").flatMap { Int(String(cString: $0)) } ?? 20_000
        let fixture = try Fixture()
        let mailbox = try fixture.mailbox()
        var random = SeededGenerator(seed: 1)
        var octets = 0
        let appending = try seconds {
            for start in stride(from: 0, to: count, by: 500) {
                let messages = (start..<(start + 500)).map { number in
                    """
                    Received: from mx\(random.next()).example.org by mail with ESMTPS id \(random.next())\r
                    DKIM-Signature: v=1; a=rsa-sha256; b=\(random.next())\(random.next())\(random.next())\(random.next())\(random.next())\r
                    From: \(words(&random, 2)) <p\(number % 997)@example.org>\r
                    To: anna@example.org\r
                    Subject: \(words(&random, 6))\r
                    Message-ID: <\(random.next()).\(number)@example.org>\r
                    \r
                    \(words(&random, 400)) number-\(number).\r

                    """
                }
                octets += messages.reduce(0) { $0 + $1.utf8.count }
                try fixture.append(messages, to: mailbox)
            }
        }
        let indexer = MailIndexer(fixture.database, fixture.store, clock: { 1_000_000 })
        var longest = 0.0
        let indexing = try seconds {
            var isAtWork = true
            while isAtWork { longest = max(longest, try seconds { isAtWork = try indexer.step(mailbox.id) != .nothing }) }
        }
        let segments = try fixture.read { tx in try GramSegments.all(tx, of: mailbox.id.rawValue) }
        let bytes = segments.reduce(0) { $0 + $1.byteCount }
        print("""
            \(count) messages of \(octets / count) octets: made and appended in \(appending) s; indexed in \(indexing) s \
            (\(indexing / Double(count) * 1e6) µs each), longest step \(longest) s; \(segments.count) segments, \(bytes) bytes of grams, \
            \(bytes / count) a message, \(Double(bytes) / Double(octets) * 100) % of the octets
            """)
        for needle in ["number-\(count / 2).", "mber-77", "anna@example.org", "zq", "stcw"] {
            let condition = try #require(GramCondition.contains(MessageTexts.folded(Array(needle.utf8))))
            var found = UIDSet()
            let asking = try seconds {
                var next: Int64? = -1
                while let after = next {
                    let answer = try fixture.read { tx in try MailIndex.ask(tx, mailbox.id, after: after, condition) }
                    found.formUnion(answer.found)
                    next = answer.next
                }
            }
            let judging = try seconds { _ = try judge(found, needle, fixture, mailbox) }
            print("“\(needle)”: \(found.count) candidates in \(asking * 1000) ms, judged in \(judging * 1000) ms")
        }
        let naive = try seconds { _ = try judge(UIDSet(1...UID(min(count, 5_000))), "number-17.", fixture, mailbox) }
        print("without the index: \(naive / Double(min(count, 5_000)) * Double(count)) s for all")
    }

    private func judge(_ uids: UIDSet, _ needle: String, _ fixture: Fixture, _ mailbox: Mailbox) throws -> Int {
        let folded = MessageTexts.folded(Array(needle.utf8))
        return try fixture.read { tx in
            var count = 0
            try fixture.store.messages(tx, uids, in: mailbox.id, with: .structure) { row in
                var texts = MessageTexts(row, in: fixture.store)
                let isInHeader = try texts.headerText(tx).withUnsafeBytes { $0.contains(folded) }
                if try isInHeader || texts.body(tx).withUnsafeBytes({ $0.contains(folded) }) { count += 1 }
                return true
            }
            return count
        }
    }
}
