import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

/// Montreal and Denver as they stand in October and November of 2011, up to the change of 6 November.
private struct Autumn2011: ZoneResolving {
    func rules(for zoneID: String) -> any TimeZoneRules {
        switch zoneID {
        case "America/Montreal": Shifted(before: -4 * 3600)
        case "America/Denver": Shifted(before: -6 * 3600)
        default: FixedOffset.utc
        }
    }

    private struct Shifted: TimeZoneRules {
        let before: Int

        func offset(at instant: Instant) -> Int {
            instant.seconds < Int64(Self.change - before) ? before : before - 3600
        }

        func instant(of time: CivilDateTime) -> Instant {
            let offset = time.wallSeconds < Int64(Self.change) ? before : before - 3600
            return Instant(seconds: time.wallSeconds - Int64(offset))
        }

        /// 2011-11-06T02:00:00 on the wall.
        private static let change = CivilDate.dayNumber(year: 2011, month: 11, day: 6) * 86_400 + 7200
    }
}

@Suite("Availability: RFC 7953, row F7 of the corpus")
struct AvailabilityTests {
    /// Two hours a letter, as the tables of RFC 7953 §5.1 have it, for a day in Montreal.
    private func slots(_ source: String, on day: String, only kinds: [CalendarComponentKind] = []) throws -> String {
        let midnight = Autumn2011().rules(for: "America/Montreal").instant(of: try time(day + "T000000").wall)
        let end = Instant(seconds: midnight.seconds + 86_400)
        var busy = BusyTime(from: midnight, to: end)
        var budget = StepBudget(10_000)
        for object in try split(RFCExamples.bytes(source)).objects where kinds.isEmpty || kinds.contains(object.kind) {
            try busy.add(
                ICalendarTests.calendarObject(object.bytes), zones: Autumn2011(), floatingIn: FixedOffset.utc, &budget)
        }
        let periods = try busy.periods()
        return (0..<12).map { slot in
            let start = midnight.seconds + Int64(slot) * 7200
            let found = periods.filter { $0.start.seconds <= start && $0.end.seconds >= start + 7200 }
            if found.contains(where: { $0.kind == .busy }) { return "B" }
            if found.contains(where: { $0.kind == .unavailable }) { return "U" }
            return found.isEmpty ? "F" : "T"
        }.joined()
    }

    // RFC 7953's examples: its appendices have the meetings on Sunday, 6 November, where its tables have them on a
    // Monday and on 24 October. Here the meetings are where the tables have them.

    private func appendixA(meeting: String) -> String {
        """
        BEGIN:VCALENDAR
        CALSCALE:GREGORIAN
        PRODID:-//example.com//iCalendar 2.0//EN
        VERSION:2.0
        BEGIN:VEVENT
        DTSTAMP:20111113T044111Z
        DTSTART;TZID=America/Montreal:\(meeting)T120000
        DURATION:PT2H
        SUMMARY:Meeting
        UID:768CB0C2-8642-43F7-A6C4-F8BB04B829B4
        END:VEVENT
        BEGIN:VAVAILABILITY
        UID:452DFCA7-3203-4A3D-9A9A-99753A383B41
        DTSTAMP:20111005T133225Z
        DTSTART;TZID=America/Montreal:20111002T000000
        BEGIN:AVAILABLE
        UID:466D5C68-5C4A-4078-AF5D-9C55EA9145D7
        SUMMARY:Monday to Friday from 8:00 to 18:00
        DTSTART;TZID=America/Montreal:20111002T080000
        DTEND;TZID=America/Montreal:20111002T180000
        RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
        END:AVAILABLE
        END:VAVAILABILITY
        END:VCALENDAR
        """
    }

