import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

@Suite("Writing busy time: RFC 5545 §3.6.4")
struct FreeBusyWriterTests {
    private func bernard() throws -> BusyTime {
        var busy = try BusyTime(from: utc("20060104T140000Z"), to: utc("20060105T220000Z"))
        var budget = StepBudget(10_000)
        for text in [CalDAVExamples.abcd1, CalDAVExamples.abcd2, CalDAVExamples.abcd3] {
            let object = try rfcObject(text)
            let zones = CalendarTimeZones(object.calendar, database: ZoneFiles.database)
            try busy.add(object, zones: zones, floatingIn: FixedOffset.utc, &budget)
        }
        return busy
    }

    @Test("RFC 4791 §7.10.1: the busy time of appendix B's calendar, each period by its end")
    func example() throws {
        let written = try FreeBusyWriter(stamp: utc("20050125T090000Z")).bytes(of: bernard())
        // The RFC's own answer leaves out the instance of 5 January, which its data has.
        #expect(text(written) == text(document([
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tegu//Tegu//EN", "BEGIN:VFREEBUSY",
            "DTSTAMP:20050125T090000Z", "DTSTART:20060104T140000Z", "DTEND:20060105T220000Z",
            "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20060104T150000Z/20060104T160000Z",
            "FREEBUSY:20060104T190000Z/20060104T200000Z", "FREEBUSY:20060105T170000Z/20060105T180000Z",
            "END:VFREEBUSY", "END:VCALENDAR",
        ])))
    }

    @Test("an answer to a request has its UID, organizer, attendee and method")
    func answer() throws {
        let request = try CalendarDocument.parse(calendar([
            "BEGIN:VFREEBUSY", "ATTENDEE;CN=\"B, D\":mailto:bernard@example.com", "END:VFREEBUSY",
        ]))
        let component = request.calendars.first { _ in true }?.children.first { _ in true }
        let attendee = try #require(component?.property("ATTENDEE"))
        var writer = FreeBusyWriter(stamp: try utc("20050125T090000Z"), uid: "a,b", method: "REPLY")
        writer.organizer = .address("mailto:cyrus@example.com\r\nX:y")
        writer.attendee = .line(attendee)
        let written = try text(writer.bytes(of: bernard()))
        for line in [
            "METHOD:REPLY", "UID:a\\,b", "ORGANIZER:mailto:cyrus@example.comX:y",
            "ATTENDEE;CN=\"B, D\":mailto:bernard@example.com",
        ] {
            #expect(written.contains("\r\n\(line)\r\n"))
        }
    }

    @Test("what is written is read as the same busy time")
    func roundTrip() throws {
        let busy = try bernard()
        let written = try FreeBusyWriter(stamp: utc("20050125T090000Z"), uid: "1").bytes(of: busy)
        var again = BusyTime(from: busy.start, to: busy.end)
        var budget = StepBudget(1000)
        try again.add(calendarObject(written), zones: Zones(), floatingIn: FixedOffset.utc, &budget)
        #expect(try again.periods() == busy.periods())
        #expect(try !again.periods().isEmpty)
    }

    @Test("years that no calendar has are the last that it has")
    func farAway() throws {
        let busy = BusyTime(from: Instant(seconds: .min), to: Instant(seconds: .max))
        let written = try text(FreeBusyWriter(stamp: Instant(seconds: 0)).bytes(of: busy))
        #expect(written.contains("DTSTART:00000101T000000Z\r\nDTEND:99991231T235959Z\r\n"))
    }
}
