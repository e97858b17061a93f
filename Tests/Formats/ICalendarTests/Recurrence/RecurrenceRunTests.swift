import CivilTime
import ICalendar
import Testing

@Suite("Runs: what an index holds of an object")
struct RecurrenceRunTests {
    private func runs(_ lines: String, days: Int = 40, limit: Int = 8) throws -> [RecurrenceRun] {
        try recurrenceSet(lines).runs(mergingGapsBelow: days, limit: limit)
    }

    private func run(_ start: String, _ end: String?, isFloating: Bool = false,
        isExact: Bool = false) throws -> RecurrenceRun {
        try RecurrenceRun(
            start: instant(start).seconds, end: end.map { try instant($0).seconds } ?? .max, isFloating: isFloating, isExact: isExact)
    }

    @Test("one event is one exact run")
    func single() throws {
        #expect(try runs("DTSTART;TZID=Tokyo:20250101T090000\nDURATION:PT1H")
            == [run("20250101T000000", "20250101T010000", isExact: true)])
        #expect(try runs("DTSTART;VALUE=DATE:20250101")
            == [run("20250101", "20250102", isFloating: true, isExact: true)])
        #expect(try runs("SUMMARY:no time", days: 1).isEmpty)
    }

    @Test("an endless dense rule is one run, whatever its exclusions", arguments: [
        "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYMONTHDAY=1", "FREQ=HOURLY", "FREQ=DAILY;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=2MO",
        "FREQ=WEEKLY;INTERVAL=4", "FREQ=DAILY;INTERVAL=30",
    ])
    func dense(rule: String) throws {
        #expect(try runs("DTSTART:20250106T090000Z\nDURATION:PT1H\nRRULE:\(rule)\nEXDATE;VALUE=DATE:20260105")
            == [run("20250106T090000", nil)])
    }

    @Test("a rule with an end ends with its last instance", arguments: [
        ("FREQ=DAILY;COUNT=10", "20250115T100000"), ("FREQ=DAILY;UNTIL=20250120T000000Z", "20250119T100000"),
        ("FREQ=WEEKLY;BYDAY=MO,TH;COUNT=4", "20250116T100000"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3", "20250228T100000"),
        ("FREQ=MONTHLY;COUNT=3;UNTIL=20400101", "20250306T100000"),
        ("FREQ=MONTHLY;COUNT=300;UNTIL=20250401", "20250306T100000"),
        ("FREQ=DAILY;COUNT=1000000", "47621203T100000"),
    ])
    func ends(rule: String, end: String) throws {
        #expect(try runs("DTSTART:20250106T090000Z\nDURATION:PT1H\nRRULE:\(rule)") == [run("20250106T090000", end)])
    }

    @Test("instances that lie far apart are runs of their own, and what comes after the limit is one")
    func sparse() throws {
        let yearly = try runs("DTSTART:20250106T090000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY", limit: 3)
        #expect(try yearly.first == run("20250106T090000", "20250106T100000", isExact: true))
        try #require(yearly.count == 3)
        #expect(yearly[1].isExact && yearly[2].end == .max && !yearly[2].isExact)
        #expect(try yearly[2].start <= instant("20270106T090000").seconds
            && yearly[2].start > instant("20260106T100000").seconds)
        let january = try runs("DTSTART:20250101T090000Z\nRRULE:FREQ=DAILY;BYMONTH=1;COUNT=62", limit: 4)
        #expect(try january == [run("20250101T090000", "20250131T090000"), run("20260101T090000", "20260131T090000")])
    }

    @Test("overrides and RDATEs have runs of their own")
    func others() throws {
        let lines = """
            DTSTART:20250106T090000Z
            RRULE:FREQ=DAILY
            RDATE:20200101T090000Z

            RECURRENCE-ID:20250107T090000Z
            DTSTART;VALUE=DATE:20150101
            """
        #expect(try runs(lines) == [
            run("20200101T090000", "20200101T090000", isExact: true), run("20250106T090000", nil),
            run("20150101", "20150102", isFloating: true, isExact: true),
        ])
        #expect(try recurrenceSet(lines).span
            == [run("20200101T090000", nil), run("20150101", "20150102", isFloating: true, isExact: true)])
    }

    @Test("no instance is outside of the runs, and what an exact run promises is there", arguments: [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=WEEKLY;INTERVAL=9",
        "FREQ=DAILY;BYMONTH=3;BYDAY=SU",
        "FREQ=YEARLY;BYWEEKNO=53;COUNT=20", "FREQ=HOURLY;INTERVAL=5000", "FREQ=MONTHLY;BYDAY=5WE;UNTIL=20400101",
        "FREQ=YEARLY;COUNT=3",
        "FREQ=DAILY;INTERVAL=13;COUNT=100", "RSCALE=CHINESE;FREQ=YEARLY",
    ])
    func complete(rule: String) throws {
        let others = """
            EXDATE;VALUE=DATE:20260301
            RDATE:20290505T000000Z

            RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20280129T023000
            DTSTART;TZID=Europe/Berlin:20280201T043000
            DURATION:P3D

            RECURRENCE-ID;TZID=Europe/Berlin:20320229T023000
            DTSTART;TZID=Europe/Berlin:20100101T100000
            """
        for (days, limit) in [(1, 1), (7, 5), (40, 20), (400, 3), (0, 30)] {
            for tail in ["", others] {
                let set = try recurrenceSet("DTSTART;TZID=Europe/Berlin:20240229T023000\nDURATION:PT2H\nRRULE:\(rule)\n\(tail)")
                let runs = set.runs(mergingGapsBelow: days, limit: limit)
                #expect(runs.count <= limit)
                let made = try instances(set, first: 300, steps: 1_000_000)
                for instance in made {
                    let (start, end) = (instance.interval.start.seconds, instance.interval.end.seconds)
                    #expect(runs.contains { $0.start <= start && end <= $0.end }, "\(rule) \(text(instance.start))")
                }
                for run in runs where run.isExact {
                    #expect(made.contains { $0.interval.start.seconds == run.start })
                }
                for (run, next) in zip(runs, runs.dropFirst()) { #expect(run.end < next.start) }
            }
        }
    }
}
