import CollectionStore
import Database
import Directory
import Testing

@Suite("Invitations")
struct InvitationsTests {
    let fixture: Fixture
    private static let group = PrincipalID(rawValue: 50)

    init() throws { fixture = try Fixture() }

    private static let bob = Asker(
        Principal(id: Fixture.bob, domain: "example.org", name: "bob", displayName: ""), closure: [Fixture.bob, group])

    private func invite(
        _ tx: borrowing WriteTransaction, _ calendar: Collection, _ sharee: PrincipalID = Fixture.bob,
        _ rights: Rights = Role.reader.rights, until expires: Milliseconds? = nil
    ) throws {
        try Grants.set(
            tx, Grant(collection: calendar.id, grantee: .principal(sharee), rights: rights, expires: expires), on: calendar,
            now: 1)
        try Invitations.set(
            tx, Invitation(collection: calendar.id, sharee: sharee, uid: "u-\(sharee.rawValue)", summary: "Work"))
    }

    private func post(_ tx: borrowing WriteTransaction, _ uid: String, _ text: String, now: Milliseconds = 5) throws {
        try Notifications.post(
            tx, .init(uid: uid, type: "t", contentType: "application/xml", bytes: Array(text.utf8)), to: Fixture.bob, now: now)
    }

    private func told(_ tx: borrowing ReadTransaction) throws -> [String] {
        guard let collection = try Notifications.collection(tx, of: Fixture.bob) else { return [] }
        return try Members.all(tx, in: collection.id).map(\.name)
    }

    @Test("a sharee has not answered, has accepted, or has taken it out of the home")
    func status() throws {
        func statuses(_ tx: borrowing ReadTransaction, _ calendar: Collection) throws -> [Sharee.Status] {
            try Invitations.sharees(tx, of: calendar.id, now: 2).map(\.status)
        }
        try fixture.write { tx throws in
            let work = try tx.calendar()
            try invite(tx, work)
            #expect(try statuses(tx.read, work) == [.unanswered])
            let home = try tx.home(.calendarHome, of: Fixture.bob)
            try Mounts.refresh(tx, in: home, for: Self.bob, now: 2)
            let mount = try #require(try Mounts.find(tx.read, in: home.id, of: work.id))
            var invitation = try #require(try Invitations.find(tx.read, uid: "u-2"))
            #expect(invitation.sharee == Fixture.bob && !invitation.isAccepted && invitation.summary == "Work")
            try Invitations.accept(tx, invitation, as: mount, now: 3)
            #expect(try statuses(tx.read, work) == [.accepted])
            try Mounts.hide(tx, mount, now: 4)
            #expect(try statuses(tx.read, work) == [.declined])
            #expect(try Mounts.find(tx.read, in: home.id, name: mount.name) == nil)
            // Accepted all the same, it stands there again, and the home's log tells so.
            let before = try tx.fresh(home).modseq
            invitation = try #require(try Invitations.find(tx.read, uid: "u-2"))
            try Invitations.accept(tx, invitation, as: mount, now: 5)
            #expect(try Mounts.find(tx.read, in: home.id, name: mount.name) == mount)
            #expect(try tx.fresh(home).modseq > before)
            // Offered anew after it was taken out, it waits for an answer.
            try Mounts.hide(tx, mount, now: 6)
            try Grants.set(
                tx, Grant(collection: work.id, grantee: .principal(Fixture.bob), rights: Role.editor.rights), on: work, now: 7)
            #expect(try statuses(tx.read, work) == [.unanswered])
        }
        try expectConsistent(fixture)
    }

    @Test("whoever has it by a plain grant has accepted; whose grant has ended or does not read is none")
    func plain() throws {
        try fixture.write { tx throws in
            let work = try tx.calendar()
            #expect(try !Invitations.isShared(tx.read, work.id, now: 2))
            try Grants.set(
                tx, Grant(collection: work.id, grantee: .principal(Fixture.bob), rights: [.readFreeBusy]), on: work, now: 1)
            try Grants.set(tx, Grant(collection: work.id, grantee: .everybody, rights: Role.reader.rights), on: work, now: 1)
            #expect(try Invitations.sharees(tx.read, of: work.id, now: 2).isEmpty)
            #expect(try !Invitations.isShared(tx.read, work.id, now: 2))
            try Grants.set(
                tx, Grant(collection: work.id, grantee: .principal(Fixture.bob), rights: Role.reader.rights, expires: 10), on: work,
                now: 1)
            #expect(try Invitations.sharees(tx.read, of: work.id, now: 9).map(\.status) == [.accepted])
            #expect(try Invitations.sharees(tx.read, of: work.id, only: Fixture.alice, now: 9).isEmpty)
            let home = try tx.home(.calendarHome)
            for (now, isShared) in [(9, true), (10, false)] {
                #expect(try Invitations.isShared(tx.read, work.id, now: Milliseconds(now)) == isShared)
                #expect(try Invitations.shared(tx.read, in: home.id, now: Milliseconds(now)) == (isShared ? [work.id] : []))
            }
        }
    }

    @Test("an invitation goes with its grant, and what told of it too")
    func goes() throws {
        try fixture.write { tx throws in
            let work = try tx.calendar()
            try invite(tx, work)
            try post(tx, "u-2", "come")
            #expect(try told(tx.read) == ["u-2.xml"])
            try Grants.remove(tx, .principal(Fixture.bob), on: work, now: 6)
            #expect(try Invitations.find(tx.read, uid: "u-2") == nil)
            #expect(try told(tx.read).isEmpty)
            try invite(tx, work)
            try Collections.remove(tx, work, now: 7)
            try Trash.destroyAll(tx, of: Fixture.alice)
            #expect(try Invitations.find(tx.read, uid: "u-2") == nil)
        }
    }

    @Test("what is told is followed by its log, replaced by what is newer, and in no trash")
    func notifications() throws {
        try fixture.write { tx throws in
            let collection = try Notifications.makeCollection(tx, of: Fixture.bob, now: 1)
            try post(tx, "a", "one")
            try post(tx, "b", "two")
            try post(tx, "a", "three")
            #expect(try told(tx.read) == ["a.xml", "b.xml"])
            let page = try ChangeLog.changes(tx.read, in: tx.fresh(collection), since: .zero, limit: 10)
            #expect(page.changes.map(\.name) == ["b.xml", "a.xml"])
            try Notifications.withdraw(tx, uid: "a", of: Fixture.bob, now: 6)
            try Notifications.withdraw(tx, uid: "none", of: Fixture.bob, now: 6)
            try Notifications.withdraw(tx, uid: "none", of: Fixture.alice, now: 6)
            #expect(try told(tx.read) == ["b.xml"])
            #expect(try Trash.items(tx.read, of: Fixture.bob).isEmpty)
            // There are never more than so many.
            for number in 0..<Notifications.maximumCount { try post(tx, "n\(number)", "x\(number)") }
            let names = try told(tx.read)
            #expect(names.count == Notifications.maximumCount && !names.contains("b.xml") && names.contains("n0.xml"))
        }
        // Who has no room is told nothing, and the sharer not refused.
        try fixture.setQuota(1, of: Fixture.bob)
        try fixture.write { tx throws in try post(tx, "z", "much") }
        #expect(try fixture.read { tx in try !told(tx).contains("z.xml") })
        try expectConsistent(fixture)
    }
}
