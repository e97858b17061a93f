import Bytes
import CollectionStore
import Database
import Directory
import Glibc
import Testing

@testable import Mail

@Suite("Mail in Maildir")
struct MaildirTests {
    let fixture: Fixture
    let store: MailStore
    let box: Mailbox

    init() throws {
        fixture = try Fixture(storage: .maildir)
        store = fixture.store
        box = try fixture.mailbox("work")
        // As the server does a moment later.
        try store.arrangeFolders(fixture.database, of: Fixture.alice, now: 1)
    }

    private func folder(_ box: Mailbox) throws -> MaildirFolder {
        try #require(store.maildirs).folder(try #require(box.maildir))
    }

    private func names(_ box: Mailbox, _ part: String) throws -> [String] {
        try DirectoryNames.of(folder(box).path + "/" + part).map { String(decoding: $0, as: UTF8.self) }.sorted()
    }

    private func put(_ text: String, _ name: String, in part: String, of box: Mailbox) throws {
        let path = try folder(box).path + "/" + part + "/" + name
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        #expect(fwrite(text, 1, text.utf8.count, file) == text.utf8.count)
    }

    /// Two changes within the time that a directory's time tells apart: looked at whatever it says.
    @discardableResult
    private func look(_ box: Mailbox) throws -> MaildirOutcome {
        try store.lookAtFiles(fixture.database, of: box.id, isTouched: true, now: 9_000)
    }

    private func rename(_ box: Mailbox, _ old: String, _ new: String) throws {
        #expect(try folder(box).rename(old, to: new))
    }

    // MARK: Serving

    @Test("an appended message is a file of new, one with flags of cur, and tmp is empty")
    func append() throws {
        try fixture.append([mail("a")], to: box)
        try fixture.append([mail("b")], to: box, flags: MessageFlags([.seen, .flagged]))
        let (new, cur) = (try names(box, "new"), try names(box, "cur"))
        #expect(new.count == 1 && !new[0].contains(":"))
        #expect(cur.count == 1 && cur[0].hasSuffix(":2,FS"))
        #expect(try names(box, "tmp") == [])
        #expect(try fixture.text(box, 1) == mail("a") && fixture.text(box, 2) == mail("b"))
        let rows = try fixture.read { tx in try tx.first("SELECT COUNT(*) FROM mail_body") { $0.integer(0) } }
        #expect(rows == 0)
        #expect(try fixture.faults() == [])
    }

