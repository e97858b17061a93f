import CivilTime
import ICalendar
import TestRandom
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

    /// One zone, whatever the name: clocks are put forward, back, or a day is left out (Samoa, 2011).
    private struct OneZone: ZoneResolving {
        let rules: any TimeZoneRules
        func rules(for zoneID: String) -> any TimeZoneRules { rules }
    }

    @Test("close to a change of the clocks a range finds just what is in it", arguments: [(3600, 7200), (7200, 3600), (-36_000, 50_400), (50_400, -36_000)])
    func aroundChanges(before: Int, after: Int) throws {
        let change = Int64(1_743_296_400)
        let zone = ZoneRules(initial: Observance(offset: before), changes: [(Instant(seconds: change), Observance(offset: after))])
        var random = SeededGenerator(state: UInt64(bitPattern: Int64(before)))
        for _ in 0..<60 {
            let rule = try #require([
                "FREQ=HOURLY;COUNT=400", "FREQ=MINUTELY;INTERVAL=17;COUNT=900", "FREQ=DAILY;BYHOUR=1,2,3;COUNT=40", "FREQ=HOURLY;INTERVAL=5;COUNT=90",
                "FREQ=DAILY;BYHOUR=0,23;BYMINUTE=30;COUNT=30",
            ].randomElement(using: &random))
            let length = try #require(["PT0S", "PT1H", "P1D", "P2DT3H", "PT40H", "P5D", "PT15M"].randomElement(using: &random))
            let start = try #require(["DTSTART;TZID=x:20250322T003000", "DTSTART:20250322T020000", "DTSTART:20250322T013000Z"].randomElement(using: &random))
            let object = try calendarObject("\(start)\nDURATION:\(length)\nRRULE:\(rule)\nRDATE;TZID=x:20250330T023000")
            let set = RecurrenceSet(object.components, zones: OneZone(rules: zone))
            var budget = StepBudget(1_000_000)
            func all(_ range: InstantRange) throws -> [RecurrenceInstance.Interval] {
                var found: [RecurrenceInstance.Interval] = []
                var walk = set.instances(overlapping: range, floatingIn: zone)
                while let instance = try walk.next(&budget) { found.append(instance.interval) }
                return found
            }
            var everything: [RecurrenceInstance] = []
            var walk = set.instances(floatingIn: zone)
            while let instance = try walk.next(&budget) { everything.append(instance) }
            for _ in 0..<20 {
                let from = change + Int64.random(in: -200_000..<400_000, using: &random)
                let range = InstantRange(start: Instant(seconds: from), end: Instant(seconds: from + Int64.random(in: 1..<20_000, using: &random)))
                let expected = everything.filter { $0.overlaps(range, floatingIn: zone) }.map(\.interval)
                #expect(try all(range) == expected, "\(start) \(length) \(rule) \(from)")
            }
        }
    }

    @Test("R13: a rule of every second costs no more in the year 2100 than others")
    func everySecond() throws {
        for start in ["DTSTART:20260101T000000Z", "DTSTART;TZID=Europe/Berlin:20260101T000000", "DTSTART:20260101T000000"] {
            let set = try recurrenceSet("\(start)\nRRULE:FREQ=SECONDLY")
            #expect(try instances(set, from: "21000601T000000", to: "21000601T000010", floatingIn: Berlin(), steps: 40).count == 10)
        }
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
