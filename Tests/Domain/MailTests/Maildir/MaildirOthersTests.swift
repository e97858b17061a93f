import Bytes
import CollectionStore
import Database
import Directory
import Glibc
import Testing

@testable import Mail

@Suite("What other programs do to a Maildir")
struct MaildirOthersTests {
    let site: MaildirSite
    let fixture: Fixture
    let store: MailStore
    let box: Mailbox

    init() throws {
        site = try MaildirSite()
        (fixture, store, box) = (site.fixture, site.store, site.box)
    }

    @Test("many files that are missing at once are taken for removed after a minute, in parts")
    func massRemoval() throws {
        try fixture.append((0..<250).map { mail("\($0)") }, to: box)
        try site.look()
        for name in try site.names("new") { #expect(unlink(try site.path(box) + "/new/" + name) == 0) }
        let first = try site.look()
        #expect(first.vanished == 0 && first.lines.count == 1 && first.lines[0].contains("250 of 250 files are missing"))
        #expect(try fixture.lines(box).count == 250)
        let before = try fixture.fresh(box)
        let second = try site.look(now: 9_000 + 60_000)
        #expect(second.vanished == 250)
        let after = try fixture.fresh(box)
        // Three transactions.
        #expect(after.modseq.rawValue == before.modseq.rawValue + 3 && after.messageCount == 0)
        #expect(try fixture.read { tx in try store.vanished(tx, from: after, since: before.modseq) }.uids.count == 250)
        #expect(store.maildirs?.takeNotes().count == 4)
        #expect(try fixture.faults() == [])
    }

    @Test("files that are put back within that minute are as they were, and the next time has a minute of its own")
    func putBackInTime() throws {
        try fixture.append((0..<120).map { mail("\($0)") }, to: box)
        try site.look()
        let path = try site.path(box)
        for now in [9_000, 68_000] as [Milliseconds] {
            site.move(path + "/new", path + "/away")
            #expect(mkdir(path + "/new", 0o700) == 0)
            #expect(try site.look(now: now).vanished == 0)
            #expect(rmdir(path + "/new") == 0)
            site.move(path + "/away", path + "/new")
            #expect(try site.look(now: now) == MaildirOutcome())
        }
        #expect(try fixture.lines(box).count == 120)
        #expect(store.maildirs?.takeNotes().count == 2)
        #expect(try fixture.faults() == [])
    }

    @Test("a name that another node has changed since it was seen is not merged")
    func staleName() throws {
        try fixture.append([mail("a")], to: box, flags: MessageFlags([.seen]))
        let name = try #require(try site.names("cur").first)
        let seen = MaildirName(name.dropLast() + "FS", in: .cur)
        let (changed, isComplete) = try fixture.write { tx in
            try store.mergeFlags(tx, [(uid: UID(1), seen: seen)], in: box, try site.folder(box), MaildirKeywords([]), now: 1)
        }
        #expect(changed == 0 && !isComplete)
        #expect(try fixture.lines(box) == ["1 S"])
    }

    @Test("a message whose file is there after all is not forgotten")
    func foundAgain() throws {
        try fixture.append([mail("a")], to: box)
        let gone = try fixture.write { tx in
            let row = try #require(try MailFiles.find(tx.read, 1, in: box.id))
            return try store.forgetMessages(tx, [row], of: box, try site.folder(box), now: 1)
        }
        #expect(gone.isEmpty)
        #expect(try fixture.lines(box) == ["1"])
    }

    @Test("a file in tmp that a row has is kept however old it is")
    func sweep() throws {
        try fixture.append([mail("a")], to: box)
        try site.look()
        let path = try site.path(box)
        let name = try #require(try site.names("new").first)
        site.move("\(path)/new/\(name)", "\(path)/tmp/\(name)")
        try site.put("x", "1.left.over", in: "tmp")
        try store.sweepFiles(fixture.database, of: box.id, now: 4_000_000_000_000)
        #expect(try site.names("tmp") == [name])
        #expect(try site.round() == [])
        #expect(try site.names("new") == [name])
        #expect(try fixture.faults() == [])
    }

    @Test("a file that may not be read is left out, and told; the other messages are there")
    func unreadable() throws {
        try fixture.append([mail("a"), mail("b")], to: box)
        let path = try site.path(box)
        try site.put("Subject: x\n\n", "1700000001.M1P1.host", in: "new")
        try site.put("Subject: y\n\n", "1700000002.M1P1.host", in: "new")
        #expect(chmod("\(path)/new/1700000001.M1P1.host", 0) == 0)
        let first = try #require(try site.names("new").first { !$0.hasPrefix("17") })
        #expect(chmod("\(path)/new/\(first)", 0) == 0)
        var outcome = MaildirOutcome()
        var texts = 0
        var failures: [Failure] = []
        try asAnother {
            outcome = try site.look()
            for uid in UID(1)...2 {
                if let failure = try site.failure({ _ = try fixture.text(box, uid) }) { failures.append(failure) } else { texts += 1 }
            }
        }
        #expect(outcome.arrived == 1 && outcome.vanished == 0 && outcome.lines.count == 1)
        #expect(texts == 1 && failures.count == 1)
        #expect(try fixture.lines(box).count == 3)
        chmod("\(path)/new/1700000001.M1P1.host", 0o600)
        #expect(try site.look().arrived == 1)
    }

    /// As somebody who may look at all directories, where tests run as root.
    private func asAnother(_ body: () throws -> Void) throws {
        guard geteuid() == 0 else { return try body() }
        var path = try site.path(box)
        for part in ["new", "cur", "tmp"] { chmod("\(path)/\(part)", 0o755) }
        for name in try site.names("new") {
            let file = "\(path)/new/\(name)"
            var status = stat()
            if stat(file, &status) == 0, status.st_mode & 0o400 != 0 { chmod(file, 0o644) }
        }
        while path.hasPrefix(site.root) {
            chmod(path, 0o755)
            path = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        }
        // Of this thread only.
        let symbol = try #require(dlsym(nil, "setfsuid"))
        let setFileUser = unsafeBitCast(symbol, to: (@convention(c) (uid_t) -> CInt).self)
        _ = setFileUser(65_534)
        defer { _ = setFileUser(0) }
        try body()
    }

    @Test("a directory that is a link to elsewhere is refused", arguments: ["cur", "new", "tmp", "retained", ""])
    func link(part: String) throws {
        try fixture.append([mail("a")], to: box)
        let path = try site.path(box) + (part.isEmpty ? "" : "/\(part)")
        let elsewhere = site.root + "/elsewhere"
        if access(path, F_OK) != 0 { #expect(mkdir(path, 0o700) == 0) }
        site.move(path, elsewhere)
        #expect(symlink(elsewhere, path) == 0)
        let failure = try site.failure { try site.look() }
        #expect(failure?.code == .unavailable && failure?.detail.contains("is a link") == true)
        #expect(try site.failure { try fixture.append([mail("b")], to: box) }?.code == .unavailable)
        #expect(unlink(path) == 0)
        site.move(elsewhere, path)
        try site.look()
        #expect(try fixture.lines(box) == ["1"])
    }

    @Test("a file that is put back under the name of an expunged message is a message, and both are there")
    func putBack() throws {
        try fixture.append([mail("a")], to: box, flags: MessageFlags([.deleted]))
        let name = try #require(try site.names("cur").first)
        try fixture.write { tx in _ = try store.expunge(tx, in: box.id, by: Fixture.alice, now: 7) }
        try site.look()
        #expect(try site.names("retained").count == 1)
        try site.put(mail("again"), name, in: "cur")
        try site.look()
        try site.look()
        #expect(try fixture.lines(box) == ["2 D"])
        #expect(try fixture.text(box, 2) == mail("again"))
        try fixture.write { tx in _ = try store.restore(tx, messages: UIDSet([1]), from: box.id, of: Fixture.alice, now: 8) }
        #expect(try fixture.text(box, 3) == mail("a"))
        #expect(try fixture.faults() == [])
    }

    @Test("a file that was changed is not taken into the database for the message, nor copied to another account")
    func changedFile() throws {
        try fixture.write { tx in try store.setStorage(tx, .database, of: Fixture.bob) }
        let theirs = [try fixture.mailbox("theirs", of: Fixture.bob), try fixture.mailbox("sales", of: Fixture.sales)]
        #expect(!theirs[0].isInMaildir && theirs[1].isInMaildir)
        try fixture.append([mail("a")], to: box)
        let name = try #require(try site.names("new").first)
        try site.put(String(repeating: "y", count: mail("a").utf8.count), name, in: "new")
        for target in theirs {
            let failure = try site.failure {
                try fixture.write { tx in
                    _ = try store.copy(tx, UIDSet([1]), from: box.id, to: target.id, viewer: Fixture.alice, now: 1)
                }
            }
            #expect(failure?.code == .damaged)
            #expect(try fixture.lines(target) == [])
        }
    }

    @Test("accounts share no file: what a program changes in one is nothing to the other")
    func copies() throws {
        let theirs = try fixture.mailbox("theirs", of: Fixture.bob)
        try fixture.append([mail("a")], to: box)
        try fixture.write { tx in _ = try store.copy(tx, UIDSet([1]), from: box.id, to: theirs.id, viewer: Fixture.alice, now: 1) }
        let outcomes = store.deliver(
            fixture.database, try fixture.content(mail("b")),
            to: [DeliveryTarget(Fixture.alice, .mailbox("work")), DeliveryTarget(Fixture.bob, .mailbox("theirs"))], now: 1_000)
        #expect(outcomes == [.delivered(box.id, 2), .delivered(theirs.id, 2)])
        for name in try site.names("new") {
            var status = stat()
            #expect(stat(try site.path(box) + "/new/" + name, &status) == 0 && status.st_nlink == 1)
            #expect(truncate(try site.path(box) + "/new/" + name, 5) == 0)
        }
        #expect(try fixture.text(theirs, 1) == mail("a") && fixture.text(theirs, 2) == mail("b"))
        #expect(try site.names("tmp") == [] && site.names("tmp", of: theirs) == [])
    }

    @Test("a delivery to several is refused only for whom it cannot be stored")
    func oneIsBroken() throws {
        let theirs = try fixture.mailbox("theirs", of: Fixture.bob)
        try fixture.append([mail("a")], to: box)
        site.move(try site.path(box), try site.path(box) + ".away")
        let outcomes = store.deliver(
            fixture.database, try fixture.content(mail("b")),
            to: [DeliveryTarget(Fixture.alice, .mailbox("work")), DeliveryTarget(Fixture.bob, .mailbox("theirs"))], now: 1_000)
        guard case .failed(let failure) = outcomes[0] else { return #expect(Bool(false), "\(outcomes)") }
        #expect(failure.isTemporary && outcomes[1] == .delivered(theirs.id, 1))
        site.move(try site.path(box) + ".away", try site.path(box))
        #expect(try fixture.lines(box).count == 1 && fixture.text(theirs, 1) == mail("b"))
    }

    @Test("an account whose INBOX is in the database has no directory for deliveries, which nobody would read")
    func inboxInDatabase() throws {
        let (box, account) = try fixture.write { tx in
            try store.setStorage(tx, .database, of: Fixture.bob)
            try store.makeInbox(tx, of: Fixture.bob, now: 1)
            try store.setStorage(tx, .maildir, of: Fixture.bob)
            return (try store.create(tx, "files", of: Fixture.bob, now: 1), try #require(try store.maildir(tx.read, of: Fixture.bob)))
        }
        #expect(box.isInMaildir)
        try store.arrangeFolders(fixture.database, of: Fixture.bob, now: 1)
        #expect(try MaildirSite.names(account) == [".files", "mailboxes"])
        try fixture.append([mail("a")], to: box)
        #expect(try site.names("new", of: box).count == 1)
        // What a program delivers there all the same is told.
        #expect(mkdir(account + "/new", 0o700) == 0)
        close(open(account + "/new/1.x.y", O_WRONLY | O_CREAT, 0o600))
        #expect(try store.arrangeFolders(fixture.database, of: Fixture.bob, now: 1).count == 1)
        #expect(try fixture.read { tx in try store.mailbox(tx, of: Fixture.bob, named: "INBOX") }?.isInMaildir == false)
    }

    @Test("a mailbox's directory goes with all names in it, also those that are no text")
    func namesOfOctets() throws {
        let path = try site.path(box)
        for part in ["new", "tmp", "other"] {
            mkdir("\(path)/\(part)", 0o700)
            let name = ("\(path)/\(part)/".utf8.map { CChar(bitPattern: $0) }) + [CChar(bitPattern: 0xFF), CChar(bitPattern: 0xC3), 0]
            close(open(name, O_WRONLY | O_CREAT, 0o600))
        }
        #expect(symlink("/nowhere", "\(path)/other/link") == 0)
        try fixture.write { tx in try store.delete(tx, box.id, now: 200) }
        while try fixture.write({ tx in try store.purge(tx, before: 300, now: 300, limit: 1) }) > 0 {}
        #expect(try site.round(isWhole: true) == [])
        #expect(access(path, F_OK) != 0)
    }

    // MARK: Files before transactions

    @Test("a message's file is there before its transaction, and goes where there is none")
    func written() throws {
        let messages = try store.writeFiles(fixture.database, [NewMessage(fixture.content(mail("a")))], for: box.id, now: 5_000)
        let name = try #require(try site.names("tmp").first)
        try fixture.write { tx in _ = try store.append(tx, messages, to: box.id, now: 5_000) }
        #expect(try site.names("new") == [name] && site.names("tmp") == [])
        store.discardFiles(fixture.database, of: messages)
        #expect(try fixture.text(box, 1) == mail("a"))
        let others = try store.writeFiles(fixture.database, [NewMessage(fixture.content(mail("b")))], for: box.id, now: 5_000)
        #expect(try site.names("tmp").count == 1)
        store.discardFiles(fixture.database, of: others)
        #expect(try site.names("tmp") == [])
        #expect(try fixture.faults() == [])
    }

    @Test("a large message that was staged has its file before the transaction too, one for each account")
    func writtenStaged() throws {
        var limits = MailLimits()
        limits.heldSize = 300_000
        let fixture = try Fixture(limits: limits, storage: .maildir)
        let store = fixture.store
        let boxes = [try fixture.mailbox("work"), try fixture.mailbox("theirs", of: Fixture.bob)]
        let text = mail("large", count: 1_500_000)
        var upload = store.upload()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            upload.feed(rest.prefix(100_000))
            rest = rest.dropFirst(100_000)
            if let part = upload.takeDue() { upload.staged(try fixture.write { tx in try store.stage(tx, part, now: 1) }) }
        }
        let outcomes = store.deliver(
            fixture.database, try upload.finish(),
            to: [DeliveryTarget(Fixture.alice, .mailbox("work")), DeliveryTarget(Fixture.bob, .mailbox("theirs"))], now: 1_000)
        #expect(outcomes == [.delivered(boxes[0].id, 1), .delivered(boxes[1].id, 1)])
        for box in boxes { #expect(try fixture.text(box, 1) == text) }
        #expect(try fixture.read { tx in try tx.first("SELECT COUNT(*) FROM mail_body") { $0.integer(0) } } == 0)
        #expect(try fixture.read { tx in try tx.first("SELECT COUNT(*) FROM mail_content") { $0.integer(0) } } == 2)
        #expect(try fixture.faults() == [])
    }
}
