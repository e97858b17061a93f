import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

@Suite("Time ranges of components: RFC 4791 §9.9")
struct TimeRangeFilterTests {
    private func overlaps(
        _ lines: String, _ kind: String, _ start: String?, _ end: String?,
        floatingIn zone: any TimeZoneRules = FixedOffset.utc
    ) throws -> Bool {
        try passes(object(lines, kind: kind), component(kind, range(start, end)), floatingIn: zone)
    }

    private func overlaps(
        _ lines: String, _ start: String?, _ end: String?, floatingIn zone: any TimeZoneRules = FixedOffset.utc
    ) throws -> Bool {
        try overlaps(lines, "VEVENT", start, end, floatingIn: zone)
    }

    @Test("Q1: what takes no time is in a range that begins with it, and not in one that ends with it")
    func zeroLength() throws {
        let lines = "DTSTART:20250102T090000Z\nDTEND:20250102T090000Z"
        #expect(try overlaps(lines, "20250102T090000Z", "20250102T100000Z"))
        #expect(try !overlaps(lines, "20250102T080000Z", "20250102T090000Z"))
        #expect(try overlaps("DTSTART:20250102T090000Z\nDURATION:PT0S", "20250102T090000Z", "20250102T090001Z"))
        let hour = "DTSTART:20250102T090000Z\nDTEND:20250102T100000Z"
        #expect(try !overlaps(hour, "20250102T100000Z", "20250102T110000Z"))
        #expect(try !overlaps(hour, "20250102T080000Z", "20250102T090000Z"))
        #expect(try overlaps(hour, "20250102T095959Z", "20250102T110000Z"))
    }

    @Test("Q2: a range may have no start, no end, or neither")
    func openRanges() throws {
        let lines = "DTSTART:20250102T090000Z\nDTEND:20250102T100000Z"
        #expect(try overlaps(lines, nil, "20250102T090001Z"))
        #expect(try !overlaps(lines, nil, "20250102T090000Z"))
        #expect(try overlaps(lines, "20250102T095959Z", nil))
        #expect(try !overlaps(lines, "20250102T100000Z", nil))
        #expect(try overlaps(lines, nil, nil))
        #expect(try overlaps("DTSTART:20250102T090000Z\nRRULE:FREQ=DAILY", "20350101T000000Z", nil))
        #expect(try !overlaps("SUMMARY:no time", nil, nil))
    }

    @Test("a range of no kind of component is met by one of any kind")
    func anyKind() throws {
        func passes(_ lines: String, _ kind: String, _ start: String, _ end: String) throws -> Bool {
            try passesAsWhole(object(lines, kind: kind), component("VCALENDAR", range(start, end)))
        }
        let (start, end) = ("20250102T000000Z", "20250103T000000Z")
        for kind in ["VEVENT", "VTODO", "VJOURNAL"] {
            #expect(try passes("DTSTART:20250102T090000Z", kind, start, end))
            #expect(try !passes("DTSTART:20250102T090000Z", kind, end, "20250104T000000Z"))
        }
        #expect(try passes("DTSTART:20250101T090000Z\nRRULE:FREQ=DAILY", "VEVENT", start, end))
        #expect(try passes("SUMMARY:whenever", "VTODO", start, end))
        #expect(try !passes("SUMMARY:never", "VJOURNAL", start, end))
    }

