import CollectionStore
import Database
import Directory
import MIME
import Mail
import TestRandom
import Testing

@Suite("Appending")
struct AppendTests {
    let fixture: Fixture
    let box: Mailbox
    var store: MailStore { fixture.store }

    init() throws {
        fixture = try Fixture()
        box = try fixture.mailbox()
    }

    @Test("messages have the octets, flags and dates that they came with, under rising UIDs")
    func append() throws {
        let result = try fixture.append([mail("one"), mail("two")], to: box, flags: MessageFlags([.seen], keywords: ["$Forwarded"]))
        #expect(result.uids == UIDSet(1...2) && result.uidValidity == box.uidValidity)
        #expect(try fixture.append([mail("three")], to: box).uids == UIDSet([3]))
        #expect(try fixture.lines(box) == ["1 S $Forwarded", "2 S $Forwarded", "3"])
        #expect(try fixture.text(box, 2) == mail("two"))
        let now = try fixture.fresh(box)
        #expect(now.messageCount == 3 && now.unseenCount == 1 && now.uidNext == 4)
        #expect(now.byteCount == Int64(mail("one").utf8.count + mail("two").utf8.count + mail("three").utf8.count))
        #expect(try fixture.used() == now.byteCount)
        #expect(try fixture.faults() == [])
    }

    @Test("line ends become CRLF, unless the octets are to be kept (RFC 3516)")
    func lineEnds() throws {
        let text = "Subject: x\n\na\r\nb\n\rc\r"
        for (keeps, expected) in [(false, "Subject: x\r\n\r\na\r\nb\r\n\rc\r"), (true, text)] {
            // However it is cut.
            for cut in 0...text.utf8.count {
                var upload = store.upload(keepsOctets: keeps)
                upload.feed(text.utf8.prefix(cut))
                upload.feed(text.utf8.dropFirst(cut))
                let content = try upload.finish()
                #expect(content.size == expected.utf8.count)
                let uid = try fixture.write { tx in try store.append(tx, [NewMessage(content)], to: box.id, now: 1).uids.lowest }
                #expect(try fixture.text(box, try #require(uid)) == expected)
            }
        }
        #expect(try fixture.faults() == [])
    }

    @Test("an empty message is a message")
    func empty() throws {
        try fixture.append([""], to: box)
        #expect(try fixture.text(box, 1) == "")
        #expect(try fixture.faults() == [])
    }

    @Test("a large message is staged as it comes, holds little memory, and is read by its parts")
    func large() throws {
        var upload = store.upload()
        upload.feed(Array("Subject: large\r\n\r\n".utf8))
        var expected = [UInt8]("Subject: large\r\n\r\n".utf8)
        var random = SeededGenerator(seed: 9)
        var most = 0
        for _ in 0..<300 {
            // Another one each time, so that a piece in a wrong place is seen.
            let line = Array(String(random.next()).utf8) + Array(repeating: 0x78, count: 100_000) + [0x0D, 0x0A]
            expected += line
            upload.feed(line)
            most = max(most, upload.heldCount)
            if let part = upload.takeDue() { upload.staged(try fixture.write { tx in try store.stage(tx, part, now: 1) }) }
        }
        #expect(most <= store.limits.heldSize + 512 << 10)
        let content = try upload.finish()
        #expect(content.size == expected.count && content.stagedContent != nil)
        // Two mailboxes keep the same octets.
        let other = try fixture.mailbox("other")
        try fixture.write { tx in
            _ = try store.append(tx, [NewMessage(content)], to: box.id, now: 2)
            _ = try store.append(tx, [NewMessage(content)], to: other.id, now: 2)
        }
        let message = try #require(try all(box).first)
        #expect(try #require(try all(other).first).content == message.content)
        try fixture.read { tx in
            for range in [0..<30, 262_100..<262_200, 29_000_000..<29_000_010, expected.count - 3..<expected.count + 100] {
                #expect(try store.octets(tx, of: message.content, range) == Array(expected[range.clamped(to: expected.indices)]))
            }
            var position = 0
            try store.forEachPiece(tx, of: message.content, 0..<message.size) { piece in
                #expect(piece.count <= 256 << 10)
                #expect(piece.elementsEqual(expected[position..<(position + piece.count)]))
                position += piece.count
            }
            #expect(position == expected.count)
            #expect(try store.octets(tx, of: message.content, expected.count..<Int.max).isEmpty)
        }
        #expect(try fixture.faults() == [])
    }

