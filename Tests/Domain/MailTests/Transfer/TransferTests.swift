import Database
import Directory
import FoundationEssentials
import Glibc
import Testing

@testable import Mail

@Suite("Importing and exporting")
struct TransferTests {
    let fixture: Fixture
    let folder: TemporaryFolder

    init() throws {
        fixture = try Fixture()
        folder = try TemporaryFolder()
    }

    private func run(
        _ path: String, below root: String? = nil, of owner: PrincipalID = Fixture.alice
    ) throws -> (outcome: MailImport.Outcome, refused: [String]) {
        var refused: [String] = []
        let transfer = MailImport(
            fixture.database, fixture.store, owner: owner, clock: { 1_000_000 }, report: { refused.append($0) }, progress: { _ in })
        for folder in try ImportFolder.find(path) { try transfer.run(folder, below: root) }
        return (transfer.outcome, refused)
    }

    private func box(_ name: String, of owner: PrincipalID = Fixture.alice) throws -> Mailbox {
        try #require(try fixture.read { tx in try fixture.store.mailbox(tx, of: owner, named: name) }, "\(name)")
    }

    private func names(of owner: PrincipalID = Fixture.alice) throws -> [String] {
        try fixture.read { tx in try fixture.store.mailboxes(tx, of: owner).map(\.name) }
    }

    private func maildir(_ path: String) throws {
        for part in ["cur", "new", "tmp"] { try folder.makeDirectory("\(path)/\(part)") }
    }

    @Test("a Maildir with its folders, flags, keywords and order; again it is nothing new")
    func maildirs() throws {
        try maildir("m")
        try maildir("m/.Work.&BB8EQAQ4BDIENQRC-")
        try maildir("m/.Empty")
        try folder.write("Subject: b\n\nsecond\n", to: "m/cur/20.b:2,FS", modified: 1_500_000_000)
        try folder.write("Subject: a\n\nfirst\n", to: "m/cur/100.a:2,RTDPab", modified: 1_400_000_000)
        try folder.write("Subject: c\n\nnew\n", to: "m/new/300.c", modified: 1_600_000_000)
        try folder.write("0 $Label1\n1 Важно\n", to: "m/dovecot-keywords")
        try folder.write("3 V1 N9 G0\n1 S5 :100.a\n2 :20.b:2,S\n", to: "m/dovecot-uidlist")
        try folder.write("x", to: "m/.Work.&BB8EQAQ4BDIENQRC-/cur/1.x:2,")
        #expect(try run(folder.path + "/m").outcome == MailImport.Outcome(imported: 4))
        #expect(try fixture.lines(box("INBOX")) == ["1 A D T $Forwarded $Label1", "2 S F", "3"])
        #expect(try fixture.text(box("INBOX"), 2) == "Subject: b\r\n\r\nsecond\r\n")
        #expect(try fixture.lines(box("Work/Привет")) == ["1"])
        #expect(try names().contains("Empty"))
        try fixture.read { tx in
            var dates: [Int64] = []
            try fixture.store.messages(tx, .all, in: try box(tx, "INBOX").id) { dates.append($0.internalDate.seconds); return true }
            #expect(dates == [1_400_000_000, 1_500_000_000, 1_600_000_000])
        }
        #expect(try run(folder.path + "/m").outcome == MailImport.Outcome(present: 4))
        // A second one of the same octets is a second one.
        try folder.write("Subject: c\n\nnew\n", to: "m/new/400.c")
        #expect(try run(folder.path + "/m").outcome == MailImport.Outcome(imported: 1, present: 4))
        #expect(try fixture.faults() == [])
    }

    private func box(_ tx: borrowing ReadTransaction, _ name: String) throws -> Mailbox {
        try #require(try fixture.store.mailbox(tx, of: Fixture.alice, named: name))
    }

    @Test("mbox files in Thunderbird's folders, with the flags of its fields, and single messages")
    func mboxes() throws {
        try folder.makeDirectory("t/Local.sbd")
        try folder.write(
            """
            From - Mon Feb  7 23:52:25 1994
            X-Mozilla-Status: 1005
            X-Mozilla-Keys: $label1 work
            Subject: one

            text

            From - Mon Feb  7 23:52:26 1994
            X-Mozilla-Status: 0009
            Subject: deleted

            From - Mon Feb  7 23:52:27 1994
            Status: RO
            X-Status: AF
            Subject: two

            """, to: "t/Local")
        try folder.write("From x Mon Feb  7 23:52:25 1994\n\n", to: "t/Local.sbd/Sub")
        try folder.write("Subject: single\n\n\u{FF}", to: "t/letters/one.eml")
        try folder.write("not a message", to: "t/notes.txt")
        #expect(try run(folder.path + "/t", below: "Old").outcome == MailImport.Outcome(imported: 4, deleted: 1))
        #expect(try fixture.lines(box("Old/Local")) == ["1 S F $Forwarded $label1 work", "2 S A F"])
        #expect(try fixture.lines(box("Old/Local/Sub")) == ["1"] )
        #expect(try fixture.lines(box("Old/letters")) == ["1"])
        let label = try fixture.read { tx in try fixture.store.subscriptions(tx, of: Fixture.alice).map(\.name) }
        #expect(label.contains("Old/Local/Sub"))
    }