    private func appendixB(meeting: String) -> String {
        """
        BEGIN:VCALENDAR
        CALSCALE:GREGORIAN
        PRODID:-//example.com//iCalendar 2.0//EN
        VERSION:2.0
        BEGIN:VEVENT
        DTSTAMP:20111113T044111Z
        DTSTART;TZID=America/Denver:\(meeting)T120000
        DURATION:PT2H
        SUMMARY:Lunch meeting in Denver
        UID:2346C09A-42BF-439E-916C-FC83AF869171
        END:VEVENT
        BEGIN:VAVAILABILITY
        ORGANIZER:mailto:bernard@example.com
        UID:627A87FA-E5F1-43C0-B3B1-567DA10F2A83
        DTSTAMP:20111005T133225Z
        DTSTART;TZID=America/Montreal:20111002T000000
        BEGIN:AVAILABLE
        UID:A833E850-892B-43F6-98B6-C15A6BFC5D27
        SUMMARY:Monday to Friday from 9:00 to 17:00
        DTSTART;TZID=America/Montreal:20111002T080000
        DTEND;TZID=America/Montreal:20111002T180000
        RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
        LOCATION:Montreal
        END:AVAILABLE
        END:VAVAILABILITY
        BEGIN:VAVAILABILITY
        ORGANIZER:mailto:bernard@example.com
        UID:F01411E3-38B8-4490-8A1F-0CCEC57A0943
        DTSTAMP:20111005T133225Z
        DTSTART;TZID=America/Denver:20111023T000000
        DTEND;TZID=America/Denver:20111030T000000
        PRIORITY:1
        BEGIN:AVAILABLE
        UID:A35AA091-3846-48ED-96F6-881E8A0D0A93
        SUMMARY:Monday to Friday from 9:00 to 17:00
        DTSTART;TZID=America/Denver:20111023T080000
        DTEND;TZID=America/Denver:20111023T180000
        RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
        LOCATION:Denver
        END:AVAILABLE
        END:VAVAILABILITY
        END:VCALENDAR
        """
    }

    @Test("RFC 7953 §5.1.1: the hours of one VAVAILABILITY, and a meeting in them")
    func simple() throws {
        let source = appendixA(meeting: "20111107")
        #expect(try slots(source, on: "20111107", only: [.vavailability]) == "UUUUFFFFFUUU")
        #expect(try slots(source, on: "20111107") == "UUUUFFBFFUUU")
        // DTSTART is an instance, and the zone has changed its clocks in the night.
        #expect(try slots(source, on: "20111108") == "UUUUFFFFFUUU")
        #expect(try slots(source, on: "20111105") == "UUUUUUUUUUUU")
        #expect(try slots(source, on: "20111001") == "FFFFFFFFFFFF")
    }

    @Test("RFC 7953 §5.1.2: a VAVAILABILITY of a higher priority is instead of the one below")
    func priorities() throws {
        let source = appendixB(meeting: "20111024")
        #expect(try slots(source, on: "20111024") == "UUUUUFFBFFUU")
        #expect(try slots(source, on: "20111017") == "UUUUFFFFFUUU")
        // The week in Denver ends at its midnight, two hours after Montreal's.
        #expect(try slots(source, on: "20111031") == "UUUUFFFFFUUU")
    }

    /// The busy time of 1 January 2025, as `9-10 BUSY`, of VAVAILABILITYs by their lines, and of events at hours.
    private func day(_ blocks: [String], eventsAt events: [Int] = []) throws -> [String] {
        let hours = try blocks.map { block in
            try calendarObject(calendar(["BEGIN:VAVAILABILITY", "UID:1"] + block.split(separator: "\n").map(String.init)
                + ["END:VAVAILABILITY"]))
        }
        return try ICalendarTests.hours(hours + events.map { try hour($0) })
    }

    private func available(_ start: Int, _ end: Int, _ lines: String...) -> String {
        let texts = [start, end].map { "20250101T\($0 < 10 ? "0" : "")\($0)0000Z" }
        return (["BEGIN:AVAILABLE", "UID:2", "DTSTART:\(texts[0])", "DTEND:\(texts[1])"] + lines + ["END:AVAILABLE"])
            .joined(separator: "\n")
    }

    private let bounds = "DTSTART:20250101T080000Z\nDTEND:20250101T180000Z\n"

    @Test("F7: outside of the hours it is what BUSYTYPE says, by default BUSY-UNAVAILABLE", arguments: [
        ("", "BUSY-UNAVAILABLE"), ("BUSYTYPE:BUSY\n", "BUSY"), ("BUSYTYPE:busy-tentative\n", "BUSY-TENTATIVE"),
        ("BUSYTYPE:X-OTHER\n", "BUSY"), ("BUSYTYPE:FREE\n", "BUSY-UNAVAILABLE"),
    ])
    func types(line: String, kind: String) throws {
        #expect(try day([bounds + line + available(10, 12)]) == ["8-10 \(kind)", "12-18 \(kind)"])
    }

    @Test("F7: without DTSTART it has always been so, without an end it will always be so; a DURATION is an end")
    func openBounds() throws {
        #expect(try day(["DTEND:20250101T090000Z"]) == ["0-9 BUSY-UNAVAILABLE"])
        #expect(try day(["DTSTART:20250101T080000Z\nDURATION:PT2H"]) == ["8-10 BUSY-UNAVAILABLE"])
        #expect(try day(["DTSTART:20250101T080000Z\n" + available(0, 12), ""]).first == "0-8 BUSY-UNAVAILABLE")
        #expect(try day(["DTSTART:20250101T080000Z\nDTEND:20250101T070000Z"]).isEmpty)
        #expect(try day(["DTSTART:20260101T080000Z"]).isEmpty)
    }

