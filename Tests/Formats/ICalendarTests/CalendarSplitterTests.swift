import Bytes
import ContentLines
import ICalendar
import Testing

@Suite("Splitting a calendar file")
struct CalendarSplitterTests {
    @Test("components of one UID come together from anywhere in the file, in the order of the UIDs")
    func grouping() throws {
        let override = event("a", ["RECURRENCE-ID:20250103T090000Z"])
        let (objects, refusals) = try split(calendar(event("a", ["RRULE:FREQ=DAILY"]) + event("b") + override))
        #expect(refusals.isEmpty)
        #expect(objects.map(\.uid) == ["a", "b"])
        #expect(objects.map(\.lineNumber) == [4, 10])
        #expect(objects.first?.bytes == calendar(event("a", ["RRULE:FREQ=DAILY"]) + override))
        #expect(objects.last?.bytes == calendar(event("b")))
    }

    @Test("each object has the time zones it refers to, from before or after it, and no others")
    func timeZones() throws {
        let zoned = event("a", ["DTEND;TZID=A:20250102T100000", "BEGIN:VALARM", "TRIGGER;TZID=B:x", "END:VALARM"])
        let (objects, _) = try split(calendar(zone("A") + zone("C") + zoned + event("b") + zone("B")))
        #expect(objects.map { text($0.bytes) } == [
            text(calendar(zone("A") + zone("B") + zoned)), text(calendar(event("b"))),
        ])
    }

    @Test("properties of the calendar are told, not put into the objects; the others are kept")
    func header() throws {
        let source = calendar(event("a"), header: [
            "PRODID:-//Me//EN", "VERSION:2.0", "METHOD:PUBLISH", "CALSCALE:GREGORIAN", "X-WR-CALNAME:Мой\\, календарь",
            "X-WR-TIMEZONE:Europe/Moscow", "X-WR-CALDESC:about", "X-WR-RELCALID:1", "X-APPLE-CALENDAR-COLOR:#FF0000FF",
            "NAME:other", "UID:of-calendar", "X-MINE:kept",
        ])
        var splitter = try CalendarSplitter(source)
        #expect(splitter.properties == CalendarProperties(
            name: "Мой, календарь", color: "#FF0000FF", description: "about", timeZoneID: "Europe/Moscow"))
        #expect(splitter.objectCount == 1)
        guard case .object(let object)? = try splitter.next() else { Issue.record("no object"); return }
        #expect(object.bytes == calendar(
            event("a"), header: ["PRODID:-//Me//EN", "VERSION:2.0", "CALSCALE:GREGORIAN", "X-MINE:kept"]))
        #expect(try splitter.next() == nil)
    }

    @Test("L12: all VCALENDARs of a file are taken, each with its own header and time zones")
    func severalCalendars() throws {
        let first = event("a", ["DTEND;TZID=Z:20250102T100000"])
        let second = event("b", ["DTEND;TZID=Z:20250102T100000"])
        let header = ["VERSION:2.0", "PRODID:other"]
        let (objects, refusals) = try split(
            calendar(zone("Z") + first) + calendar(zone("Z", offset: "+0400") + second, header: header))
        #expect(refusals.isEmpty)
        #expect(objects.map { text($0.bytes) } == [
            text(calendar(zone("Z") + first)), text(calendar(zone("Z", offset: "+0400") + second, header: header)),
        ])
    }

    @Test("bytes of components stay, line ends become CRLF, what is missing is added")
    func lineEnds() throws {
        let source = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nX:fol\n ded\n\nBEGIN:VALARM\nEND:VEVENT"
        let (objects, _) = try split([UInt8](source.utf8))
        #expect(objects.map { text($0.bytes) } == [text(calendar(
            ["BEGIN:VEVENT", "UID:a", "X:fol", " ded", "BEGIN:VALARM", "END:VALARM", "END:VEVENT"]))])
    }

    @Test("components that cannot be taken are told one by one, with line and reason; the others are taken")
    func refusals() throws {
        let bytes = calendar(
            ["BEGIN:VEVENT", "SUMMARY:no uid", "END:VEVENT"] + event("a") + ["BEGIN:VTODO", "UID:a", "END:VTODO"]
                + ["BEGIN:X-FOO", "UID:f", "END:X-FOO", "BEGIN:VTODO", "UID:", "END:VTODO"]
                + event("b", ["DTSTART:2025"]))
        let (objects, refusals) = try split(bytes)
        #expect(objects.map(\.uid) == ["a"])
        #expect(refusals.map(\.lineNumber) == [4, 12, 15, 18, 21])
        #expect(refusals.map(\.uid) == [nil, "a", nil, nil, "b"])
        #expect(refusals.first?.reason == "The VEVENT has no UID.")
        #expect(refusals.last?.reason == "A component has more than one DTSTART, and they differ.")
    }

    @Test("the same component twice is one; of two versions the higher SEQUENCE is taken, then the later")
    func duplicates() throws {
        let old = event("a", ["SEQUENCE:1", "SUMMARY:old"])
        let new = event("a", ["SEQUENCE:2", "SUMMARY:new"])
        #expect(try split(calendar(old + old)).objects.map(\.bytes) == [calendar(old)])
        #expect(try split(calendar(old + old)).refusals.isEmpty)
        for source in [old + new, new + old] {
            let (objects, refusals) = try split(calendar(source))
            #expect(objects.map(\.bytes) == [calendar(new)])
            #expect(refusals.count == 1 && refusals.first?.uid == "a")
        }
        let later = event("a", ["SEQUENCE:1", "SUMMARY:later"])
        #expect(try split(calendar(old + later)).objects.map(\.bytes) == [calendar(later)])
    }

    @Test("events without a VCALENDAR around them are taken")
    func bare() throws {
        #expect(try split(document(event("a") + event("b"))).objects.map(\.uid) == ["a", "b"])
    }

    @Test("an event that has lost its END ends where the next begins")
    func lostEnd() throws {
        let (objects, refusals) = try split(calendar(Array(event("a").dropLast() + event("b"))))
        #expect(objects.map(\.bytes) == [calendar(event("a")), calendar(event("b"))])
        #expect(refusals.isEmpty)
    }

    @Test("an event in the middle of which the file breaks off is not taken: it would replace a whole one")
    func cut() throws {
        let whole = calendar(event("a") + event("b"))
        let text = String(decoding: whole, as: UTF8.self)
        let end = try #require(text.ranges(of: "END:VEVENT").last?.lowerBound)
        let (objects, refusals) = try split(Array(text[..<end].utf8.dropLast(3)))
        #expect(objects.map(\.uid) == ["a"])
        #expect(refusals.map(\.reason) == ["The file ends within this VEVENT, in the middle of a line."])
        // Without its last END lines, but with the end of the line before them, it is whole.
        #expect(try split(Array(text[..<end].utf8)).objects.map(\.uid) == ["a", "b"])
    }

    @Test("text that is not UTF-8 becomes it")
    func charset() throws {
        var bytes = calendar(event("a", ["SUMMARY:M?ller"]))
        bytes[try #require(bytes.firstIndex(of: 0x3F))] = 0xFC
        #expect(try split(bytes).objects.map { text($0.bytes) } == [text(calendar(event("a", ["SUMMARY:Müller"])))])
    }

    @Test("what is too large is refused, and not held")
    func sizes() throws {
        let bytes = calendar(event("a", ["X:" + String(repeating: "x", count: 5000)]) + event("b"))
        var largest = 0
        var splitter = try CalendarSplitter(
            byteCount: bytes.count, limits: CalendarSplitterLimits(objectByteCount: 1000)
        ) { range in
            largest = max(largest, range.count == bytes.count ? 0 : range.count)
            return Array(bytes[range])
        }
        guard case .refused(let refusal)? = try splitter.next() else { Issue.record("not refused"); return }
        #expect(refusal.lineNumber == 4 && refusal.reason.contains("at most 1000"))
        guard case .object(let object)? = try splitter.next() else { Issue.record("no object"); return }
        #expect(object.uid == "b")
        #expect(largest < 1000)
    }

    @Test("an error of reading is handed on")
    func readError() {
        struct Broken: Error {}
        #expect(throws: Broken.self) { _ = try CalendarSplitter(byteCount: 10) { _ in throw Broken() } }
    }

    @Test("a file of 20,000 events is split")
    func many() throws {
        let bytes = calendar((0..<20_000).flatMap { event("\($0)") })
        let (objects, refusals) = try split(bytes)
        #expect(objects.count == 20_000 && refusals.isEmpty)
        #expect(objects.last?.uid == "19999")
    }
}