    @Test("days and floating times are those of whoever looks")
    func floating() throws {
        let day = "DTSTART;VALUE=DATE:20250102"
        let tokyo = FixedOffset(seconds: 9 * 3600)
        #expect(try overlaps(day, "20250101T150000Z", "20250101T150001Z", floatingIn: tokyo))
        #expect(try !overlaps(day, "20250101T150000Z", "20250101T150001Z"))
        #expect(try !overlaps(day, "20250102T150000Z", "20250103T000000Z", floatingIn: tokyo))
        #expect(try overlaps("DTSTART:20250102T090000\nDURATION:PT1H", "20250102T000000Z", "20250102T001000Z",
            floatingIn: tokyo))
    }

    /// The bounds of each row, each by a second to either side.
    @Test("Q5: all eight rows of a VTODO", arguments: [
        // DTSTART and DURATION: (start <= DTSTART+DURATION) AND ((end > DTSTART) OR (end >= DTSTART+DURATION))
        ("DTSTART:20250102T090000Z\nDURATION:PT1H", "20250102T100000Z", "20250103T000000Z", true),
        ("DTSTART:20250102T090000Z\nDURATION:PT1H", "20250102T100001Z", "20250103T000000Z", false),
        ("DTSTART:20250102T090000Z\nDURATION:PT1H", "20250101T000000Z", "20250102T090001Z", true),
        ("DTSTART:20250102T090000Z\nDURATION:PT1H", "20250101T000000Z", "20250102T090000Z", false),
        // DTSTART and DUE: ((start < DUE) OR (start <= DTSTART)) AND ((end > DTSTART) OR (end >= DUE))
        ("DTSTART:20250102T090000Z\nDUE:20250102T100000Z", "20250102T095959Z", "20250103T000000Z", true),
        ("DTSTART:20250102T090000Z\nDUE:20250102T100000Z", "20250102T100000Z", "20250103T000000Z", false),
        ("DTSTART:20250102T090000Z\nDUE:20250102T090000Z", "20250102T090000Z", "20250103T000000Z", true),
        ("DTSTART:20250102T090000Z\nDUE:20250102T090000Z", "20250101T000000Z", "20250102T090000Z", true),
        ("DTSTART:20250102T090000Z\nDUE:20250102T100000Z", "20250101T000000Z", "20250102T090000Z", false),
        // DTSTART: (start <= DTSTART) AND (end > DTSTART)
        ("DTSTART:20250102T090000Z", "20250102T090000Z", "20250103T000000Z", true),
        ("DTSTART:20250102T090000Z", "20250102T090001Z", "20250103T000000Z", false),
        ("DTSTART:20250102T090000Z", "20250101T000000Z", "20250102T090000Z", false),
        // DUE: (start < DUE) AND (end >= DUE)
        ("DUE:20250102T090000Z", "20250102T085959Z", "20250103T000000Z", true),
        ("DUE:20250102T090000Z", "20250102T090000Z", "20250103T000000Z", false),
        ("DUE:20250102T090000Z", "20250101T000000Z", "20250102T090000Z", true),
        ("DUE:20250102T090000Z", "20250101T000000Z", "20250102T085959Z", false),
        // COMPLETED and CREATED
        ("COMPLETED:20250110T000000Z\nCREATED:20250102T000000Z", "20250105T000000Z", "20250106T000000Z", true),
        ("COMPLETED:20250110T000000Z\nCREATED:20250102T000000Z", "20250110T000000Z", "20250111T000000Z", true),
        ("COMPLETED:20250110T000000Z\nCREATED:20250102T000000Z", "20250110T000001Z", "20250111T000000Z", false),
        ("COMPLETED:20250110T000000Z\nCREATED:20250102T000000Z", "20250101T000000Z", "20250102T000000Z", true),
        ("COMPLETED:20250110T000000Z\nCREATED:20250102T000000Z", "20250101T000000Z", "20250101T235959Z", false),
        // COMPLETED: (start <= COMPLETED) AND (end >= COMPLETED)
        ("COMPLETED:20250110T000000Z", "20250110T000000Z", "20250111T000000Z", true),
        ("COMPLETED:20250110T000000Z", "20250109T000000Z", "20250110T000000Z", true),
        ("COMPLETED:20250110T000000Z", "20250110T000001Z", "20250111T000000Z", false),
        ("COMPLETED:20250110T000000Z", "20250109T000000Z", "20250109T235959Z", false),
        // CREATED: (end > CREATED)
        ("CREATED:20250102T000000Z", "20400101T000000Z", "20400102T000000Z", true),
        ("CREATED:20250102T000000Z", "20250101T000000Z", "20250102T000000Z", false),
        // None: TRUE
        ("SUMMARY:some day", "19700101T000000Z", "19700102T000000Z", true),
    ])
    func tasks(lines: String, start: String, end: String, expected: Bool) throws {
        #expect(try overlaps(lines, "VTODO", start, end) == expected)
    }

    @Test("Q6: a VJOURNAL is its time, or its day; without DTSTART it is never")
    func journals() throws {
        #expect(try overlaps("DTSTART:20250102T090000Z", "VJOURNAL", "20250102T090000Z", "20250102T090001Z"))
        #expect(try !overlaps("DTSTART:20250102T090000Z", "VJOURNAL", "20250102T090001Z", "20250103T090000Z"))
        #expect(try overlaps("DTSTART;VALUE=DATE:20250102", "VJOURNAL", "20250102T230000Z", "20250103T090000Z"))
        #expect(try !overlaps("DTSTART;VALUE=DATE:20250102", "VJOURNAL", "20250103T000000Z", "20250104T000000Z"))
        #expect(try !overlaps("SUMMARY:no day", "VJOURNAL", nil, nil))
    }

    @Test("Q7: a VFREEBUSY is by its own times, then by its periods, else never")
    func freeBusy() throws {
        let own = "DTSTART:20250102T000000Z\nDTEND:20250103T000000Z\nFREEBUSY:20250301T000000Z/PT1H"
        // (start <= DTEND) AND (end > DTSTART)
        #expect(try overlaps(own, "VFREEBUSY", "20250103T000000Z", "20250104T000000Z"))
        #expect(try !overlaps(own, "VFREEBUSY", "20250103T000001Z", "20250104T000000Z"))
        #expect(try !overlaps(own, "VFREEBUSY", "20250101T000000Z", "20250102T000000Z"))
        #expect(try !overlaps(own, "VFREEBUSY", "20250301T000000Z", "20250302T000000Z"))
        let periods = "FREEBUSY:20250101T000000Z/PT1H,20250105T000000Z/20250105T010000Z"
        #expect(try overlaps(periods, "VFREEBUSY", "20250105T005959Z", "20250106T000000Z"))
        #expect(try !overlaps(periods, "VFREEBUSY", "20250105T010000Z", "20250106T000000Z"))
        #expect(try !overlaps(periods, "VFREEBUSY", "20250101T010000Z", "20250105T000000Z"))
        #expect(try !overlaps("DTSTART:20250102T000000Z", "VFREEBUSY", nil, nil))
    }

    @Test("a VAVAILABILITY without a start or an end is open, and an AVAILABLE recurs")
    func availability() throws {
        #expect(try overlaps("SUMMARY:always", "VAVAILABILITY", "19700101T000000Z", "19700102T000000Z"))
        #expect(try overlaps("DTSTART:20250101T000000Z", "VAVAILABILITY", "20990101T000000Z", "20990102T000000Z"))
        #expect(try !overlaps("DTSTART:20250101T000000Z", "VAVAILABILITY", "20240101T000000Z", "20250101T000000Z"))
        #expect(try !overlaps("DTEND:20250101T000000Z", "VAVAILABILITY", "20250101T000000Z", "20260101T000000Z"))
        let weekly = """
            BEGIN:AVAILABLE
            UID:a
            DTSTART:20250106T090000Z
            DTEND:20250106T170000Z
            RRULE:FREQ=WEEKLY
            END:AVAILABLE
            """
        let mondays = try component("AVAILABLE", range("20250203T100000Z", "20250203T110000Z"))
        let tuesdays = try component("AVAILABLE", range("20250204T100000Z", "20250204T110000Z"))
        #expect(try passes(object(weekly, kind: "VAVAILABILITY"), component("VAVAILABILITY", nil, [.component(mondays)])))
        #expect(try !passes(object(weekly, kind: "VAVAILABILITY"), component("VAVAILABILITY", nil, [.component(tuesdays)])))
    }

    @Test("what has no rule overlaps nothing")
    func noRule() throws {
        #expect(try !passes(calendar(zone("X") + event()), component("VTIMEZONE", range(nil, nil))))
    }

    @Test("Q9: a property's time is in the range", arguments: [
        ("DTSTAMP", "20250101T000000Z", true), ("COMPLETED", "20250101T000000Z", true), ("CREATED", "20250101T235959Z", true),
        ("LAST-MODIFIED", "20241231T235959Z", false), ("DUE", "20250102T000000Z", false), ("DTSTART", "20250101T120000Z", true),
    ])
    func propertyTimes(name: String, value: String, expected: Bool) throws {
        let day = try range("20250101T000000Z", "20250102T000000Z")
        let filter = component("VTODO", nil, [property(name, timeRange: day)])
        #expect(try passes(object("\(name):\(value)", kind: "VTODO"), filter) == expected)
        #expect(try !passes(object("SUMMARY:without", kind: "VTODO"), filter))
    }

    @Test("Q9: the end that a DURATION gives stands for DTEND and DUE")
    func effectiveEnds() throws {
        let lines = "DTSTART;TZID=Europe/Berlin:20250329T120000\nDURATION:P1D"
        // A day that has 23 hours.
        let exact = try range("20250330T100000Z", "20250330T100001Z")
        #expect(try passes(object(lines), component("VEVENT", nil, [property("DTEND", timeRange: exact)])))
        #expect(try passes(object(lines, kind: "VTODO"), component("VTODO", nil, [property("DUE", timeRange: exact)])))
        #expect(try !passes(object(lines), component("VEVENT", nil, [property("DUE", timeRange: exact)])))
    }

    @Test("an endless walk ends with the budget")
    func budget() throws {
        let lines = "DTSTART:20250102T090000Z\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"
        #expect(throws: StepBudget.Exhausted.self) {
            try passes(object(lines), component("VEVENT", range("20300101T000000Z", nil)), steps: 1)
        }
    }
}