    @Test("F7: hours outside of the VAVAILABILITY do not count, and events are laid over all")
    func overlay() throws {
        #expect(try day([bounds + available(6, 10)], eventsAt: [7, 9, 12])
            == ["7-8 BUSY", "9-10 BUSY", "10-18 BUSY-UNAVAILABLE", "12-13 BUSY"])
    }

    @Test("F7: 1 counts most, then to 9, then 0, and what is not said")
    func priorityOrder() throws {
        func layer(_ priority: String, _ type: String) -> String {
            bounds + "PRIORITY:\(priority)\nBUSYTYPE:\(type)\n"
        }
        #expect(try day([layer("1", "BUSY"), layer("9", "BUSY-TENTATIVE")]) == ["8-18 BUSY"])
        #expect(try day([layer("0", "BUSY"), layer("9", "BUSY-TENTATIVE")]) == ["8-18 BUSY-TENTATIVE"])
        #expect(try day([layer("10", "BUSY"), layer("9", "BUSY-TENTATIVE")]) == ["8-18 BUSY-TENTATIVE"])
        #expect(try day([bounds + "BUSYTYPE:BUSY", layer("5", "BUSY-TENTATIVE")]) == ["8-18 BUSY-TENTATIVE"])
        // What the higher one says of its time is all that is said of it.
        let noon = "DTSTART:20250101T100000Z\nDTEND:20250101T140000Z\nPRIORITY:1\n" + available(11, 12)
        #expect(try day([bounds + available(8, 16), noon])
            == ["10-11 BUSY-UNAVAILABLE", "12-14 BUSY-UNAVAILABLE", "16-18 BUSY-UNAVAILABLE"])
    }

    @Test("RFC 7953 §4: of one priority BUSY is before BUSY-UNAVAILABLE before BUSY-TENTATIVE, and free time adds up")
    func samePriority() throws {
        let later = "DTSTART:20250101T120000Z\nDTEND:20250101T200000Z\n"
        #expect(try day([bounds + "BUSYTYPE:BUSY-TENTATIVE", later])
            == ["8-12 BUSY-TENTATIVE", "12-20 BUSY-UNAVAILABLE"])
        #expect(try day([bounds, later + "BUSYTYPE:BUSY"]) == ["8-12 BUSY-UNAVAILABLE", "12-20 BUSY"])
        #expect(try day([bounds + available(9, 13), later + available(15, 16)])
            == ["8-9 BUSY-UNAVAILABLE", "13-15 BUSY-UNAVAILABLE", "16-20 BUSY-UNAVAILABLE"])
    }

    @Test("F7: hours recur and are overridden as events are")
    func recurrence() throws {
        let weekly = """
            BEGIN:AVAILABLE
            UID:2
            DTSTART:20241231T090000Z
            DURATION:PT3H
            RRULE:FREQ=DAILY
            END:AVAILABLE
            BEGIN:AVAILABLE
            UID:2
            RECURRENCE-ID:20250101T090000Z
            DTSTART:20250101T140000Z
            DURATION:PT1H
            END:AVAILABLE
            """
        #expect(try day([bounds + weekly]) == ["8-14 BUSY-UNAVAILABLE", "15-18 BUSY-UNAVAILABLE"])
    }

    @Test("hours that are given besides the objects count as theirs do")
    func property() throws {
        let document = try CalendarDocument.parse(calendar(["BEGIN:VAVAILABILITY", "UID:1", "DTEND:20250101T090000Z",
            "END:VAVAILABILITY"]))
        let component = try #require(document.calendars.first { _ in true }?.children.first { _ in true })
        let hours = Availability(component, zones: Zones())
        #expect(hours.priority == 0 && hours.kind == .unavailable)
        var busy = try BusyTime(from: utc("20250101T000000Z"), to: utc("20250102T000000Z"))
        var budget = StepBudget(100)
        try busy.add(hours, floatingIn: FixedOffset.utc, &budget)
        #expect(try busy.periods().map(text) == ["20250101T000000Z/20250101T090000Z BUSY-UNAVAILABLE"])
        var none = StepBudget(0)
        #expect(throws: CalendarLimitExceeded.steps) { try busy.add(hours, floatingIn: FixedOffset.utc, &none) }
    }
}