    @Test("a large message that was staged in the database is a file in the end, and read by ranges")
    func large() throws {
        var limits = MailLimits()
        limits.heldSize = 300_000
        let fixture = try Fixture(limits: limits, storage: .maildir)
        let box = try fixture.mailbox("work")
        let text = mail("large", count: 1_500_000)
        var upload = fixture.store.upload()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            upload.feed(rest.prefix(100_000))
            rest = rest.dropFirst(100_000)
            if let part = upload.takeDue() { upload.staged(try fixture.write { tx in try fixture.store.stage(tx, part, now: 1) }) }
        }
        let content = try upload.finish()
        try fixture.write { tx in _ = try fixture.store.append(tx, [NewMessage(content), NewMessage(content)], to: box.id, now: 1) }
        #expect(try fixture.text(box, 1) == text && fixture.text(box, 2) == text)
        let (bodies, part) = try fixture.read { tx in
            var content = ContentID(rawValue: 0)
            try fixture.store.messages(tx, UIDSet([1]), in: box.id) { content = $0.content; return true }
            return (
                try tx.first("SELECT COUNT(*) FROM mail_body") { $0.integer(0) },
                try fixture.store.octets(tx, of: content, 700_000..<700_010)
            )
        }
        #expect(bodies == 0 && part == Array(Array(text.utf8)[700_000..<700_010]))
        #expect(try fixture.faults() == [])
    }

    @Test("copies and moves between both storages keep the octets")
    func betweenStorages() throws {
        try fixture.write { tx in try store.setStorage(tx, .database, of: Fixture.bob) }
        let other = try fixture.mailbox("theirs", of: Fixture.bob)
        #expect(!other.isInMaildir)
        try fixture.append([mail("a"), mail("b")], to: box, flags: MessageFlags([.seen]))
        try fixture.write { tx in
            _ = try store.copy(tx, UIDSet([1]), from: box.id, to: other.id, viewer: Fixture.alice, now: 1)
            _ = try store.move(tx, UIDSet([2]), from: box.id, to: other.id, viewer: Fixture.alice, now: 1)
        }
        #expect(try fixture.text(other, 1) == mail("a") && fixture.text(other, 2) == mail("b"))
        try look(box)
        #expect(try names(box, "cur").count == 1)
        try fixture.append([mail("c")], to: other)
        try fixture.write { tx in
            _ = try store.move(tx, UIDSet([1, 2, 3]), from: other.id, to: box.id, viewer: Fixture.alice, now: 1)
            _ = try store.move(tx, UIDSet([1]), from: box.id, to: box.id, viewer: Fixture.alice, now: 1)
        }
        try look(box)
        #expect(try names(box, "cur").count + names(box, "new").count == 4)
        #expect(try (3...6).map { try fixture.text(box, $0) } == ["a", "b", "c", "a"].map { mail($0) })
        #expect(try fixture.faults() == [])
    }

    @Test("flags and keywords go into the names, with the letters of dovecot-keywords")
    func flags() throws {
        try fixture.append([mail("a")], to: box)
        try fixture.set(.add, [.answered], keywords: ["$Label1", "$Forwarded"], on: [1], in: box)
        try look(box)
        #expect(try names(box, "cur").map { $0.suffix(6) } == [":2,PRa"])
        #expect(try folder(box).small("dovecot-keywords") == Array("0 $Label1\n".utf8))
        try fixture.set(.replace, [], on: [1], in: box)
        try look(box)
        #expect(try names(box, "cur").allSatisfy { $0.hasSuffix(":2,") })
        #expect(try fixture.faults() == [])
    }

    // MARK: Other programs

    @Test("what another program delivers is a message with CRLF, the time of the file and its flags")
    func delivery() throws {
        try fixture.append([mail("ours")], to: box)
        try put("Subject: new\n\none\r\ntwo\n", "1700000001.M1P1.host", in: "new", of: box)
        try put("Subject: seen\n\n", "1700000000.M1P1.host:2,S", in: "cur", of: box)
        let outcome = try look(box)
        #expect(outcome.arrived == 2)
        #expect(try fixture.lines(box) == ["1", "2 S", "3"])
        #expect(try fixture.text(box, 2) == "Subject: seen\r\n\r\n")
        #expect(try fixture.text(box, 3) == "Subject: new\r\n\r\none\r\ntwo\r\n")
        #expect(try look(box) == MaildirOutcome())
        // A copy is the same file under another name, read in the same way.
        let other = try fixture.mailbox("other")
        try fixture.write { tx in _ = try store.copy(tx, UIDSet([3]), from: box.id, to: other.id, viewer: Fixture.alice, now: 1) }
        #expect(try fixture.text(other, 1) == "Subject: new\r\n\r\none\r\ntwo\r\n")
        #expect(try fixture.faults() == [])
    }

    @Test("a large file with LF is read by ranges in any order as it is read whole")
    func lineEnds() throws {
        let lines = (0..<60_000).map { "line \($0) of a message" }
        let sent = "Subject: x\n\n" + lines.joined(separator: "\n") + "\n"
        let told = Array(("Subject: x\r\n\r\n" + lines.joined(separator: "\r\n") + "\r\n").utf8)
        try put(sent, "1700000001.M1P1.host", in: "new", of: box)
        try look(box)
        let content = try fixture.read { tx in
            var found: StoredMessage?
            try store.messages(tx, UIDSet([1]), in: box.id) { found = $0; return true }
            return found
        }
        let message = try #require(content)
        #expect(message.size == told.count)
        for range in [0..<10, 200_000..<600_000, 600_000..<600_500, 5..<300_000, 1_000_000..<told.count + 50] {
            let octets = try fixture.read { tx in try store.octets(tx, of: message.content, range) }
            #expect(octets == Array(told[range.clamped(to: 0..<told.count)]), "\(range)")
        }
    }

    @Test("flags that others change are merged with those that are changed here at the same time")
    func merge() throws {
        try fixture.append([mail("a"), mail("b")], to: box, flags: MessageFlags([.seen]))
        let before = try fixture.fresh(box).modseq
        let names = try names(box, "cur")
        for name in names { try rename(box, "cur/\(name)", "cur/\(name.dropLast(1))F") }
        try fixture.set(.add, [.answered], on: [1], in: box)
        #expect(try look(box).changed == 2)
        #expect(Set(try fixture.lines(box)) == ["1 A F", "2 F"])
        #expect(Set(try self.names(box, "cur").map { $0.split(separator: ":")[1] }) == ["2,FR", "2,F"])
        #expect(try fixture.fresh(box).modseq > before)
        #expect(try look(box).changed == 0)
        #expect(try fixture.faults() == [])
    }

    @Test("keywords that others have given letters are the mailbox's, and unknown letters stay")
    func foreignKeywords() throws {
        try folder(box).replace("dovecot-keywords", with: Array("3 Junk\n".utf8))
        try put("Subject: a\n\n", "1700000001.M1P1.host:2,Sdz", in: "cur", of: box)
        try look(box)
        #expect(try fixture.lines(box) == ["1 S Junk"])
        try fixture.set(.add, [.flagged], on: [1], in: box)
        try look(box)
        #expect(try names(box, "cur").map { $0.suffix(7) } == [":2,FSdz"])
    }

    @Test("a file that another program removes is a message that is gone, with an entry in the log")
    func removal() throws {
        try fixture.append([mail("a"), mail("b")], to: box)
        let since = try fixture.fresh(box).modseq
        let name = try #require(try names(box, "new").first)
        #expect(unlink(try folder(box).path + "/new/" + name) == 0)
        let outcome = try look(box)
        #expect(outcome.vanished == 1 && outcome.lines.count == 1)
        let now = try fixture.fresh(box)
        let vanished = try fixture.read { tx in try store.vanished(tx, from: now, since: since) }
        #expect(vanished.isExact && vanished.uids.count == 1)
        #expect(try fixture.lines(box).count == 1)
        #expect(store.maildirs?.takeNotes().count == 1)
        #expect(try fixture.faults() == [])
    }

    @Test("a message that moves to another folder is gone here and new there")
    func moveByOthers() throws {
        let other = try fixture.mailbox("other")
        try store.arrangeFolders(fixture.database, of: Fixture.alice, now: 1)
        try fixture.append([mail("a")], to: box)
        let name = try #require(try names(box, "new").first)
        #expect(Glibc.rename(try folder(box).path + "/new/" + name, try folder(other).path + "/cur/" + name + ":2,S") == 0)
        try look(other)
        try look(box)
        #expect(try fixture.lines(box) == [] && fixture.lines(other) == ["1 S"])
        #expect(try fixture.text(other, 1) == mail("a"))
        #expect(store.maildirs?.takeNotes().count == 1)
        #expect(try fixture.faults() == [])
    }

    @Test("names that cannot be kept are changed, and their messages are there")
    func oddNames() throws {
        try put("Subject: a\n\n", "with a blank:2,S", in: "cur", of: box)
        try put("Subject: b\n\n", "при:2,", in: "cur", of: box)
        try put("Subject: c\n\n", String(repeating: "x", count: 240), in: "new", of: box)
        try put("Subject: d\n\n", ":2,F", in: "cur", of: box)
        try put("no message", ".hidden", in: "cur", of: box)
        try look(box)
        try look(box)
        #expect(try fixture.lines(box).count == 4)
        #expect(try fixture.lines(box).contains { $0.hasSuffix(" S") })
        #expect(try fixture.faults() == [])
    }

    @Test("what others deliver is there above the quota too")
    func quota() throws {
        try fixture.setQuota(10)
        try put("Subject: a\n\nmore than ten octets\n", "1700000001.M1P1.host", in: "new", of: box)
        try look(box)
        #expect(try fixture.lines(box) == ["1"])
        #expect(try fixture.used() > 10)
        #expect(try fixture.faults() == [])
    }

    // MARK: After a crash

    @Test("a row whose file is still in tmp gets it, and nothing is there twice")
    func crashBeforeRename() throws {
        try fixture.append([mail("a"), mail("b")], to: box)
        for name in try names(box, "new") { try rename(box, "new/\(name)", "tmp/\(name)") }
        #expect(try fixture.text(box, 1) == mail("a"))
        let outcome = try look(box)
        #expect(outcome.arrived == 0 && outcome.vanished == 0)
        #expect(try names(box, "tmp") == [] && names(box, "new").count == 2)
        #expect(try fixture.faults() == [])
    }

    @Test("a transaction that is undone leaves no message, and its file is removed when it is old")
    func undone() throws {
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try fixture.write { tx in
                let content = try fixture.content(mail("a"))
                _ = try store.append(tx, [NewMessage(content)], to: box.id, now: 1)
                throw Stop()
            }
        }
        try look(box)
        #expect(try fixture.lines(box) == [])
        #expect(try names(box, "tmp").count == 1)
        try folder(box).sweep(now: 4_000_000_000_000) { _ in false }
        #expect(try names(box, "tmp") == [])
    }

    @Test("a directory that is missing is a fault, and no message is taken for removed")
    func missingDirectory() throws {
        try fixture.append([mail("a")], to: box)
        let path = try folder(box).path
        #expect(Glibc.rename(path, path + ".away") == 0)
        #expect(throws: Failure.self) { try look(box) }
        #expect(throws: Failure.self) { try fixture.text(box, 1) }
        #expect(throws: Failure.self) { try fixture.append([mail("b")], to: box) }
        #expect(Glibc.rename(path + ".away", path) == 0)
        try look(box)
        #expect(try fixture.lines(box) == ["1"])
        #expect(try fixture.faults() == [])
    }

    @Test("files that are missing or changed are found by the check, and are a fault when they are read")
    func damaged() throws {
        try fixture.append([mail("a"), mail("b"), mail("c")], to: box)
        let names = try names(box, "new")
        let path = try folder(box).path
        #expect(unlink("\(path)/new/\(names[0])") == 0)
        #expect(truncate("\(path)/new/\(names[1])", 5) == 0)
        let length = mail("a").utf8.count
        try put(String(repeating: "y", count: length), names[2], in: "new", of: box)
        var faults: [String] = []
        try MailConsistency.check(fixture.database, store) { faults.append($0) }
        #expect(faults.count == 3, "\(faults)")
        #expect(["is missing", "has 5 octets", "was changed"].allSatisfy { words in faults.contains { $0.contains(words) } }, "\(faults)")
        var failures = 0
        for uid in UID(1)...3 { do { _ = try fixture.text(box, uid) } catch is Failure { failures += 1 } }
        #expect(failures == 2)
    }

    // MARK: Retention

    @Test("an expunged message leaves cur, and comes back with its flags")
    func expunge() throws {
        try fixture.append([mail("a")], to: box, flags: MessageFlags([.seen, .deleted]))
        try fixture.write { tx in _ = try store.expunge(tx, in: box.id, by: Fixture.alice, now: 7) }
        try look(box)
        #expect(try names(box, "cur") == [] && names(box, "retained").count == 1)
        #expect(try fixture.faults() == [])
        try fixture.write { tx in
            _ = try store.restore(tx, messages: UIDSet([1]), from: box.id, of: Fixture.alice, now: 8)
        }
        try look(box)
        #expect(try names(box, "retained") == [])
        #expect(try fixture.lines(box) == ["2 S"])
        #expect(try fixture.text(box, 2) == mail("a"))
        #expect(try fixture.faults() == [])
    }

    @Test("what is purged leaves no file, and a deleted mailbox no directory")
    func purge() throws {
        try fixture.append([mail("a"), mail("b")], to: box, flags: MessageFlags([.deleted]))
        try fixture.write { tx in _ = try store.expunge(tx, UIDSet([1]), in: box.id, by: Fixture.alice, now: 7) }
        try look(box)
        while try fixture.write({ tx in try store.purge(tx, before: 100, now: 100, limit: 10) }) > 0 {}
        try look(box)
        #expect(try names(box, "retained") == [] && names(box, "cur").count == 1)
        let path = try folder(box).path
        try fixture.write { tx in try store.delete(tx, box.id, now: 200) }
        while try fixture.write({ tx in try store.purge(tx, before: 300, now: 300, limit: 1) }) > 0 {}
        try store.workOnFiles(fixture.database, isWhole: true, now: 1, report: { Issue.record("\($0)") })
        #expect(access(path, F_OK) != 0)
        #expect(try fixture.faults() == [])
    }

    // MARK: Folders

    private func links() throws -> [String] {
        let account = try #require(try fixture.read { tx in try store.maildir(tx, of: Fixture.alice) })
        return try MaildirTree.list(account).keys.sorted()
    }

    @Test("folders have the names of Maildir++, through renames, deletion and restoring")
    func folders() throws {
        try fixture.write { tx in _ = try store.makeInbox(tx, of: Fixture.alice, now: 1) }
        _ = try fixture.mailbox("work/Ä.b & c")
        try fixture.append([mail("a")], to: box)
        try store.arrangeFolders(fixture.database, of: Fixture.alice, now: 1)
        #expect(try links().filter { $0.hasPrefix(".work") } == [".work", ".work.&AMQ-&AC4-b &- c"])
        let account = try #require(try fixture.read { tx in try store.maildir(tx, of: Fixture.alice) })
        #expect(try DirectoryNames.of(account + "/.work/new").count == 1)
        try fixture.write { tx in try store.rename(tx, box.id, to: "Play", now: 2) }
        try store.arrangeFolders(fixture.database, of: Fixture.alice, now: 1)
        #expect(try links().filter { $0.lowercased().contains("work") } == [])
        #expect(try links().filter { $0.hasPrefix(".Play") } == [".Play", ".Play.&AMQ-&AC4-b &- c"])
        #expect(try fixture.text(box, 1) == mail("a"))
        try fixture.write { tx in try store.delete(tx, box.id, now: 3) }
        try store.arrangeFolders(fixture.database, of: Fixture.alice, now: 1)
        #expect(try !links().contains(".Play"))
        try fixture.write { tx in _ = try store.restore(tx, mailbox: box.id, of: Fixture.alice, now: 4) }
        try store.arrangeFolders(fixture.database, of: Fixture.alice, now: 1)
        #expect(try links().contains(".Play"))
        #expect(try fixture.text(box, 1) == mail("a"))
        #expect(try fixture.faults() == [])
    }

    @Test("a folder that another program makes is a mailbox with its messages")
    func foreignFolder() throws {
        try fixture.append([mail("a")], to: box)
        try store.arrangeFolders(fixture.database, of: Fixture.alice, now: 1)
        let account = try #require(try fixture.read { tx in try store.maildir(tx, of: Fixture.alice) })
        try MaildirFolder(account + "/.made.&AMQ-").make()
        let file = try #require(fopen(account + "/.made.&AMQ-/cur/1.x.y:2,F", "w"))
        fputs("Subject: x\n\n", file)
        fclose(file)
        #expect(try store.arrangeFolders(fixture.database, of: Fixture.alice, now: 1) == [])
        let made = try #require(try fixture.read { tx in try store.mailbox(tx, of: Fixture.alice, named: "made/Ä") })
        try look(made)
        #expect(try fixture.lines(made) == ["1 F"])
        #expect(try links().filter { $0.hasPrefix(".made") } == [".made", ".made.&AMQ-"])
        #expect(try fixture.faults() == [])
    }

    @Test(
        "names of folders are coded both ways",
        arguments: [
            ("Work", ".Work"), ("a/b", ".a.b"), ("a.b", ".a&AC4-b"), (".", ".&AC4-"), ("Entwürfe", ".Entw&APw-rfe"),
            ("&AC4-", ".&-AC4-"), ("a./.b", ".a&AC4-.&AC4-b"), ("ü.ü", ".&APw-&AC4-&APw-"),
        ])
    func names(name: String, folder: String) {
        #expect(MaildirFolderName.encode(name) == folder)
        #expect(MaildirFolderName.decode(folder) == name)
    }

    @Test("a name that has no room in a file's name is refused", arguments: [60, 200])
    func longName(levels: Int) throws {
        let name = String(repeating: "ü", count: levels)
        let refusal = try fixture.refusal { tx in _ = try store.create(tx, name, of: Fixture.alice, now: 1) }
        #expect(refusal == (levels == 60 ? nil : .invalidName))
        #expect(try fixture.refusal { tx in try store.rename(tx, box.id, to: name + "ü", now: 1) } == (levels == 60 ? nil : .invalidName))
    }
}
