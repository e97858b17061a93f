import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

@Suite("Busy time: RFC 4791 §7.10, rows F1 to F10 of the corpus")
struct BusyTimeTests {
    @Test("F1: what an event is for others", arguments: [
        ("SUMMARY:a", "9-10 BUSY"), ("TRANSP:OPAQUE", "9-10 BUSY"), ("transp:transparent", ""),
        ("STATUS:CONFIRMED", "9-10 BUSY"), ("STATUS:TENTATIVE", "9-10 BUSY-TENTATIVE"), ("STATUS:CANCELLED", ""),
        ("STATUS:TENTATIVE\nTRANSP:TRANSPARENT", ""), ("STATUS:CANCELLED\nTRANSP:OPAQUE", ""),
        ("STATUS: tentative ", "9-10 BUSY-TENTATIVE"), ("STATUS:X-OTHER", "9-10 BUSY"),
        ("X-MICROSOFT-CDO-BUSYSTATUS:OOF", "9-10 BUSY-UNAVAILABLE"),
        ("X-MICROSOFT-CDO-BUSYSTATUS:OOF\nSTATUS:TENTATIVE", "9-10 BUSY-UNAVAILABLE"),
        ("X-MICROSOFT-CDO-BUSYSTATUS:OOF\nTRANSP:TRANSPARENT", ""),
    ])
    func kinds(lines: String, expected: String) throws {
        #expect(try hours([hour(9, lines)]).joined() == expected)
    }

    @Test("F2: a private event takes its time, and nothing else is told of it")
    func privateEvents() throws {
        var busy = try BusyTime(from: utc("20250101T000000Z"), to: utc("20250102T000000Z"))
        var budget = StepBudget(1000)
        try busy.add(hour(9, "CLASS:PRIVATE", "SUMMARY:secret"), zones: Zones(), floatingIn: FixedOffset.utc, &budget)
        let written = try text(FreeBusyWriter(stamp: utc("20250101T000000Z")).bytes(of: busy))
        #expect(written.contains("FREEBUSY:20250101T090000Z/20250101T100000Z\r\n"))
        #expect(!written.contains("secret") && !written.contains("PRIVATE") && !written.contains("UID"))
    }

