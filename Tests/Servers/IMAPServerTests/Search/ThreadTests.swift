import CollectionStore
import IMAPGrammar
import TestWaiting
import Testing

@testable import IMAPServer
@testable import Mail

@Suite struct ThreadTests {
    private func client(_ messages: [(subject: String, id: String, references: String)]) throws -> TestClient {
        let client = try TestSite().anna()
        for (index, message) in messages.enumerated() {
            client.append(
                "Date: Mon, \(index + 1) Feb 2021 10:00:00 +0000\r\nSubject: \(message.subject)\r\nMessage-ID: <\(message.id)@x>\r\n"
                    + (message.references.isEmpty ? "" : "References: \(message.references)\r\n") + "\r\nb\r\n", to: "INBOX")
        }
        client.say("s SELECT INBOX")
        return client
    }

    @Test("references make circles that are not followed")
    func circles() throws {
        let client = try client([("a", "1", "<2@x>"), ("b", "2", "<1@x>"), ("c", "3", "<3@x>"), ("d", "4", "<5@x> <4@x>")])
        let answer = client.say("t THREAD REFERENCES UTF-8 ALL")
        for number in 1...4 { #expect(answer.contains("\(number)"), "each message is told once") }
        #expect(answer.hasSuffix("t OK done\r\n"))
    }

    @Test("hundreds of answers, each to the one before, are one thread")
    func deep() throws {
        let count = 300
        let client = try client((1...count).map { ("a", "\($0)", $0 > 1 ? "<\($0 - 1)@x>" : "") })
        #expect(client.lines("t THREAD REFERENCES UTF-8 ALL").first == "* THREAD (" + (1...count).map(String.init).joined(separator: " ") + ")")
    }

    @Test("one message with as many answers to others that are missing costs no more than they are")
    func missing() {
        let root = Self.message(1, id: "root", references: [])
        let answers = (2...20_000).map { Self.message(UInt32($0), id: "\($0)", references: ["root", "missing-\($0)"]) }
        let (threads, seconds) = effort { ReferenceThreads([root] + answers) { $0 }.threads }
        #expect(seconds < 20)
        #expect(threads.roots.count == 1 && threads.messages.count == 20_000)
        var child = threads.messages[threads.roots[0]].firstChild
        var count = 1
        while let place = child, count < 100_000 {
            count += 1
            child = threads.messages[place].nextSibling
        }
        #expect(count == 20_000, "all stand below the first one")
    }

    @Test("a chain of 20,000 answers, each with the one before, is one thread")
    func chain() {
        let messages = (1...20_000).map { Self.message(UInt32($0), id: "\($0)", references: $0 > 1 ? ["\($0 - 1)"] : []) }
        let (threads, seconds) = effort { ReferenceThreads(messages) { $0 }.threads }
        #expect(seconds < 20)
        #expect(threads.roots.count == 1 && threads.messages.allSatisfy { $0.nextSibling == nil })
    }

    private static func message(_ uid: UInt32, id: String, references: [String]) -> ThreadMessage {
        var keys = SortKeys()
        keys.messageID = Array(id.utf8)
        keys.references = references.map { Array($0.utf8) }
        var row = StoredMessage(
            uid: uid, modseq: .zero, flags: FlagBits(rawValue: 0), content: ContentID(rawValue: 1), thread: ThreadID(rawValue: 1), size: 1,
            internalDate: InternalTime(seconds: Int64(uid)), saved: 0)
        row.keys = keys
        var builder = OrderSegmentBuilder([.subject, .identifiers])
        builder.append(row)
        var found = ThreadMessages(withReferences: true)
        found.take(builder.take(), [0])
        return found.messages[0]
    }

    @Test("messages of one subject without references stand together, answers below what they answer")
    func subjects() throws {
        let client = try client([("Plan", "1", ""), ("Re: plan", "2", ""), ("Plan", "3", ""), ("[x] Re: Plan", "4", "")])
        // RFC 5256 §3 (5): two that are no answers are siblings.
        let line = client.lines("t THREAD REFERENCES UTF-8 ALL").first ?? ""
        #expect(line.hasPrefix("* THREAD (") && ["1", "2", "3", "4"].allSatisfy(line.contains))
        #expect(client.lines("t THREAD ORDEREDSUBJECT UTF-8 ALL").first == "* THREAD (1 (2)(3)(4))")
    }
}
