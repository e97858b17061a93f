import Bytes
import CollectionStore
import ForeignCalendars
import ICalendar
import Testing

@Suite("Foreign files")
struct ForeignCalendarTests {
    private func take(_ text: String, _ limits: ForeignCalendar.Limits = .init()) throws -> ForeignCalendar {
        try ForeignCalendar(Array(text.utf8), limits: limits, timeZones: noZones)
    }

    private func summaries(_ calendar: ForeignCalendar) throws -> [String] {
        try calendar.objects.values.map { try CalendarObjectResource.validate($0.bytes).summary ?? "" }.sorted()
    }

    @Test("each UID is an object, named by it where it is plain")
    func objects() throws {
        let calendar = try take(file([event("a@example.org", "A"), event("b/ä", "B")]))
        #expect(calendar.objects.keys.contains("a@example.org.ics"))
        #expect(try summaries(calendar) == ["A", "B"])
        #expect(calendar.objects.keys.allSatisfy { !$0.contains("/") })
    }

    @Test("a foreign file names no attachment that is kept here (RFC 8607 §4.3)")
    func managedAttachments() throws {
        let line = "ATTACH;MANAGED-ID=97S;FMTTYPE=text/plain:https://example.com/a"
        let object = try #require(try take(file([event("u", "A", line)])).objects["u.ics"])
        #expect(object.content.facts.attachments == [])
        #expect(String(utf8: object.bytes).contains("\r\nATTACH;FMTTYPE=text/plain:https://example.com/a\r\n"))
    }

    @Test("what has no UID gets one of its own, the same one the next time")
    func missingUIDs() throws {
        let first = try take(file([event(nil, "A"), event(nil, "B"), event("", "C"), event("u", "D")]))
        #expect(try summaries(first) == ["A", "B", "C", "D"])
        let later = try take(file([
            event(nil, "A", stamp: "20270101T000000Z", "LAST-MODIFIED:20270101T000000Z"), event("u", "D"),
            event(nil, "B", stamp: "20270101T000000Z"), event("", "C", stamp: "20270101T000000Z"),
        ]))
        #expect(Set(first.objects.keys) == Set(later.objects.keys))
        #expect(first.refusedCount == 0)
    }

    @Test("events that share a UID by mistake are all taken")
    func doubledUIDs() throws {
        let calendar = try take(file([event("same", "A"), event("same", "B"), event("same", "C"), event("other", "D")]))
        #expect(try summaries(calendar) == ["A", "B", "C", "D"])
        #expect(calendar.objects.keys.contains("same.ics"))
    }

    @Test("an event and a task that share a UID are two")
    func doubledKinds() throws {
        let task = "BEGIN:VTODO\r\nUID:same\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:T\r\nEND:VTODO"
        #expect(try summaries(take(file([event("same", "A"), task]))) == ["A", "T"])
    }

    @Test("the same event twice is one, and of two versions the later one is taken (RFC 5545 §3.8.7.4)")
    func versions() throws {
        #expect(try summaries(take(file([event("u", "A"), event("u", "A")]))) == ["A"])
        let both = file([event("u", "new", "SEQUENCE:2"), event("u", "old", "SEQUENCE:1")])
        #expect(try summaries(take(both)) == ["new"])
    }

    @Test("overrides stay with their series (RFC 5545 §3.8.4.4)")
    func overrides() throws {
        let calendar = try take(file([
            event("u", "series", "RRULE:FREQ=DAILY"), event("u", "one", "RECURRENCE-ID:20260602T100000Z"),
            event("u", "two", "RECURRENCE-ID:20260603T100000Z"),
        ]))
        #expect(calendar.objects.count == 1)
        let object = try CalendarObjectResource.validate(try #require(calendar.objects["u.ics"]).bytes)
        #expect(object.components.count == 3)
    }

    @Test("an alarm's UID is not the event's")
    func alarm() throws {
        let alarm = "BEGIN:VALARM\r\nUID:alarm\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM"
        let calendar = try take(file([event(nil, "A", alarm), event(nil, "B", alarm)]))
        #expect(try summaries(calendar) == ["A", "B"])
        #expect(!calendar.objects.keys.contains("alarm.ics"))
    }

    @Test("an event whose END is lost does not swallow the next one")
    func lostEnd() throws {
        let broken = "BEGIN:VEVENT\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260601T100000Z\r\nSUMMARY:A"
        #expect(try summaries(take(file([broken, event(nil, "B")]))) == ["A", "B"])
    }

    @Test("RFC 7986 §5.7 and X-PUBLISHED-TTL: what the source says of its interval", arguments: [
        ("REFRESH-INTERVAL;VALUE=DURATION:P1W", 7 * 86_400_000), ("X-PUBLISHED-TTL:PT12H", 12 * 3_600_000),
        ("REFRESH-INTERVAL;VALUE=DURATION:PT0S", nil), ("X-PUBLISHED-TTL:soon", nil), ("X-PUBLISHED-TTL:-PT1H", nil),
        ("X-WR-CALNAME:x", nil),
    ] as [(String, Int64?)])
    func interval(_ line: String, _ expected: Int64?) throws {
        #expect(try take(file([event("u", "A")], header: [line])).interval == expected)
    }

    @Test("the title is what the source calls itself")
    func title() throws {
        #expect(try take(file([], header: ["X-WR-CALNAME:Holidays"])).title == "Holidays")
    }

    @Test("METHOD, which published files have, is no part of an object")
    func method() throws {
        #expect(try take(file([event("u", "A")], header: ["METHOD:PUBLISH"])).objects.count == 1)
    }

    @Test("a calendar without events is one; what is no calendar is none")
    func noCalendar() throws {
        #expect(try take(file([])).objects.isEmpty)
        for text in ["", "<html><body>Sign in</body></html>", "BEGIN:VCARD\r\nEND:VCARD\r\n", "\u{0}\u{1}"] {
            #expect(throws: ForeignCalendar.Unusable.notICalendar) { try take(text) }
        }
    }

    @Test("a file that was not sent to its end is none: what is missing is not gone")
    func cut() throws {
        let whole = file([event("u", "A"), event("v", "B")])
        #expect(try take(whole).objects.count == 2)
        let text = String(decoding: Array(whole.utf8).prefix(whole.utf8.count - 30), as: UTF8.self)
        #expect(throws: ForeignCalendar.Unusable.notICalendar) { try take(text) }
    }

    @Test("there is a limit of objects, and of the size of each")
    func limits() throws {
        let three = file([event("a", "A"), event("b", "B"), event("c", String(repeating: "x", count: 2000))])
        #expect(throws: ForeignCalendar.Unusable.tooManyObjects(limit: 2)) {
            try take(three, .init(objectBytes: 1 << 20, objects: 2))
        }
        let calendar = try take(three, .init(objectBytes: 1000, objects: 10))
        #expect(try summaries(calendar) == ["A", "B"])
        #expect(calendar.refusedCount == 1)
    }

    @Test("no prefix of a file, and no file with a byte gone wrong, is more than a refusal")
    func robustness() throws {
        let whole = Array(file([event(nil, "A"), event("u", "B"), event("u", "C")], header: ["X-PUBLISHED-TTL:PT1H"]).utf8)
        for end in whole.indices { _ = try? ForeignCalendar(Array(whole[..<end]), timeZones: noZones) }
        for index in whole.indices {
            var other = whole
            other[index] = other[index] ^ 0x1A
            _ = try? ForeignCalendar(other, timeZones: noZones)
        }
    }
}
