import Bytes
import CivilTime
import ICalendar
import Testing

@Suite("Sets: RFC 5545 §3.8.5, rows R5 to R18 of the corpus")
struct RecurrenceSetTests {
    @Test("R6: RDATEs of all types are united with the rule, each instant once")
    func additions() throws {
        let lines = """
            DTSTART;TZID=Europe/Berlin:20250101T090000
            DTEND;TZID=Europe/Berlin:20250101T100000
            RRULE:FREQ=DAILY;COUNT=3
            RRULE:FREQ=DAILY;COUNT=3
            RDATE;TZID=Tokyo:20250105T170000,20250102T170000
            RDATE:20250106T080000Z,20250106T080000Z
            RDATE;VALUE=DATE:20250107
            RDATE;VALUE=PERIOD:20250108T080000Z/PT5H,20250103T080000Z/20250103T120000Z
            """
        let made = try instances(recurrenceSet(lines))
        #expect(starts(made) == [
            "20250101T090000", "20250102T090000", "20250103T090000", "20250105T090000", "20250106T090000",
            "20250107T090000",
            "20250108T090000",
        ])
        #expect(made.map { ($0.interval.end.seconds - $0.interval.start.seconds) / 3600 } == [1, 1, 4, 1, 1, 1, 5])
        #expect(made.allSatisfy { $0.recurrenceID == $0.start && $0.start.zoneID == "Europe/Berlin" })
    }

    @Test("R6: RDATEs without a rule")
    func additionsAlone() throws {
        #expect(try starts("DTSTART:20250101T090000Z\nRDATE:20250103T090000Z,20241231T090000Z")
            == ["20241231T090000Z", "20250101T090000Z", "20250103T090000Z"])
        #expect(try starts("DTSTART;VALUE=DATE:20250101\nRDATE;VALUE=DATE:20250103\nRDATE:20250104T120000Z")
            == ["20250101", "20250103", "20250104"])
    }

    @Test("R7: an EXDATE in whatever form excludes the same instant", arguments: [
        "EXDATE;TZID=Europe/Berlin:20250102T090000", "EXDATE:20250102T080000Z", "EXDATE;TZID=Tokyo:20250102T170000",
        "EXDATE:20250102T090000", "EXDATE;VALUE=DATE:20250102", "EXDATE:20250102",
        "EXDATE:20250102T080000Z,20250102T080000Z",
        "EXDATE:20240601T000000Z,nonsense,20250102T080000Z", "EXDATE;VALUE=DATE:20250102T090000",
    ])
    func exclusions(line: String) throws {
        #expect(try starts("DTSTART;TZID=Europe/Berlin:20250101T090000\nRRULE:FREQ=DAILY;COUNT=3\n\(line)")
            == ["20250101T090000", "20250103T090000"])
    }

    @Test("R7: a day as EXDATE excludes all of a day, seen where the series is")
    func excludedDays() throws {
        #expect(try starts("DTSTART;TZID=Tokyo:20250101T010000\nRRULE:FREQ=DAILY;COUNT=4;BYHOUR=1,23\nEXDATE;VALUE=DATE:20250101")
            == ["20250102T010000", "20250102T230000"])
        #expect(try starts("DTSTART;VALUE=DATE:20250101\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20250102T000000Z")
            == ["20250101", "20250103"])
    }

    @Test("R8, R12: a series that loses its first instance starts later; one that loses all keeps DTSTART")
    func excludedFirst() throws {
        #expect(try starts("DTSTART:20250101T090000Z\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE:20250101T090000Z")
            == ["20250102T090000Z"])
        let empty = "DTSTART:20250101T090000Z\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE:20250101T090000Z,20250102T090000Z"
        #expect(try starts(empty) == ["20250101T090000Z"])
        #expect(try starts(empty, from: "20250101T000000", to: "20250102T000000") == ["20250101T090000Z"])
        #expect(try starts("DTSTART:20250101T090000Z\nEXDATE:20250101T090000Z") == ["20250101T090000Z"])
        #expect(try starts("DTSTART:20250101T090000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31")
            == ["20250101T090000Z"])
        #expect(try starts("DTSTART:20250101T090000Z\nRRULE:nonsense") == ["20250101T090000Z"])
    }

    @Test("R15: an EXRULE excludes, and several rules are united")
    func exclusionRule() throws {
        #expect(try starts("DTSTART:20250101T090000Z\nRRULE:FREQ=DAILY;COUNT=6\nEXRULE:FREQ=DAILY;INTERVAL=2;COUNT=2")
            == ["20250102T090000Z", "20250104T090000Z", "20250105T090000Z", "20250106T090000Z"])
        #expect(try starts("DTSTART:20250101T090000Z\nRRULE:FREQ=DAILY;COUNT=2\nRRULE:FREQ=WEEKLY;COUNT=2")
            == ["20250101T090000Z", "20250102T090000Z", "20250108T090000Z"])
        #expect(try starts("DTSTART:20250101T090000Z\nRRULE:FREQ=DAILY\nEXRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
            to: "20250112T000000")
            == ["20250104T090000Z", "20250105T090000Z", "20250111T090000Z"])
    }

    @Test("R9: a RECURRENCE-ID in whatever form replaces the same instant", arguments: [
        "RECURRENCE-ID;TZID=Europe/Berlin:20250102T090000", "RECURRENCE-ID:20250102T080000Z",
        "RECURRENCE-ID;TZID=Tokyo:20250102T170000", "RECURRENCE-ID:20250102T090000",
        "RECURRENCE-ID;VALUE=DATE:20250102",
    ])
    func overrides(line: String) throws {
        let lines = """
            DTSTART;TZID=Europe/Berlin:20250101T090000
            RRULE:FREQ=DAILY;COUNT=3

            \(line)
            DTSTART;TZID=Europe/Berlin:20250102T110000
            SUMMARY:moved
            """
        let made = try instances(recurrenceSet(lines))
        #expect(starts(made) == ["20250101T090000", "20250102T110000 moved", "20250103T090000"])
        #expect(made.map { text($0.recurrenceID) } == ["20250101T090000", "20250102T090000", "20250103T090000"])
        #expect(made.map(\.isOverride) == [false, true, false])
        #expect(made[1].recurrenceID.zoneID == "Europe/Berlin")
    }

    @Test("R10: overrides that moved far, collide, are excluded, or belong to nothing are all found")
    func strangeOverrides() throws {
        let lines = """
            DTSTART:20250101T090000Z
            DTEND:20250101T100000Z
            RRULE:FREQ=DAILY;UNTIL=20250110T090000Z
            EXDATE:20250104T090000Z

            RECURRENCE-ID:20250102T090000Z
            DTSTART:20270601T090000Z
            SUMMARY:far

            RECURRENCE-ID:20250103T090000Z
            DTSTART:20250105T090000Z
            SUMMARY:onto another

            RECURRENCE-ID:20250104T090000Z
            DTSTART:20250104T093000Z
            SUMMARY:excluded

            RECURRENCE-ID:20250106T120000Z
            DTSTART:20250106T120000Z
            SUMMARY:no instance

            RECURRENCE-ID:20241201T090000Z
            DTSTART:20241201T090000Z
            SUMMARY:before

            RECURRENCE-ID:20260101T090000Z
            DTSTART:20260101T090000Z
            SUMMARY:after
            """
        #expect(try starts(lines, from: "20250101T000000", to: "20250107T000000") == [
            "20250101T090000Z", "20250105T090000Z onto another", "20250104T093000Z excluded", "20250105T090000Z",
            "20250106T090000Z", "20250106T120000Z no instance",
        ])
        #expect(try starts(lines, from: "20270601T000000", to: "20270602T000000") == ["20270601T090000Z far"])
        #expect(try starts(lines, from: "20250102T000000", to: "20250103T000000").isEmpty)
        #expect(try starts(lines, to: "20241231T000000") == ["20241201T090000Z before"])
        #expect(try starts(lines, from: "20251231T000000", to: "20260201T000000") == ["20260101T090000Z after"])
    }

    @Test("R10: overrides without a master")
    func orphans() throws {
        let lines = """
            RECURRENCE-ID;TZID=Tokyo:20250102T090000
            DTSTART;TZID=Tokyo:20250102T100000
            SUMMARY:a

            RECURRENCE-ID;TZID=Tokyo:20250101T090000
            DTSTART;TZID=Tokyo:20250101T100000
            SUMMARY:b
            """
        let made = try instances(recurrenceSet(lines))
        #expect(starts(made) == ["20250101T100000 b", "20250102T100000 a"])
        #expect(made.map { text($0.recurrenceID) } == ["20250101T090000", "20250102T090000"])
    }

    @Test("R11: RANGE=THISANDFUTURE shifts and lengthens what follows, to the next one")
    func thisAndFuture() throws {
        let lines = """
            DTSTART;TZID=Europe/Berlin:20250301T090000
            DTEND;TZID=Europe/Berlin:20250301T100000
            RRULE:FREQ=WEEKLY;COUNT=7
            SUMMARY:a

            RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20250315T090000
            DTSTART;TZID=Europe/Berlin:20250316T100000
            DURATION:PT3H
            SUMMARY:b

            RECURRENCE-ID;RANGE=THISANDFUTURE:20250405T070000Z
            DTSTART;TZID=Europe/Berlin:20250405T080000
            SUMMARY:c

            RECURRENCE-ID;RANGE=THISANDPRIOR;TZID=Europe/Berlin:20250308T090000
            DTSTART;TZID=Europe/Berlin:20250308T130000
            SUMMARY:d
            """
        let made = try instances(recurrenceSet(lines))
        #expect(starts(made) == [
            "20250301T090000 a", "20250308T130000 d", "20250316T100000 b", "20250323T100000 b", "20250330T100000 b",
            "20250405T080000 c", "20250412T080000 c",
        ])
        #expect(made.map { ($0.interval.end.seconds - $0.interval.start.seconds) / 3600 } == [1, 0, 3, 3, 3, 0, 0])
        // The clocks are put forward on 30 March.
        #expect(made[3].interval.start.seconds % 86_400 == 9 * 3600 && made[4].interval.start.seconds % 86_400
            == 8 * 3600)
        #expect(text(made[4].recurrenceID) == "20250329T090000" && !made[4].isOverride)
        #expect(try starts(instances(recurrenceSet(lines), from: "20250330T000000", to: "20250331T000000"))
            == ["20250330T100000 b"])
    }

    @Test("R16, T3: a series keeps its local time; P1D is a day on the wall, PT24H and DTEND are exact")
    func daylight() throws {
        let series = try instances(
            recurrenceSet("DTSTART;TZID=Europe/Berlin:20250329T120000\nRRULE:FREQ=DAILY;COUNT=3"))
        #expect(series.map { $0.interval.start.seconds % 86_400 / 3600 } == [11, 10, 10])
        let nominal = try instances(
            recurrenceSet("DTSTART;TZID=Europe/Berlin:20250328T120000\nDURATION:P1D\nRRULE:FREQ=DAILY;COUNT=3"))
        #expect(nominal.map { ($0.interval.end.seconds - $0.interval.start.seconds) / 3600 } == [24, 23, 24])
        let exact = try instances(
            recurrenceSet("DTSTART;TZID=Europe/Berlin:20250328T120000\nDURATION:PT24H\nRRULE:FREQ=DAILY;COUNT=3"))
        #expect(exact.map { ($0.interval.end.seconds - $0.interval.start.seconds) / 3600 } == [24, 24, 24])
    }

    @Test("R16, T9: a time in the gap of spring is read with the offset before it, one that comes twice is the first")
    func gap() throws {
        let spring = try instances(
            recurrenceSet("DTSTART;TZID=Europe/Berlin:20250329T023000\nRRULE:FREQ=DAILY;COUNT=3"))
        #expect(spring.map { Int($0.interval.start.seconds % 86_400) / 1800 } == [3, 3, 1])
        #expect(starts(spring) == ["20250329T023000", "20250330T023000", "20250331T023000"])
        let autumn = try instances(
            recurrenceSet("DTSTART;TZID=Europe/Berlin:20251026T023000\nRRULE:FREQ=DAILY;COUNT=2"))
        #expect(autumn.map { Int($0.interval.start.seconds % 86_400) / 1800 } == [1, 3])
        let hourly = try instances(
            recurrenceSet("DTSTART;TZID=Europe/Berlin:20250330T003000\nRRULE:FREQ=HOURLY;COUNT=6"))
        #expect(Set(hourly.map(\.interval.start)).count == hourly.count)
    }

    @Test("R17: days are days wherever they are looked at from")
    func days() throws {
        let set = try recurrenceSet("DTSTART;VALUE=DATE:20250101\nRRULE:FREQ=WEEKLY;COUNT=2")
        let hawaii = FixedOffset(seconds: -10 * 3600)
        let made = try instances(set, floatingIn: hawaii)
        #expect(starts(made) == ["20250101", "20250108"])
        #expect(made.allSatisfy { $0.isAllDay && $0.interval.start.isFloating })
        // In Hawaii New Year's Day goes from 10:00 UTC to 10:00 UTC of the next day.
        #expect(try instances(set, from: "20250101T000000", to: "20250101T100000", floatingIn: hawaii).isEmpty)
        #expect(try instances(set, from: "20250102T095959", to: "20250103T000000", floatingIn: hawaii).count == 1)
        #expect(try instances(set, from: "20250102T100000", to: "20250103T000000", floatingIn: hawaii).isEmpty)
    }

    @Test("T12: start and end each in their own zone")
    func zonesOfEnds() throws {
        let made = try instances(recurrenceSet(
            "DTSTART;TZID=Europe/Berlin:20250101T090000\nDTEND;TZID=Tokyo:20250101T210000\nRRULE:FREQ=DAILY;COUNT=2"))
        #expect(made.map { $0.interval.end.seconds - $0.interval.start.seconds } == [4 * 3600, 4 * 3600])
    }

    @Test("T2: an instance without an end, with one that is wrong, and with two", arguments: [
        ("DTSTART;VALUE=DATE:20250101", 86_400), ("DTSTART:20250101T090000Z", 0),
        ("DTSTART:20250101T090000Z\nDTEND:20250101T080000Z", 0),
        ("DTSTART:20250101T090000Z\nDTEND:20250101T090000Z", 0),
        ("DTSTART:20250101T090000Z\nDTEND:20250101T100000Z\nDURATION:PT5H", 3600),
        ("DTSTART:20250101T090000Z\nDURATION:-PT5H", 0),
        ("DTSTART:20250101T090000Z\nDURATION:P2W", 14 * 86_400),
        ("DTSTART;VALUE=DATE:20250101\nDTEND;VALUE=DATE:20250103", 2 * 86_400),
        ("DTSTART;VALUE=DATE:20250101\nDTEND;VALUE=DATE:20250101", 0),
        ("DTSTART;VALUE=DATE:20250101\nDURATION:P1W", 7 * 86_400),
        ("DTSTART;VALUE=DATE:20250101\nDTEND:20250102T120000Z", 86_400),
        ("DTSTART:20250101T090000Z\nDTEND;VALUE=DATE:20250102", 54_000),
        ("DTSTART;VALUE=DATE:20250101T000000", 0), ("DTSTART:20250101", 86_400),
    ])
    func lengths(lines: String, seconds: Int) throws {
        let made = try #require(instances(recurrenceSet(lines)).first)
        #expect(made.interval.end.seconds - made.interval.start.seconds == Int64(seconds))
        // What takes no time is found at its instant.
        #expect(made.overlaps(InstantRange(start: Instant(seconds: made.interval.start.seconds),
                                           end: Instant(seconds: made.interval.start.seconds + 1)),
                                               floatingIn: FixedOffset.utc))
    }
}
