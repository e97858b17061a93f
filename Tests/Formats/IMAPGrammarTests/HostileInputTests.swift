import Bytes
import TestRandom
import Testing

@testable import IMAPGrammar

@Suite("What nobody means and somebody sends")
struct HostileInputTests {
    private static let pieces = [
        "a ", "UID ", "FETCH ", "SEARCH ", "STORE ", "LIST ", "APPEND ", "1:*", "(", ")", "\"", "\\", "{3}\r\n", "{3+}\r\n", "{0}\r\n", "{99999999999999999999}\r\n", "~{2+}\r\n", "\r\n", " ", "BODY[", "]", "<0.", ">",
        "RETURN (", "OR ", "NOT ", "*", "%", "&", "-", "$", "NIL", "4294967295", "0", ":", ",", "FLAGS", "\\Seen", "CATENATE (", "TEXT ", "URL ", "\0", "\u{FF}", "1-Feb-1994", "NOTIFY SET ", "SELECT x (QRESYNC (", "HEADER.FIELDS",
    ]

    @Test("no text of the grammar's own pieces ends the process, and cuts change nothing", arguments: 0..<40)
    func pieces(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var text: [UInt8] = Bool.random(using: &random) ? bytes("a ") : []
            for _ in 0..<Int.random(in: 1...20, using: &random) { text += bytes(Self.pieces.randomElement(using: &random) ?? "") }
            _ = try? TaggedCommand.parse(text)
            _ = try? TaggedCommand.parse(text, coding: .utf8)
            _ = try? IMAPURL.parse(text)
            var whole = Transcript(.small, acceptsUpTo: 50)
            whole.feed(text)
            var cut = Transcript(.small, acceptsUpTo: 50)
            cut.feed(text, seed: random.next())
            if whole.events != cut.events { return fail("\(String(utf8: text).debugDescription): \(whole.events) but cut \(cut.events)") }
        }
    }

    @Test("every beginning of every example is read or refused, and never traps")
    func prefixes() {
        for line in [RFCExamples.rfc9051, RFCExamples.rfc3501, RFCExamples.extensions].joined() {
            let all = bytes(line)
            for count in 0..<all.count { _ = try? TaggedCommand.parse(Array(all.prefix(count))) }
        }
    }

    @Test("limits of lists")
    func limits() {
        func many(_ text: String, _ count: Int) -> String { Array(repeating: text, count: count).joined(separator: " ") }
        #expect(throws: CommandError.self) { try command("a FETCH 1 (\(many("UID", 1001)))") }
        #expect(throws: Never.self) { try command("a FETCH 1 (\(many("UID", 1000)))") }
        #expect(throws: CommandError.self) { try command("a FETCH 1 BODY[\(Array(repeating: "1", count: 101).joined(separator: "."))]") }
        #expect(throws: CommandError.self) { try command("a ID (\(many("\"a\" \"b\"", 31)))") }
        #expect(throws: CommandError.self) { try command("a LIST \"\" (\(many("a", 101)))") }
        #expect(throws: CommandError.self) { try command("a NOTIFY SET \(many("(personal NONE)", 101))") }
    }

    @Test("a set of many numbers in the worst order is sorted once")
    func manyNumbers() throws {
        let descending = (1...100_000).reversed().map { "\($0 * 2)" }.joined(separator: ",")
        #expect(try command("a UID FETCH \(descending) FLAGS").fetch?.set.numbers.count == 100_000)
        #expect(try command("a UID FETCH \(Array(repeating: "5:*", count: 100_000).joined(separator: ",")) FLAGS").fetch?.set == set(from: 5))
    }
}
