import CivilTime
import ICalendar
import Testing

@Suite("Sets: tasks, notes, and many instances")
struct RecurrenceRangeTests {
    @Test("a task overlaps by the table of RFC 4791 §9.9", arguments: [
        // Start and due time: from 10 to 12.
        ("DTSTART:20250101T100000Z\nDUE:20250101T120000Z", "09-10 10-11 11-12 12-13", "10-11 11-12"),
        ("DTSTART:20250101T100000Z\nDURATION:PT2H", "09-10 10-11 11-12 12-13", "10-11 11-12 12-13"),
        ("DTSTART:20250101T100000Z", "09-10 10-11 11-12", "10-11"),
        ("DUE:20250101T120000Z", "10-11 11-12 12-13", "11-12"),
        ("DTSTART:20250101T100000Z\nDUE:20250101T100000Z", "09-10 10-11 11-12", "09-10 10-11"),
    ])
    func tasks(lines: String, ranges: String, expected: String) throws {
        let set = try recurrenceSet(lines, kind: "VTODO")
        let found = try ranges.split(separator: " ").filter { range in
            try !instances(set, from: "20250101T\(range.prefix(2))0000", to: "20250101T\(range.suffix(2))0000").isEmpty
        }
        #expect(found.joined(separator: " ") == expected)
    }

    @Test("a task recurs by its due time where it has no start, and has no instance without both")
    func dueAlone() throws {
        #expect(try starts("DUE:20250101T100000Z\nRRULE:FREQ=WEEKLY;COUNT=2", kind: "VTODO")
            == ["20250101T100000Z", "20250108T100000Z"])
        #expect(try recurrenceSet("SUMMARY:some time", kind: "VTODO").isWithoutTime)
        #expect(try starts("SUMMARY:some time", kind: "VTODO").isEmpty)
    }

    @Test("a note is at its time, or on its day")
    func notes() throws {
        let day = try recurrenceSet("DTSTART;VALUE=DATE:20250101", kind: "VJOURNAL")
        #expect(try instances(day, from: "20250101T230000", to: "20250102T000000").count == 1)
        #expect(try instances(day, from: "20250102T000000", to: "20250103T000000").isEmpty)
        let time = try recurrenceSet("DTSTART:20250101T100000Z", kind: "VJOURNAL")
        #expect(try instances(time, from: "20250101T100000", to: "20250101T110000").count == 1)
        #expect(try instances(time, from: "20250101T100001", to: "20250101T110000").isEmpty)
    }

    @Test("an instance that began before the range and goes on into it is found")
    func longInstances() throws {
        let lines = "DTSTART:20250101T000000Z\nDURATION:P10D\nRRULE:FREQ=WEEKLY"
        #expect(try starts(lines, from: "20260106T000000", to: "20260106T000001") == ["20251231T000000Z"])
        #expect(try starts(lines, from: "20260109T000000", to: "20260109T000001")
            == ["20251231T000000Z", "20260107T000000Z"])
    }

    @Test("T5: floating times are where the viewer is")
    func floating() throws {
        let set = try recurrenceSet("DTSTART:20250701T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2")
        #expect(try instances(set, from: "20250701T070000", to: "20250701T080000", floatingIn: Berlin()).count == 1)
        #expect(try instances(set, from: "20250701T090000", to: "20250701T100000", floatingIn: Berlin()).isEmpty)
        #expect(try instances(set, from: "20250701T090000", to: "20250701T100000").count == 1)
    }

    @Test("T11: a rule in UTC is evaluated in UTC")
    func utc() throws {
        #expect(try starts("DTSTART:20250329T230000Z\nRRULE:FREQ=DAILY;BYHOUR=1,23;COUNT=3")
            == ["20250329T230000Z", "20250330T010000Z", "20250330T230000Z"])
    }

    @Test("R13: an endless rule of 1990 is exact in 2060 at the cost of some steps")
    func endless() throws {
        let set = try recurrenceSet("DTSTART;TZID=Europe/Berlin:19900101T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY\nEXDATE;VALUE=DATE:20600102")
        let made = try instances(set, from: "20600101T000000", to: "20600104T000000", steps: 40)
        #expect(starts(made) == ["20600101T090000", "20600103T090000"])
    }

    @Test("R13: who asks for more than the steps allow is told")
    func tooMuch() throws {
        let set = try recurrenceSet("DTSTART:19900101T090000Z\nRRULE:FREQ=WEEKLY")
        #expect(throws: StepBudget.Exhausted.self) {
            try instances(set, from: "20000101T000000", to: "21000101T000000", first: 10_000, steps: 2000)
        }
        #expect(try instances(set, from: "20000101T000000",
            to: "21000101T000000", first: 10_000, steps: 12_000).count == 5218)
    }

    @Test("R14: 20,000 instances, and 5,000 overrides")
    func many() throws {
        let long = try recurrenceSet("DTSTART:19900101T090000Z\nRRULE:FREQ=DAILY;COUNT=20000")
        #expect(try instances(long, first: 30_000).count == 20_000)
        var budget = StepBudget(0)
        var pieces = 0
        var resumed = long.instances(floatingIn: FixedOffset.utc)
        // The same in pieces of few steps: nothing is lost where they end.
        var count = 0
        while true {
            do {
                guard try resumed.next(&budget) != nil else { break }
                count += 1
            } catch {
                pieces += 1
                budget = StepBudget(7)
            }
        }
        #expect(count == 20_000 && pieces > 20)
        var lines = "DTSTART:20000101T090000Z\nRRULE:FREQ=DAILY"
        let first = CivilDate.dayNumber(year: 2000, month: 1, day: 1)
        for day in 0..<5000 {
            let date = try text(.date(#require(CivilDate(dayNumber: first + day))))
            lines += "\n\nRECURRENCE-ID:\(date)T090000Z\nDTSTART:\(date)T100000Z"
        }
        let set = try recurrenceSet(lines)
        let made = try instances(set, first: 5001)
        #expect(made.count == 5001 && made.dropLast().allSatisfy(\.isOverride) && made.last?.isOverride == false)
        #expect(set.runs(mergingGapsBelow: 40, limit: 10).count == 1)
    }

    @Test("R18: overrides that the master's new time left behind stay instances")
    func leftBehind() throws {
        let lines = """
            DTSTART:20250101T100000Z
            RRULE:FREQ=DAILY;COUNT=2
            EXDATE:20250102T090000Z

            RECURRENCE-ID:20250101T090000Z
            DTSTART:20250101T110000Z
            SUMMARY:old
            """
        #expect(try starts(lines) == ["20250101T110000Z old", "20250101T100000Z", "20250102T100000Z"])
    }

    @Test("a series in pieces, with exclusions between, loses nothing where the steps end")
    func resuming() throws {
        let set = try recurrenceSet("""
            DTSTART:20250101T090000Z
            RRULE:FREQ=DAILY;COUNT=30
            RRULE:FREQ=WEEKLY;BYDAY=SU;BYHOUR=7;COUNT=5
            RDATE:20250105T120000Z,20250210T120000Z
            EXRULE:FREQ=DAILY;INTERVAL=3
            EXDATE:20250111T090000Z
            """)
        let all = try starts(instances(set))
        for steps in 1...6 {
            var made: [RecurrenceInstance] = []
            var walk = set.instances(floatingIn: FixedOffset.utc)
            var budget = StepBudget(0)
            for _ in 0..<10_000 {
                do {
                    guard let instance = try walk.next(&budget) else { break }
                    made.append(instance)
                } catch {
                    budget = StepBudget(steps)
                }
            }
            #expect(starts(made) == all, "\(steps) steps at a time")
        }
    }
}
