import Database
import Directory
import Glibc
import Testing

@testable import Mail

@Suite("The mark of the directory of all Maildirs")
struct MaildirMarkTests {
    let site: MaildirSite
    let fixture: Fixture

    init() throws {
        site = try MaildirSite()
        fixture = site.fixture
    }

    /// Another process, which has seen nothing.
    private func restarted() -> MailStore { MailStore(maildirs: Maildirs(root: site.root)) }

    @Test("a disk that is not mounted is unavailable: nothing is removed, and nothing is made where it was")
    func unmounted() throws {
        try fixture.append([mail("a"), mail("b")], to: site.box)
        let fresh = try fixture.mailbox("fresh")
        site.move(site.root, site.root + ".disk")
        #expect(mkdir(site.root, 0o700) == 0)
        for store in [site.store, restarted()] {
            for attempt in [
                { try store.lookAtFiles(fixture.database, of: site.box.id, now: 1) },
                { try store.lookAtFiles(fixture.database, of: fresh.id, now: 1) },
                { try store.arrangeFolders(fixture.database, of: Fixture.alice, now: 1) },
                { try store.removeDirectories(fixture.database) },
                { try fixture.write { tx in _ = try store.append(tx, [NewMessage(fixture.content(mail("c")))], to: fresh.id, now: 1) } },
                { _ = try fixture.text(site.box, 1) },
            ] as [() throws -> Void] {
                let failure = try site.failure(attempt)
                #expect(failure?.code == .unavailable && failure?.detail.contains("mount its disk") == true, "\(failure as Any)")
            }
        }
        #expect(try MaildirSite.names(site.root) == [])
        #expect(rmdir(site.root) == 0)
        site.move(site.root + ".disk", site.root)
        try site.look()
        #expect(try fixture.lines(site.box).count == 2)
        #expect(try fixture.faults() == [])
    }

    @Test("a directory that was used before the disk was mounted on it does not stand for the disk")
    func mountedLater() throws {
        // What was made before there was mail.
        site.move(site.root, site.root + ".point")
        #expect(mkdir(site.root, 0o700) == 0)
        try site.store.arrangeFolders(fixture.database, of: Fixture.alice, now: 1)
        try fixture.append([mail("a")], to: site.box)
        site.move(site.root, site.root + ".disk")
        site.move(site.root + ".point", site.root)
        #expect(try site.folder(site.box).isThere)
        #expect(try site.failure { try site.look() }?.code == .unavailable)
        #expect(try fixture.lines(site.box) == ["1"])
        site.move(site.root, site.root + ".point")
        site.move(site.root + ".disk", site.root)
        try site.look()
        #expect(try fixture.text(site.box, 1) == mail("a"))
        #expect(try fixture.faults() == [])
    }

    @Test("mail that is older than the mark gets one, but not where its directories are missing")
    func older() throws {
        try fixture.append([mail("a")], to: site.box)
        #expect(unlink("\(site.root)/\(MaildirMark.file)") == 0)
        try fixture.write { tx in _ = try tx.execute("DELETE FROM sequence WHERE name = $1", [.text(MaildirMark.row)]) }
        site.move(site.root, site.root + ".disk")
        let store = restarted()
        #expect(try site.failure { try store.lookAtFiles(fixture.database, of: site.box.id, now: 1) }?.code == .unavailable)
        site.move(site.root + ".disk", site.root)
        try store.lookAtFiles(fixture.database, of: site.box.id, now: 1)
        #expect(try MaildirMark.read(site.root) != nil)
        #expect(try fixture.lines(site.box) == ["1"])
    }

    @Test("where several servers have the directory, one without the disk does not mark what it has instead")
    func oneOfSeveral() throws {
        // The first has the disk, and no mail yet.
        _ = try site.round(isWhole: true)
        let mark = try #require(try MaildirMark.read(site.root))
        site.move(site.root, site.root + ".disk")
        #expect(mkdir(site.root, 0o700) == 0)
        let second = MailStore(maildirs: Maildirs(root: site.root, isShared: true))
        let failure = try site.failure { try second.arrangeFolders(fixture.database, of: Fixture.alice, now: 1) }
        #expect(failure?.code == .unavailable)
        #expect(try MaildirSite.names(site.root) == [])
        #expect(rmdir(site.root) == 0)
        site.move(site.root + ".disk", site.root)
        try second.arrangeFolders(fixture.database, of: Fixture.alice, now: 1)
        #expect(try MaildirMark.read(site.root) == mark)
    }

    @Test("a mailbox whose tmp a backup left out has it again")
    func withoutTemporary() throws {
        try fixture.append([mail("a")], to: site.box)
        _ = try site.round()
        #expect(try rmdir(site.path(site.box) + "/tmp") == 0)
        try site.look()
        #expect(try fixture.text(site.box, 1) == mail("a"))
        try fixture.append([mail("b")], to: site.box)
        #expect(try fixture.lines(site.box).count == 2)
    }

    @Test("a mark that was lost can be written again, as the failure says")
    func lost() throws {
        try fixture.append([mail("a")], to: site.box)
        let number = try #require(try MaildirMark.read(site.root))
        #expect(unlink("\(site.root)/\(MaildirMark.file)") == 0)
        let store = restarted()
        let failure = try site.failure { try store.lookAtFiles(fixture.database, of: site.box.id, now: 1) }
        #expect(failure?.detail.contains("echo \(number) > \(site.root)/\(MaildirMark.file)") == true)
        let file = try #require(fopen("\(site.root)/\(MaildirMark.file)", "w"))
        fputs("\(number)\n", file)
        fclose(file)
        try store.lookAtFiles(fixture.database, of: site.box.id, now: 1)
    }

    @Test("what could not be done while the disk was away is done when it is back")
    func touched() throws {
        try fixture.append([mail("a")], to: site.box)
        _ = try site.round()
        try fixture.set(.add, [.flagged], on: [1], in: site.box)
        site.move(site.root, site.root + ".disk")
        #expect(try site.round().isEmpty == false)
        site.move(site.root + ".disk", site.root)
        #expect(try site.round() == [])
        #expect(try site.names("cur").map { $0.suffix(4) } == [":2,F"])
    }
}
