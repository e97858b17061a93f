import CollectionStore
import Database
import ForeignCalendars
import Testing

@Suite("Refreshing a copy")
struct CalendarRefreshTests {
    @Test("only what differs is written: what stayed has its ETag, and no row in the log")
    func difference() throws {
        let copy = try Subscribed()
        let first = try copy.take(file([event("a", "A"), event("b", "B"), event("c", "C")]))
        #expect((first.created, first.replaced, first.removed) == (3, 0, 0))
        let (before, token) = (try copy.members(), try copy.current().modseq)
        let second = try copy.take(file([event("b", "B"), event("c", "changed"), event("d", "D")]))
        #expect((second.created, second.replaced, second.removed) == (1, 1, 1))
        #expect(Set(try copy.changes(since: token)) == ["a.ics", "c.ics", "d.ics"])
        #expect(try copy.members()["b.ics"] == before["b.ics"])
        #expect(try copy.current().memberCount == 3)
    }

    @Test("one that fetched before another has, and comes after it, changes nothing: a node that hung meanwhile")
    func late() throws {
        let copy = try Subscribed()
        let before = try copy.state
        let old = try ForeignCalendar(Array(file([event("a", "old")]).utf8), timeZones: noZones)
        let new = try ForeignCalendar(Array(file([event("a", "new")]).utf8), timeZones: noZones)
        try #require(try copy.refresh.apply(new, to: before, now: 2000) != nil)
        try copy.refresh.succeeded(
            before, with: new, contentHash: "new", etag: nil, lastModified: nil, maximumAge: nil, outcome: "new", now: 2000, jitter: 0)
        let (members, state) = (try copy.members(), try copy.state)
        #expect(try copy.refresh.apply(old, to: before, now: 3000) == nil)
        try copy.refresh.succeeded(
            before, with: old, contentHash: "old", etag: nil, lastModified: nil, maximumAge: nil, outcome: "old", now: 3000, jitter: 0)
        try copy.refresh.failed(before, outcome: "old", now: 3000, jitter: 0)
        #expect(try copy.members() == members)
        #expect(try copy.state == state)
    }

    @Test("the same file again changes nothing")
    func same() throws {
        let copy = try Subscribed()
        let text = file((0..<500).map { event("e\($0)", "E") } + [event(nil, "no UID"), event("e1", "double")])
        #expect(try copy.take(text).created == 502)
        let token = try copy.current().modseq
        #expect(try copy.take(text).count == 0)
        #expect(try copy.current().modseq == token)
    }

    @Test("a DTSTAMP that is the time of the answer is no change")
    func stamps() throws {
        let copy = try Subscribed()
        try copy.take(file([event("a", "A"), event(nil, "B")]))
        let token = try copy.current().modseq
        try copy.take(file([event("a", "A", stamp: "20270101T000000Z"), event(nil, "B", stamp: "20270101T000000Z")]))
        #expect(try copy.current().modseq == token)
        try copy.take(file([event("a", "A2", stamp: "20270101T000000Z"), event(nil, "B")]))
        #expect(try copy.changes(since: token) == ["a.ics"])
    }

    @Test("what goes is told by a removal, is not in the trash, and takes nothing of the quota any more")
    func removal() throws {
        let copy = try Subscribed()
        try copy.take(file([event("a", "A"), event("b", "B")]))
        let token = try copy.current().modseq
        try copy.take(file([]))
        #expect(Set(try copy.changes(since: token)) == ["a.ics", "b.ics"])
        try copy.database.read { tx in
            let items = try Trash.items(tx, of: copy.owner)
            let used = try Quota.state(tx, of: copy.owner).used
            let blobs = try tx.first("SELECT COUNT(*) FROM blob") { $0.integer(0) }
            #expect(items.isEmpty && used == 0 && blobs == 0)
        }
    }

    @Test("without room in the quota the refresh fails, and what is there stays")
    func quota() throws {
        let copy = try Subscribed()
        try copy.take(file([event("a", "A")]))
        try copy.database.write { tx in
            try tx.execute("UPDATE principal SET quota_bytes = used_bytes + 10 WHERE id = 1")
        }
        #expect(throws: StoreRefusal.quotaExceeded) { try copy.take(file([event("a", "A"), event("b", "B")])) }
        #expect(try copy.members().keys.sorted() == ["a.ics"])
    }