    @Test("F3: what overlaps or touches is one period, of each kind by itself, sorted")
    func merged() throws {
        let tentative = "STATUS:TENTATIVE"
        #expect(try hours([
            hour(14), hour(9), hour(10), hour(9), hour(9, tentative), hour(13, tentative), hour(8, tentative),
        ]) == ["8-10 BUSY-TENTATIVE", "9-11 BUSY", "13-14 BUSY-TENTATIVE", "14-15 BUSY"])
    }

    @Test("what begins before the range or ends after it is cut")
    func clipped() throws {
        let long = try calendarObject("DTSTART:20240101T000000Z\nDTEND:20260101T000000Z")
        #expect(try busy([long], "20250101T120000Z", "20250101T130000Z") == ["20250101T120000Z/20250101T130000Z BUSY"])
        let daily = try calendarObject("DTSTART:20250101T230000Z\nDURATION:PT2H\nRRULE:FREQ=DAILY")
        #expect(try busy([daily], "20250105T000000Z", "20250105T233000Z")
            == ["20250105T000000Z/20250105T010000Z BUSY", "20250105T230000Z/20250105T233000Z BUSY"])
        #expect(try busy([long], "20250101T120000Z", "20250101T120000Z").isEmpty)
        #expect(try busy([long], "20250101T120000Z", "20240101T120000Z").isEmpty)
    }

    @Test("F4: what the user has declined is free; what is not answered is what the policy says")
    func participation() throws {
        func attended(_ parameters: String) throws -> CalendarObjectResource {
            try hour(9, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:other@example.com",
                "ATTENDEE\(parameters):MAILTO:Me@example.com")
        }
        let me = Participation(addresses: ["mailto:me@example.com", "mailto:alias@example.com"])
        #expect(try hours([attended(";PARTSTAT=DECLINED")], participation: me).isEmpty)
        #expect(try hours([attended(";PARTSTAT=DECLINED")]) == ["9-10 BUSY"])
        #expect(try hours([attended(";PARTSTAT=ACCEPTED")], participation: me) == ["9-10 BUSY"])
        #expect(try hours([attended(";PARTSTAT=TENTATIVE")], participation: me) == ["9-10 BUSY-TENTATIVE"])
        #expect(try hours([attended(";PARTSTAT=NEEDS-ACTION")], participation: me) == ["9-10 BUSY"])
        for other in ["MAILTO:Me@Example.com", "mailto:%6De@example.com", "mailto: me@example.com"] {
            #expect(try hours([hour(9, "ATTENDEE;PARTSTAT=DECLINED:\(other)")], participation: me).isEmpty)
        }
        #expect(try hours([hour(9, "ATTENDEE;EMAIL=me@example.com;PARTSTAT=DECLINED:urn:uuid:1")], participation: me).isEmpty)
        let principal = Participation(addresses: ["/principals/me@x/"])
        #expect(try hours([hour(9, "ATTENDEE;PARTSTAT=DECLINED:https://a.example/principals/me%40x/")], participation: principal).isEmpty)
        #expect(try hours([hour(9, "ATTENDEE;PARTSTAT=DECLINED:/principals/you@x/")], participation: principal) == ["9-10 BUSY"])
        let reluctant = Participation(addresses: ["mailto:ME@example.com"], unanswered: .free)
        #expect(try hours([attended(";PARTSTAT=NEEDS-ACTION"), attended("")], participation: reluctant).isEmpty)
        #expect(try hours([hour(9, "ATTENDEE;PARTSTAT=DECLINED:mailto:other@example.com")], participation: me)
            == ["9-10 BUSY"])
    }

    @Test("F5: a day is the owner's day")
    func days() throws {
        let day = try calendarObject("DTSTART;VALUE=DATE:20250701")
        #expect(try busy([day], "20250601T000000Z", "20250801T000000Z") == ["20250630T220000Z/20250701T220000Z BUSY"])
        #expect(try busy([day], "20250601T000000Z", "20250801T000000Z", floatingIn: FixedOffset(seconds: -36_000))
            == ["20250701T100000Z/20250702T100000Z BUSY"])
        let floating = try calendarObject("DTSTART:20250701T090000\nDTEND:20250701T100000")
        #expect(try busy([floating], "20250601T000000Z", "20250801T000000Z")
            == ["20250701T070000Z/20250701T080000Z BUSY"])
    }

    @Test("F9: the object that is being planned does not count")
    func masked() throws {
        let other = try calendarObject(calendar(event("2", ["DURATION:PT1H"])))
        let all = try busy([hour(9), other], "20250101T000000Z", "20250103T000000Z", maskedUID: "1")
        #expect(all == ["20250102T090000Z/20250102T100000Z BUSY"])
    }

    @Test("F10: what takes no time is not busy; a rule without instances is its start; an endless one is bounded")
    func odd() throws {
        for end in ["SUMMARY:a", "DURATION:PT0S", "DTEND:20250101T080000Z"] {
            #expect(try hours([calendarObject("DTSTART:20250101T090000Z\n" + end)]).isEmpty)
        }
        #expect(try hours([hour(9, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")]) == ["9-10 BUSY"])
        #expect(try hours([hour(9, "RRULE:")]) == ["9-10 BUSY"])
        let endless = try calendarObject("DTSTART:20000101T000000Z\nDURATION:PT1M\nRRULE:FREQ=HOURLY")
        #expect(try busy([endless], "20250101T003000Z", "20250101T023000Z") == [
            "20250101T010000Z/20250101T010100Z BUSY", "20250101T020000Z/20250101T020100Z BUSY",
        ])
    }

    @Test("an override may be of another kind than its series")
    func overrides() throws {
        let series = try calendarObject("""
            DTSTART:20250101T090000Z
            DURATION:PT1H
            RRULE:FREQ=HOURLY;COUNT=5

            RECURRENCE-ID:20250101T100000Z
            DTSTART:20250101T100000Z
            DURATION:PT1H
            TRANSP:TRANSPARENT

            RECURRENCE-ID:20250101T110000Z
            DTSTART:20250101T150000Z
            DURATION:PT1H
            STATUS:TENTATIVE

            RECURRENCE-ID:20250101T130000Z
            STATUS:CANCELLED
            """)
        #expect(try hours([series]) == ["9-10 BUSY", "12-13 BUSY", "15-16 BUSY-TENTATIVE"])
    }

    @Test("tasks and notes take no time")
    func tasks() throws {
        let lines = "DTSTART:20250101T090000Z\nDURATION:PT1H"
        #expect(try hours([calendarObject(lines, kind: "VTODO"), calendarObject(lines, kind: "VJOURNAL")]).isEmpty)
    }

    @Test("RFC 5545 §3.8.2.6: stored busy time counts by its type, and one that is not known is busy")
    func storedPeriods() throws {
        let stored = try calendarObject("""
            DTSTART:20250101T000000Z
            FREEBUSY:20250101T010000Z/PT1H,20250101T020000Z/20250101T030000Z,x
            FREEBUSY;FBTYPE=FREE:20250101T040000Z/PT1H
            FREEBUSY;FBTYPE=busy-tentative:20250101T050000Z/PT1H
            FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20250101T060000Z/PT1H
            FREEBUSY;FBTYPE=X-OTHER:20250101T070000Z/PT1H
            FREEBUSY:20250101T090000Z/20250101T080000Z
            """, kind: "VFREEBUSY")
        #expect(try hours([stored])
            == ["1-3 BUSY", "5-6 BUSY-TENTATIVE", "6-7 BUSY-UNAVAILABLE", "7-8 BUSY"])
    }

    @Test("too many steps and too many periods are an error")
    func limits() throws {
        let often = try calendarObject("DTSTART:20250101T000000Z\nDURATION:PT1S\nRRULE:FREQ=MINUTELY")
        func limit(steps: Int, periods: Int) throws -> CalendarLimitExceeded? {
            var busy = try BusyTime(from: utc("20250101T000000Z"), to: utc("20250104T000000Z"), limit: periods)
            var budget = StepBudget(steps)
            do {
                try busy.add(often, zones: Zones(), floatingIn: FixedOffset.utc, &budget)
                _ = try busy.periods()
                return nil
            } catch {
                return error
            }
        }
        #expect(try limit(steps: 1000, periods: 1_000_000) == .steps)
        #expect(try limit(steps: 1_000_000, periods: 1000) == .instances(1000))
        #expect(try limit(steps: 1_000_000, periods: 100_000) == nil)
        // Instances without a gap are one period, however many.
        var busy = try BusyTime(from: utc("20250101T000000Z"), to: utc("20250104T000000Z"), limit: 10)
        var budget = StepBudget(1_000_000)
        let dense = try calendarObject("DTSTART:20250101T000000Z\nDURATION:PT1M\nRRULE:FREQ=MINUTELY")
        try busy.add(dense, zones: Zones(), floatingIn: FixedOffset.utc, &budget)
        #expect(try busy.periods().count == 1)
    }
}
