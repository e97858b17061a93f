import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

@Suite("Expansion: RFC 4791 §9.6.5, row R19 of the corpus")
struct ExpansionTests {
    private func expanded(
        _ lines: String, kind: String = "VEVENT", _ start: String, _ end: String,
        floatingIn zone: any TimeZoneRules = FixedOffset.utc
    ) throws -> [[String]] {
        let object = try calendarObject(lines, kind: kind)
        return try blocks(CalendarDataSelection.expanding(start, end).applied(to: object, floatingIn: zone), kind: kind)
    }

    @Test("RFC 4791 §7.8.3, with the Z that its times should have")
    func example() throws {
        let asked = try CalendarDataSelection.expanding("20060103T000000Z", "20060105T000000Z")
        let made = try asked.applied(to: rfcObject(CalDAVExamples.abcd2))
        #expect(made == text(RFCExamples.bytes(CalDAVExamples.calendar("""
            BEGIN:VEVENT
            DTSTAMP:20060206T001121Z
            DTSTART:20060103T170000Z
            RECURRENCE-ID:20060103T170000Z
            DURATION:PT1H
            SUMMARY:Event #2
            UID:00959BC664CA650E933C892C@example.com
            END:VEVENT
            BEGIN:VEVENT
            DTSTAMP:20060206T001121Z
            DTSTART:20060104T190000Z
            DURATION:PT1H
            RECURRENCE-ID:20060104T170000Z
            SUMMARY:Event #2 bis
            UID:00959BC664CA650E933C892C@example.com
            END:VEVENT
            """))))
    }

    @Test("R19: no rule, no date list and no zone is left, and the first instance has a RECURRENCE-ID too")
    func rules() throws {
        let object = try calendarObject("""
            DTSTART;TZID=Europe/Berlin;X-A=b:20250329T090000
            DTEND;TZID=Europe/Berlin:20250329T100000
            RRULE:FREQ=DAILY;COUNT=4
            EXRULE:FREQ=WEEKLY;BYDAY=TU
            RDATE;TZID=Europe/Berlin:20250405T120000
            EXDATE;TZID=Europe/Berlin:20250331T090000
            SUMMARY:a
            """, zones: ["Europe/Berlin"])
        let made = try CalendarDataSelection.expanding("20250329T000000Z", "20250501T000000Z").applied(to: object)
        #expect(blocks(made) == [
            ["DTSTART;X-A=b:20250329T080000Z", "RECURRENCE-ID:20250329T080000Z", "DTEND:20250329T090000Z", "SUMMARY:a"],
            ["DTSTART;X-A=b:20250330T070000Z", "RECURRENCE-ID:20250330T070000Z", "DTEND:20250330T080000Z", "SUMMARY:a"],
            ["DTSTART;X-A=b:20250405T100000Z", "RECURRENCE-ID:20250405T100000Z", "DTEND:20250405T110000Z", "SUMMARY:a"],
        ])
        #expect(!made.contains("VTIMEZONE") && !made.contains("TZID"))
        #expect(made.hasPrefix("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:"))
    }

    @Test("R19: floating times stay floating, days stay days")
    func floating() throws {
        #expect(try expanded(
            "DTSTART:20250701T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY", "20250702T070000Z", "20250702T080000Z",
            floatingIn: Berlin()) == [["DTSTART:20250702T090000", "RECURRENCE-ID:20250702T090000", "DURATION:PT1H"]])
        #expect(try expanded(
            "DTSTART;VALUE=DATE:20250701\nDTEND;VALUE=DATE:20250703\nRRULE:FREQ=WEEKLY", "20250709T213000Z",
            "20250709T220000Z", floatingIn: Berlin()) == [[
                "DTSTART;VALUE=DATE:20250708", "RECURRENCE-ID;VALUE=DATE:20250708", "DTEND;VALUE=DATE:20250710",
            ]])
        #expect(try expanded(
            "DTSTART;VALUE=DATE:20250701\nRRULE:FREQ=WEEKLY", "20250708T213000Z", "20250709T000000Z",
            floatingIn: Berlin()) == [["DTSTART;VALUE=DATE:20250708", "RECURRENCE-ID;VALUE=DATE:20250708"]])
    }

    @Test("T3: a duration of days is what it is on that day, one of hours stays as it stands")
    func durations() throws {
        let daily = "DTSTART;TZID=Europe/Berlin:20250328T120000\nRRULE:FREQ=DAILY;COUNT=3\n"
        #expect(try expanded(daily + "DURATION:P1D", "20250328T000000Z", "20250401T000000Z").map(\.last)
            == ["DURATION:P1D", "DURATION:PT23H", "DURATION:P1D"])
        #expect(try expanded(daily + "DURATION;X-A=1:PT24H", "20250328T000000Z", "20250401T000000Z").map(\.last)
            == ["DURATION;X-A=1:PT24H", "DURATION;X-A=1:PT24H", "DURATION;X-A=1:PT24H"])
    }

    @Test("RDATEs that are periods have their own end, however the others say how long they last")
    func periods() throws {
        let dates = "\nRDATE;VALUE=PERIOD:20250102T080000Z/PT3H"
        let range = ("20250102T000000Z", "20250103T000000Z")
        let start = ["DTSTART:20250102T080000Z", "RECURRENCE-ID:20250102T080000Z"]
        #expect(try expanded("DTSTART:20250101T080000Z\nDTEND:20250101T090000Z" + dates, range.0, range.1)
            == [start + ["DTEND:20250102T110000Z"]])
        #expect(try expanded("DTSTART:20250101T080000Z\nDURATION:PT1H" + dates, range.0, range.1)
            == [start + ["DURATION:PT3H"]])
        #expect(try expanded("DTSTART:20250101T080000Z" + dates, range.0, range.1)
            == [start + ["DTEND:20250102T110000Z"]])
    }

    @Test("what does not recur is an instance without RECURRENCE-ID, in UTC, if it is in the range")
    func single() throws {
        let lines = "DTSTART;TZID=Europe/Berlin:20250701T090000\nDTEND;TZID=Tokyo:20250701T170000\nSUMMARY:a"
        let object = try calendarObject(lines, zones: ["Tokyo"])
        let asked = try CalendarDataSelection.expanding("20250701T000000Z", "20250702T000000Z")
        #expect(try blocks(asked.applied(to: object))
            == [["DTSTART:20250701T070000Z", "DTEND:20250701T140000Z", "SUMMARY:a"]])
        let other = try CalendarDataSelection.expanding("20250702T000000Z", "20250703T000000Z").applied(to: object)
        #expect(blocks(other).isEmpty && other.hasSuffix("PRODID:-//Tegu//Tegu//EN\r\nEND:VCALENDAR\r\n"))
        #expect(try expanded("DTSTART:20250701T090000Z", "20250701T000000Z", "20250702T000000Z")
            == [["DTSTART:20250701T090000Z"]])
    }

    @Test("overrides have their own time, and their RECURRENCE-ID in UTC, whatever the form of it")
    func overrides() throws {
        let made = try expanded("""
            DTSTART;TZID=Europe/Berlin:20250101T090000
            RRULE:FREQ=DAILY;COUNT=4

            RECURRENCE-ID;TZID=Tokyo;X-A=b:20250102T170000
            DTSTART;VALUE=DATE:20250102

            RECURRENCE-ID;VALUE=DATE:20250103
            DTSTART:20250103T120000

            RECURRENCE-ID:20250104T080000Z
            SUMMARY:same time
            """, "20250102T000000Z", "20250105T000000Z")
        #expect(made == [
            ["RECURRENCE-ID;X-A=b:20250102T080000Z", "DTSTART;VALUE=DATE:20250102"],
            ["RECURRENCE-ID:20250103T080000Z", "DTSTART:20250103T120000"],
            ["DTSTART:20250104T080000Z", "RECURRENCE-ID:20250104T080000Z", "SUMMARY:same time"],
        ])
    }

    @Test("an override without a master is what it is")
    func orphan() throws {
        #expect(try expanded(
            "RECURRENCE-ID;TZID=Europe/Berlin:20250102T090000\nDTSTART;TZID=Europe/Berlin:20250102T100000",
            "20250102T000000Z", "20250103T000000Z")
            == [["RECURRENCE-ID:20250102T080000Z", "DTSTART:20250102T090000Z"]])
    }

    @Test("instances after a RANGE=THISANDFUTURE are shifted, and have no RANGE")
    func thisAndFuture() throws {
        #expect(try expanded("""
            DTSTART:20250101T090000Z
            DURATION:PT1H
            RRULE:FREQ=DAILY;COUNT=5
            SUMMARY:old

            RECURRENCE-ID;RANGE=THISANDFUTURE:20250103T090000Z
            DTSTART:20250103T110000Z
            DURATION:PT2H
            SUMMARY:new
            """, "20250102T000000Z", "20250105T000000Z") == [
                ["DTSTART:20250102T090000Z", "RECURRENCE-ID:20250102T090000Z", "DURATION:PT1H", "SUMMARY:old"],
                ["RECURRENCE-ID:20250103T090000Z", "DTSTART:20250103T110000Z", "DURATION:PT2H", "SUMMARY:new"],
                ["RECURRENCE-ID:20250104T090000Z", "DTSTART:20250104T110000Z", "DURATION:PT2H", "SUMMARY:new"],
            ])
    }

    @Test("tasks are at their due time, or between two times; notes have no end")
    func tasks() throws {
        let week = ("20250106T000000Z", "20250110T000000Z")
        #expect(try expanded(
            "DUE;TZID=Europe/Berlin:20250101T100000\nRRULE:FREQ=WEEKLY", kind: "VTODO", week.0, week.1)
            == [["DUE:20250108T090000Z", "RECURRENCE-ID:20250108T090000Z"]])
        #expect(try expanded(
            "DUE:20250101T100000Z\nDTSTART:20250101T090000Z\nRRULE:FREQ=WEEKLY", kind: "VTODO", week.0, week.1)
            == [["DUE:20250108T100000Z", "DTSTART:20250108T090000Z", "RECURRENCE-ID:20250108T090000Z"]])
        #expect(try expanded("DTSTART;VALUE=DATE:20250101\nRRULE:FREQ=WEEKLY", kind: "VJOURNAL", week.0, week.1)
            == [["DTSTART;VALUE=DATE:20250108", "RECURRENCE-ID;VALUE=DATE:20250108"]])
        #expect(try expanded("RRULE:FREQ=DAILY\nSUMMARY:some time", kind: "VTODO", week.0, week.1)
            == [["SUMMARY:some time"]])
    }

    @Test("all other times with a zone are in UTC too, also those of alarms, which are kept")
    func otherTimes() throws {
        let made = try expanded("""
            DTSTART;TZID=Europe/Berlin:20250101T090000
            RRULE:FREQ=DAILY
            X-DATES;TZID=Tokyo;VALUE=DATE-TIME:20250101T090000,20250102T090000
            X-PERIOD;TZID=Tokyo:20250101T090000/PT1H,20250101T090000/20250101T100000
            X-TEXT;TZID=Tokyo:some\\, text
            BEGIN:VALARM
            TRIGGER;VALUE=DATE-TIME;TZID=Europe/Berlin:20250101T080000
            END:VALARM
            """, "20250102T000000Z", "20250103T000000Z")
        #expect(made == [[
            "DTSTART:20250102T080000Z", "RECURRENCE-ID:20250102T080000Z",
            "X-DATES;VALUE=DATE-TIME:20250101T000000Z,20250102T000000Z",
            "X-PERIOD:20250101T000000Z/PT1H,20250101T000000Z/20250101T010000Z", "X-TEXT:some\\, text",
            "BEGIN:VALARM", "TRIGGER;VALUE=DATE-TIME:20250101T070000Z",
            "END:VALARM",
        ]])
    }

    @Test("then partial retrieval takes its part, also of what was made")
    func partial() throws {
        var asked = try CalendarDataSelection.expanding("20250102T000000Z", "20250104T000000Z")
        func select(_ names: [String]) {
            asked.component = ComponentSelection(
                name: "VCALENDAR", properties: [], components: [ComponentSelection(
                    name: "VEVENT", properties: names.map { ComponentSelection.Property(name: $0) }, components: [])])
        }
        let lines = "DTSTART;TZID=Europe/Berlin:20250101T090000\nRRULE:FREQ=DAILY\nSUMMARY:a"
        let object = try calendarObject(lines, zones: ["Europe/Berlin"])
        select(["RECURRENCE-ID", "RRULE"])
        #expect(try blocks(asked.applied(to: object))
            == [["RECURRENCE-ID:20250102T080000Z"], ["RECURRENCE-ID:20250103T080000Z"]])
        select(["SUMMARY"])
        #expect(try blocks(asked.applied(to: object)) == [["SUMMARY:a"], ["SUMMARY:a"]])
    }

    @Test("an end before the start is none, and both kinds of end are one")
    func ends() throws {
        let day = ("20250101T000000Z", "20250102T000000Z")
        #expect(try expanded("DTSTART:20250101T090000Z\nDTEND:20250101T080000Z", day.0, day.1)
            == [["DTSTART:20250101T090000Z", "DTEND:20250101T090000Z"]])
        #expect(try expanded(
            "DTSTART:20250101T090000Z\nDURATION:PT5H\nDTEND:20250101T100000Z", day.0, day.1)
            == [["DTSTART:20250101T090000Z", "DTEND:20250101T100000Z"]])
    }

    @Test("R13, R14: too many instances, bytes or steps are an error, never a part of the answer")
    func limits() throws {
        let daily = try calendarObject("DTSTART:19900101T090000Z\nRRULE:FREQ=DAILY\nSUMMARY:a")
        let asked = try CalendarDataSelection.expanding("20250101T000000Z", "20250201T000000Z")
        #expect(asked.limit(on: daily) == nil)
        #expect(asked.limit(on: daily, limits: .init(instances: 31)) == nil)
        #expect(asked.limit(on: daily, limits: .init(instances: 30)) == .instances(30))
        #expect(asked.limit(on: daily, limits: .init(byteCount: 1000)) == .byteCount(1000))
        #expect(asked.limit(on: daily, steps: 50) == .steps)
        let endless = try calendarObject("DTSTART:20250101T000000Z\nRRULE:FREQ=SECONDLY")
        #expect(asked.limit(on: endless) == .instances(10_000))
    }

    @Test("components that are no events, tasks or notes are given as they are, with their zones")
    func others() throws {
        let stored = calendar(zone("Z") + ["BEGIN:VAVAILABILITY", "UID:1", "BEGIN:AVAILABLE", "UID:2",
            "DTSTART;TZID=Z:20250101T090000", "RRULE:FREQ=DAILY", "END:AVAILABLE", "END:VAVAILABILITY"])
        let asked = try CalendarDataSelection.expanding("20250101T000000Z", "20250201T000000Z")
        #expect(try asked.applied(to: calendarObject(stored)) == text(stored))
    }
}
