import TestRandom
import Testing

@testable import IMAPServer

/// Several sessions on one mailbox: what each client can make of its untagged responses is what the server has.
@Suite struct ViewTests {
    /// A mailbox as its responses tell it.
    private final class Follower {
        let client: TestClient
        var messages: [(uid: String, flags: Set<Substring>)?] = []
        /// UIDs that it was told to be \Recent (RFC 3501 §2.3.2), which no other session may be.
        private(set) var recent: Set<String> = []
        private var tag = 0
        /// VANISHED names UIDs (RFC 7162 §3.2.10), so a client has to know them all.
        private let needsUIDs: Bool

        init(_ client: TestClient, enables: String?) {
            self.client = client
            needsUIDs = enables == "QRESYNC"
            if let enables { client.say("e ENABLE \(enables)") }
            client.lines("s SELECT INBOX").forEach(follow)
            if !messages.isEmpty { client.lines("f FETCH 1:* (UID FLAGS)").forEach(follow) }
        }

        @discardableResult
        func run(_ command: String) -> Bool {
            tag += 1
            let lines = client.lines("t\(tag) \(command)")
            lines.forEach(follow)
            if needsUIDs, let unknown = messages.firstIndex(where: { $0 == nil }) {
                client.lines("u FETCH \(unknown + 1):* (UID FLAGS)").forEach(follow)
            }
            return lines.last?.hasPrefix("t\(tag) OK") ?? false
        }

        private func follow(_ line: String) {
            let words = line.split(separator: " ")
            guard words.count >= 3, words[0] == "*" else { return }
            if words[1] == "VANISHED" {
                if words[2] == "(EARLIER)" { return }
                let gone = words[2].split(separator: ",").flatMap { range in
                    let ends = range.split(separator: ":").compactMap { Int($0) }
                    return ends.isEmpty ? [] : Array(ends[0]...ends[ends.count - 1])
                }
                messages.removeAll { message in message.map { gone.contains(Int($0.uid) ?? 0) } ?? false }
                return
            }
            guard let number = Int(words[1]) else { return }
            switch words[2] {
            case "EXISTS":
                #expect(number >= messages.count, "EXISTS takes no message away")
                messages += Array(repeating: nil, count: max(0, number - messages.count))
            case "EXPUNGE": messages.remove(at: number - 1)
            case "FETCH":
                guard let uid = line.firstRange(of: "UID "), let flags = line.firstRange(of: "FLAGS (") else { return }
                let name = String(line[uid.upperBound...].prefix { $0.isNumber })
                var set = Set(line[flags.upperBound...].prefix { $0 != ")" }.split(separator: " "))
                if set.remove("\\Recent") != nil { recent.insert(name) }
                #expect(messages.indices.contains(number - 1), "a message that the client was not told of")
                if messages.indices.contains(number - 1), let known = messages[number - 1] { #expect(known.uid == name, "a number became another message's") }
                if messages.indices.contains(number - 1) { messages[number - 1] = (name, set) }
            default: break
            }
        }

        /// What is not known yet is asked for.
        func complete() {
            run("NOOP")
            for (index, message) in messages.enumerated() where message == nil { run("FETCH \(index + 1) (UID FLAGS)") }
        }

        var text: [String] { messages.map { message in message.map { "\($0.uid) \($0.flags.sorted().joined(separator: " "))" } ?? "?" } }
    }

    @Test("after any commands of several sessions each one's view is the mailbox", arguments: 0..<12)
    func views(_ seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let site = try TestSite()
        let first = site.anna()
        for _ in 0..<5 { first.append("Subject: a\r\n\r\nb\r\n", to: "INBOX") }
        let followers = (0..<6).map { index in
            Follower(site.anna(), enables: [nil, "CONDSTORE", nil, "IMAP4rev2", "QRESYNC", nil][index])
        }
        let commands = ["NOOP", "EXPUNGE", "APPEND", "STORE", "STORE", "STORE", "STORE", "SILENT", "FETCH", "SEEN", "SEARCH", "MOVE", "UID", "COPY"]
        for _ in 0..<300 {
            guard let follower = followers.randomElement(using: &random), let command = commands.randomElement(using: &random) else { continue }
            let count = follower.messages.count
            let number = count > 0 ? Int.random(in: 1...count, using: &random) : 0
            let flag = ["\\Seen", "\\Deleted", "\\Deleted", "\\Flagged", "k1"].randomElement(using: &random) ?? ""
            switch command {
            case "NOOP", "EXPUNGE": follower.run(command)
            case "APPEND": follower.run("APPEND INBOX {4+}\r\nA: b")
            case _ where count == 0: continue
            case "STORE": follower.run("STORE \(number) \(Bool.random(using: &random) ? "+" : "-")FLAGS (\(flag))")
            case "SILENT":
                // RFC 9051 §6.4.6: the client itself knows what it has set; asking keeps the follower simple.
                if follower.run("UID STORE 1:* +FLAGS.SILENT (\(flag))") { follower.run("FETCH 1:* (UID FLAGS)") }
            case "FETCH": follower.run("FETCH \(number):* (UID FLAGS)")
            case "SEEN": follower.run("FETCH \(number) (UID FLAGS BODY[TEXT])")
            case "SEARCH": follower.run("SEARCH UNSEEN")
            case "MOVE": follower.run("MOVE \(number) INBOX")
            case "COPY": follower.run("UID COPY 1:3 INBOX")
            default: follower.run("UID FETCH 1:* (FLAGS)")
            }
        }
        for follower in followers { follower.complete() }
        let truth = Follower(site.anna(), enables: nil).text
        var recent: [String: Int] = [:]
        for (index, follower) in followers.enumerated() {
            #expect(follower.text == truth, "session \(index)")
            for uid in follower.recent { #expect(recent.updateValue(index, forKey: uid) == nil, "UID \(uid) is recent in two sessions") }
        }
        #expect(recent.count > 5)
    }
}