    @Test("any octets are a message; what is too large or has no room is told, and the rest goes on")
    func odd() throws {
        var limits = MailLimits()
        limits.messageSize = 100_000
        let fixture = try Fixture(limits: limits)
        try maildir("m")
        try folder.write(Array(0...255) + [0, 0, 13], to: "m/cur/1.a:2,")
        try folder.write([], to: "m/cur/2.b")
        try folder.write(Array(repeating: 0x61, count: 100_001), to: "m/cur/3.c")
        try folder.write(Array(repeating: 0x62, count: 60_000), to: "m/cur/4.d;2,S")
        try folder.write([0x63], to: "m/cur/5.e")
        try fixture.setQuota(1_000)
        var refused: [String] = []
        let transfer = MailImport(
            fixture.database, fixture.store, owner: Fixture.alice, clock: { 1 }, report: { refused.append($0) }, progress: { _ in })
        for folder in try ImportFolder.find(folder.path + "/m") { try transfer.run(folder, below: nil) }
        #expect(transfer.outcome == MailImport.Outcome(imported: 3, refused: 2))
        #expect(refused.count == 2 && refused[0].contains("3.c") && refused[1].contains("4.d"))
        #expect(try fixture.faults() == [])
    }

    @Test("an export is a Maildir that is imported as it was")
    func roundTrip() throws {
        let inbox = try fixture.write { tx in try fixture.store.makeInbox(tx, of: Fixture.alice, now: 5_000) }
        let deep = try fixture.mailbox("Архив/2024")
        try fixture.append([mail("one"), mail("two", count: 600_000)], to: inbox, flags: MessageFlags([.seen, .flagged], keywords: ["k"]))
        try fixture.append([mail("three")], to: deep, flags: MessageFlags(.draft, keywords: ["$Forwarded", "z"]))
        let export = MailExport(fixture.database, fixture.store, owner: Fixture.alice, to: folder.path + "/out", progress: { _ in })
        #expect(try export.run() == MailExport.Outcome(mailboxes: 8, written: 3))
        #expect(try export.run() == MailExport.Outcome(mailboxes: 8, present: 3))
        #expect(try run(folder.path + "/out", of: Fixture.bob).outcome == MailImport.Outcome(imported: 3))
        for name in ["INBOX", "Архив/2024"] {
            let (from, to) = try (box(name), box(name, of: Fixture.bob))
            #expect(try fixture.lines(from) == fixture.lines(to, for: Fixture.bob))
            for uid in try fixture.snapshot(from).uidSet.elements {
                #expect(try fixture.text(from, uid) == fixture.text(to, uid))
            }
        }
        #expect(try names() == names(of: Fixture.bob))
        #expect(ImportFolder.subscriptions(of: folder.path + "/out").sorted() == ["Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash"])
    }

    @Test("levels of names that could not be are made possible")
    func names_() throws {
        #expect(MailExport.folderName("a.b/c") == ".a_b.c")
        try folder.makeDirectory("e")
        try folder.write("x", to: "e/tab\there/x.eml")
        _ = try run(folder.path + "/e")
        #expect(try names().contains("tab_here"))
    }
}

/// A directory that goes at the end.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/mail-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap { mkdtemp($0) } }
        path = String(cString: try #require(made))
    }

    func makeDirectory(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    }

    func write(_ text: String, to name: String, modified: Int64? = nil) throws { try write(Array(text.utf8), to: name, modified: modified) }

    func write(_ bytes: [UInt8], to name: String, modified: Int64? = nil) throws {
        let target = "\(path)/\(name)"
        if let slash = name.lastIndex(of: "/") { try makeDirectory(String(name[..<slash])) }
        let file = try #require(fopen(target, "w"))
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        guard let modified else { return }
        var time = timespec()
        time.tv_sec = Int(modified)
        #expect(utimensat(AT_FDCWD, target, [time, time], 0) == 0)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