    private func all(_ mailbox: Mailbox, with parts: MessageParts = []) throws -> [StoredMessage] {
        try fixture.read { tx in
            var messages: [StoredMessage] = []
            try store.messages(tx, .all, in: mailbox.id, with: parts) { messages.append($0); return true }
            return messages
        }
    }

    @Test("a message that is too large is refused when it ends, and holds no memory before")
    func tooLarge() throws {
        var limits = MailLimits()
        limits.messageSize = 1_000
        var upload = MailStore(limits: limits).upload()
        for _ in 0..<100 { upload.feed(Array(repeating: 0x61, count: 999)) }
        #expect(upload.isTooLarge && upload.heldCount <= 1_000)
        #expect(throws: MailRefusal.messageTooLarge) { try upload.finish() }
    }

    @Test("a finished message can wait for others out of memory, and be discarded")
    func stageFinished() throws {
        let one = try fixture.write { tx in try store.stage(tx, content: try fixture.content(mail("one")), now: 1) }
        let two = try fixture.content(mail("two"))
        try fixture.write { tx in _ = try store.append(tx, [NewMessage(one), NewMessage(two)], to: box.id, now: 2) }
        #expect(try fixture.text(box, 1) == mail("one"))
        let three = try fixture.write { tx in try store.stage(tx, content: try fixture.content(mail("three")), now: 1) }
        let content = try #require(three.stagedContent)
        try fixture.write { tx in try store.discard(tx, content) }
        #expect(throws: MailRefusal.contentGone) {
            try fixture.write { tx in _ = try store.append(tx, [NewMessage(three)], to: box.id, now: 2) }
        }
        #expect(try fixture.faults() == [])
    }

    @Test("staged octets go after a day, and not those that are a message's")
    func stagedPurge() throws {
        let one = try fixture.write { tx in try store.stage(tx, content: try fixture.content(mail("one")), now: 1) }
        _ = try fixture.write { tx in try store.stage(tx, content: try fixture.content(mail("two")), now: 1) }
        try fixture.write { tx in _ = try store.append(tx, [NewMessage(one)], to: box.id, now: 2) }
        #expect(try fixture.write { tx in try store.purge(tx, before: 0, now: 80_000_000, limit: 10) } == 0)
        #expect(try fixture.write { tx in try store.purge(tx, before: 0, now: 90_000_000, limit: 10) } == 1)
        #expect(try fixture.text(box, 1) == mail("one"))
        #expect(try fixture.read { tx in try tx.first("SELECT COUNT(*) FROM mail_content") { $0.integer(0) } } == 1)
    }

    @Test("equal large messages are stored once")
    func shared() throws {
        // Files are of one message each: who may write to one must not change another's.
        if box.isInMaildir { return }
        try fixture.append([mail("big", count: 50_000)], to: box)
        try fixture.append([mail("big", count: 50_000)], to: box)
        #expect(try fixture.read { tx in try tx.first("SELECT COUNT(*) FROM mail_content") { $0.integer(0) } } == 1)
        #expect(try fixture.fresh(box).byteCount == Int64(2 * mail("big", count: 50_000).utf8.count))
        #expect(try fixture.faults() == [])
    }

    @Test("what the quota has no room for is refused, all of it, and nothing is changed")
    func quota() throws {
        try fixture.setQuota(Int64(mail("a").utf8.count * 2))
        let messages = try ["a", "b", "c"].map { NewMessage(try fixture.content(mail($0))) }
        #expect(try fixture.refusal { tx in _ = try store.append(tx, messages, to: box.id, now: 1) } == .quotaExceeded)
        try fixture.append([mail("a"), mail("b")], to: box)
        #expect(try fixture.refusal { tx in _ = try store.append(tx, [messages[0]], to: box.id, now: 1) } == .quotaExceeded)
    }

    @Test("more messages than the owner may have are refused")
    func messageLimit() throws {
        try fixture.write { tx in try store.setMessageLimit(tx, of: Fixture.alice, 2) }
        try fixture.append([mail("a"), mail("b")], to: box)
        let message = NewMessage(try fixture.content(mail("c")))
        #expect(try fixture.refusal { tx in _ = try store.append(tx, [message], to: box.id, now: 1) } == .tooManyMessages)
        let quota = try fixture.read { tx in try store.quota(tx, of: Fixture.alice) }
        #expect(quota.messageCount == 2 && quota.messageLimit == 2 && quota.byteLimit == nil)
    }

    @Test("a mailbox whose UIDs have come to their end takes no more")
    func full() throws {
        try fixture.append([mail("a")], to: box)
        try fixture.write { tx in
            try tx.execute("UPDATE mailbox SET uid_next = 4294967294 WHERE id = $1", [.integer(box.id.rawValue)])
        }
        let message = NewMessage(try fixture.content(mail("c")))
        #expect(
            try fixture.refusal { tx in _ = try store.append(tx, [message, message], to: box.id, now: 1) } == .mailboxFull)
        #expect(try fixture.append([mail("a")], to: box).uids == UIDSet([4_294_967_294]))
        #expect(try fixture.lines(box) == ["1", "4294967294"])
        #expect(try fixture.refusal { tx in _ = try store.append(tx, [message], to: box.id, now: 1) } == .mailboxFull)
    }

    @Test("a mailbox keeps 56 keywords, in any case of letters the same; more are left out")
    func keywords() throws {
        let names = (0..<60).map { "k\($0)" }
        try fixture.append([mail("a")], to: box, flags: MessageFlags(keywords: ["K3"] + names))
        #expect(try fixture.snapshot(box).keywords.count == 56)
        #expect(try fixture.lines(box)[0].hasPrefix("1 K3 k0 k1 k2 k4"))
        let result = try fixture.set(.add, keywords: ["k59", "K7", "not an atom"], on: [1], in: box)
        #expect(result.keywordsNotKept == ["k59", "not an atom"])
    }

    @Test("what is sorted and threaded by is read once, and is what the header says")
    func keys() throws {
        let text = """
            Date: Mon, 7 Feb 1994 23:52:25 -0800\r
            From: =?utf-8?Q?J=C3=BCrgen?= <Fred@example.org>, b@example.org\r
            To: undisclosed: ;\r
            Cc: c@example.org\r
            Subject: Re: [list] =?utf-8?Q?Gr=C3=BC=C3=9Fe?= (fwd)\r
            Message-ID: <4@x>\r
            References: <1@x> <2@x>\r
             <3@x>\r
            \r
            \r
            """
        try fixture.append([text, mail("two")], to: box)
        let messages = try all(box, with: [.keys, .structure])
        let keys = try #require(messages[0].keys)
        #expect(keys.sent == 760_693_945 && keys.sentDay == 8803)
        #expect(String(decoding: keys.baseSubject, as: UTF8.self) == "Grüße" && keys.isReplyOrForward)
        #expect(keys.from == Array("Fred".utf8) && String(decoding: keys.displayFrom, as: UTF8.self) == "Jürgen")
        #expect(keys.to == [] && keys.cc == Array("c".utf8))
        #expect(keys.references.map { String(decoding: $0, as: UTF8.self) } == ["1@x", "2@x", "3@x"])
        #expect(messages[0].structure?.envelope().messageID == Array("<4@x>".utf8))
        #expect(messages[1].keys?.sent == nil)
        // RFC 8474 §5.2: those that go back to one message are one conversation.
        try fixture.append(["Message-ID: <1@x>\r\n\r\n", "References: <1@x>\r\n\r\n"], to: box)
        let threads = try all(box).map(\.thread)
        #expect(threads[2] == threads[0] && threads[3] == threads[0] && threads[1] != threads[0])
    }
}