    @Test("clients change nothing in it, but can rename, copy and delete it")
    func readOnly() throws {
        let copy = try Subscribed()
        try copy.take(file([event("a", "A")]))
        try copy.database.write { tx in
            let calendar = try #require(try Collections.find(tx.read, copy.calendar.id))
            let home = try #require(try Collections.home(tx.read, of: copy.owner, kind: .calendarHome))
            let member = try #require(try Members.find(tx.read, in: calendar.id, name: "a.ics"))
            let other = try Collections.make(tx, in: home, name: "other", kind: .calendar, now: 1)
            let content = MemberContent(place: .bytes([1]), size: 1, etag: "x", facts: MemberFacts(uid: "x"))
            #expect(throws: StoreRefusal.readOnly) {
                try Members.put(tx, in: calendar, name: "x", existing: nil, content: content, now: 1)
            }
            #expect(throws: StoreRefusal.readOnly) { try Members.remove(tx, member, in: calendar, by: nil, now: 1) }
            #expect(throws: StoreRefusal.readOnly) {
                try Members.move(tx, member, from: calendar, to: other, name: "a.ics", now: 1)
            }
            try Members.copy(tx, member, to: other, name: "a.ics", now: 1)
            let copied = try #require(try Members.find(tx.read, in: other.id, name: "a.ics"))
            #expect(throws: StoreRefusal.readOnly) { try Members.copy(tx, copied, to: calendar, name: "c", now: 1) }
            #expect(throws: StoreRefusal.readOnly) {
                try Members.move(tx, copied, from: other, to: calendar, name: "c", now: 1)
            }
            // A copy of the whole is an ordinary calendar.
            try Collections.copy(tx, calendar, to: home, name: "snapshot", deeply: true, now: 1)
            let snapshot = try #require(try Collections.child(tx.read, of: home.id, name: "snapshot"))
            #expect(snapshot.origin == nil && snapshot.memberCount == 1)
            try Collections.move(tx, calendar, to: home, name: "renamed", now: 1)
        }
        #expect(try copy.take(file([event("a", "A"), event("b", "B")])).created == 1)
    }

    @Test("a calendar in the trash rests, and goes on when it is restored; one that is destroyed leaves nothing")
    func trash() throws {
        let copy = try Subscribed()
        func due() throws -> Int { try copy.database.read { tx in try Subscriptions.due(tx, now: 10, limit: 9).count } }
        #expect(try due() == 1)
        try copy.database.write { tx in try Collections.remove(tx, copy.calendar, now: 5) }
        #expect(try due() == 0)
        #expect(try copy.refresh.apply(ForeignCalendar(Array(file([event("a", "A")]).utf8), timeZones: noZones), to: copy.state, now: 6) == nil)
        _ = try copy.database.write { tx in try Trash.restore(
                tx, copy.calendar.id.rawValue, of: copy.owner, files: copy.files, facts: { _, _ in nil }, now: 7) }
        #expect(try due() == 1)
        try copy.database.write { tx in
            try Collections.remove(tx, copy.calendar, now: 8)
            _ = try Trash.purge(tx, before: 100, limit: 10)
        }
        #expect(try copy.database.read { tx in try Subscriptions.find(tx, copy.calendar.id) } == nil)
    }

    @Test("another source is asked at once, and an answer of the one before is not taken")
    func anotherSource() throws {
        let copy = try Subscribed()
        let before = try copy.state
        try copy.refresh.succeeded(
            before, with: ForeignCalendar(Array(file([]).utf8), timeZones: noZones), contentHash: "h", etag: "\"1\"", lastModified: nil,
            maximumAge: nil, outcome: "ok", now: 1000, jitter: 0)
        #expect(try copy.state.etag == "\"1\"")
        #expect(try copy.state.nextRefresh == 1000 + 12 * 3_600_000)
        try copy.database.write { tx in
            try Subscriptions.setURL(tx, of: copy.calendar.id, to: "webcal://example.net/b.ics", now: 2000)
        }
        #expect(try copy.state.etag == nil)
        #expect(try copy.state.nextRefresh == 2000)
        let late = try copy.refresh.apply(ForeignCalendar(Array(file([event("a", "A")]).utf8), timeZones: noZones), to: before, now: 3000)
        #expect(late == nil)
        try copy.refresh.failed(before, outcome: "late", now: 3000, jitter: 0)
        #expect(try copy.state.failureCount == 0)
    }

    @Test("failures are counted, told, and forgotten with the next success; validators stay")
    func outcomes() throws {
        let copy = try Subscribed()
        let empty = try ForeignCalendar(Array(file([], header: ["REFRESH-INTERVAL;VALUE=DURATION:PT6H"]).utf8), timeZones: noZones)
        try copy.refresh.succeeded(
            copy.state, with: empty, contentHash: "h", etag: "\"1\"", lastModified: "x", maximumAge: nil, outcome: "ok",
            now: 1000, jitter: 0)
        try copy.refresh.failed(copy.state, outcome: "status 500", now: 2000, jitter: 0)
        try copy.refresh.failed(copy.state, outcome: "status 503", now: 3000, jitter: 0)
        var state = try copy.state
        #expect((state.failureCount, state.outcome, state.lastSuccess, state.lastAttempt) == (2, "status 503", 1000, 3000))
        #expect((state.etag, state.sourceInterval) == ("\"1\"", 6 * 3_600_000))
        // RFC 9111 §4.3.4: a 304 without validators keeps those that there are.
        try copy.refresh.succeeded(
            state, with: nil, contentHash: "h", etag: nil, lastModified: nil, maximumAge: nil, outcome: "not modified",
            now: 4000, jitter: 0)
        state = try copy.state
        #expect((state.failureCount, state.etag, state.lastModified) == (0, "\"1\"", "x"))
        #expect(state.nextRefresh == 4000 + 6 * 3_600_000)
    }

    @Test("a URL to which nobody could connect is refused at once", arguments: [
        "ftp://example.org/", "https://a:b@example.org/", "nothing",
    ])
    func badURLs(_ url: String) throws {
        #expect(throws: SubscriptionRefusal.self) { try Subscribed(url: url) }
    }

    @Test("a home takes no more than so many")
    func tooMany() throws {
        let copy = try Subscribed()
        try copy.database.write { tx in
            let home = try #require(try Collections.home(tx.read, of: copy.owner, kind: .calendarHome))
            for number in 1..<Subscriptions.maximumCount {
                _ = try Subscriptions.make(tx, in: home, name: "s\(number)", url: "https://example.org/", now: 1)
            }
            #expect(throws: SubscriptionRefusal.tooMany(limit: Subscriptions.maximumCount)) {
                try Subscriptions.make(tx, in: home, name: "more", url: "https://example.org/", now: 1)
            }
        }
    }
}
