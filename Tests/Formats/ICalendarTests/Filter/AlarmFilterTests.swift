import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

@Suite("Q8: time ranges of alarms: RFC 4791 §9.9, VALARM")
struct AlarmFilterTests {
    /// Whether the alarm goes off at that second, and not at those before and after.
    private func goesOff(
        _ lines: String, _ alarm: String, at time: String, kind: String = "VEVENT",
        floatingIn zone: any TimeZoneRules = FixedOffset.utc
    ) throws -> Bool {
        let bytes = object("\(lines)\nBEGIN:VALARM\n\(alarm)\nEND:VALARM", kind: kind)
        let second = try instant(time).seconds
        let hits = try [-1, 0, 1].map { offset in
            let range = InstantRange(
                start: Instant(seconds: second + Int64(offset)), end: Instant(seconds: second + Int64(offset) + 1))
            return try passes(bytes, component(kind, nil, [.component(component("VALARM", range))]), floatingIn: zone)
        }
        return hits == [false, true, false]
    }

    @Test("a trigger is before or after the start or the end", arguments: [
        ("TRIGGER:-PT15M", "20250102T084500Z"), ("TRIGGER;RELATED=START:PT5M", "20250102T090500Z"),
        ("TRIGGER;RELATED=END:-PT5M", "20250102T095500Z"), ("TRIGGER;RELATED=END:P1D", "20250103T100000Z"),
        ("TRIGGER;VALUE=DATE-TIME:20241224T180000Z", "20241224T180000Z"), ("TRIGGER:20241224T180000Z", "20241224T180000Z"),
    ])
    func triggers(alarm: String, time: String) throws {
        #expect(try goesOff("DTSTART:20250102T090000Z\nDTEND:20250102T100000Z", alarm, at: time))
    }

    @Test("an alarm goes off again after each DURATION, as often as REPEAT says", arguments: [
        ("20250102T084500Z", true), ("20250102T085000Z", true), ("20250102T090000Z", true), ("20250102T090500Z", false),
        ("20250102T084700Z", false),
    ])
    func repetitions(time: String, expected: Bool) throws {
        let alarm = "TRIGGER:-PT15M\nREPEAT:3\nDURATION:PT5M"
        #expect(try goesOff("DTSTART:20250102T090000Z", alarm, at: time) == expected)
    }

    @Test("a REPEAT beyond all measure ends")
    func hugeRepetition() throws {
        let alarm = "TRIGGER:-PT15M\nREPEAT:9223372036854775807\nDURATION:PT5M"
        #expect(try goesOff("DTSTART:20250102T090000Z", alarm, at: "20350102T084500Z"))
        let absolute = "TRIGGER:19700101T000000Z\nREPEAT:9223372036854775807\nDURATION:P3650000D"
        #expect(try !goesOff("DTSTART:20250102T090000Z", absolute, at: "20350102T084500Z"))
    }

    @Test("the days of a trigger are those of the event's zone")
    func nominalDays() throws {
        // Between the two the clocks are put forward.
        let lines = "DTSTART;TZID=Europe/Berlin:20250330T120000"
        #expect(try goesOff(lines, "TRIGGER:-P1D", at: "20250329T110000Z"))
        #expect(try goesOff(lines, "TRIGGER:-PT24H", at: "20250329T100000Z"))
        #expect(try goesOff(lines, "TRIGGER;RELATED=END:-P1D", at: "20250329T110000Z"))
        // A floating time is of the zone of whoever looks.
        #expect(try goesOff("DTSTART:20250330T120000", "TRIGGER:-P1D", at: "20250329T110000Z", floatingIn: Berlin()))
        #expect(try goesOff("DTSTART;VALUE=DATE:20250331", "TRIGGER:-P1DT1H", at: "20250329T220000Z", floatingIn: Berlin()))
        #expect(try goesOff("DTSTART;VALUE=DATE:20250331", "TRIGGER;RELATED=END:-PT1H", at: "20250331T210000Z",
            floatingIn: Berlin()))
    }

    @Test("each instance has its alarms, and an override its own")
    func instances() throws {
        let bytes = object("""
            DTSTART:20250102T090000Z
            RRULE:FREQ=DAILY
            BEGIN:VALARM
            TRIGGER:-PT15M
            END:VALARM

            RECURRENCE-ID:20250105T090000Z
            DTSTART:20250105T150000Z
            BEGIN:VALARM
            TRIGGER:-PT1H
            END:VALARM
            """)
        func goesOff(_ start: String, _ end: String?) throws -> Bool {
            try passes(bytes, component("VEVENT", nil, [.component(component("VALARM", range(start, end)))]))
        }
        #expect(try goesOff("20250104T084500Z", "20250104T084501Z"))
        #expect(try !goesOff("20250105T080000Z", "20250105T090000Z"))
        #expect(try goesOff("20250105T140000Z", "20250105T140001Z"))
        #expect(try !goesOff("20250105T144500Z", "20250105T144501Z"))
        #expect(try goesOff("20400101T000000Z", nil))
    }

    @Test("an alarm of a task goes by its start, or else by its due time")
    func tasks() throws {
        #expect(try goesOff("DUE:20250102T090000Z", "TRIGGER:-PT15M", at: "20250102T084500Z", kind: "VTODO"))
        #expect(try goesOff("DUE:20250102T090000Z", "TRIGGER;RELATED=END:-PT15M", at: "20250102T084500Z", kind: "VTODO"))
        #expect(try goesOff("DTSTART:20250101T090000Z\nDUE:20250102T090000Z", "TRIGGER;RELATED=END:-PT15M",
            at: "20250102T084500Z", kind: "VTODO"))
        #expect(try !goesOff("SUMMARY:some day", "TRIGGER:-PT15M", at: "20250102T084500Z", kind: "VTODO"))
    }

    @Test("an alarm without a trigger, or with one that is none, never goes off", arguments: ["ACTION:AUDIO", "TRIGGER:soon"])
    func noTrigger(alarm: String) throws {
        let bytes = object("DTSTART:20250102T090000Z\nBEGIN:VALARM\n\(alarm)\nEND:VALARM")
        #expect(try !passes(bytes, component("VEVENT", nil, [.component(component("VALARM", range(nil, nil)))])))
        #expect(try passes(bytes, component("VEVENT", nil, [.component(component("VALARM"))])))
    }
}
