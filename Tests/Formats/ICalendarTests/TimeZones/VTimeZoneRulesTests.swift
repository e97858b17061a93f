import Bytes
import CivilTime
import ContentLines
import ICalendar
import TestRandom
import Testing

@Suite struct VTimeZoneRulesTests {
    @Test("the example of RFC 5545 §3.6.5 with the rules that New York has had since 1967")
    func newYork() throws {
        let rules = try #require(try zoneRules(
            daylight("19670430T020000", "-0500", "-0400",
                "RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=-1SU;UNTIL=19730429T070000Z", "TZNAME:EDT")
            + standard("19671029T020000", "-0400", "-0500",
                "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20061029T060000Z", "TZNAME:EST")
            + daylight("19740106T020000", "-0500", "-0400", "RDATE:19750223T020000", "TZNAME:EDT")
            + daylight("19760425T020000", "-0500", "-0400",
                "RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=-1SU;UNTIL=19860427T070000Z", "TZNAME:EDT")
            + daylight("19870405T020000", "-0500", "-0400",
                "RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=20060402T070000Z", "TZNAME:EDT")
            + daylight("20070311T020000", "-0500", "-0400", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "TZNAME:EDT")
            + standard("20071104T020000", "-0400", "-0500", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU", "TZNAME:EST")))
        let system = try ZoneFiles.rules("America/New_York")
        var random = SeededGenerator(state: 1967)
        let first = try utc("19670430T070000Z").seconds
        for transition in system.transitions(after: Instant(seconds: first - 1), through: try utc("20600101T000000Z")) {
            for delta in [-1, 0] as [Int64] {
                let instant = Instant(seconds: transition.instant.seconds + delta)
                #expect(rules.offset(at: instant) == system.offset(at: instant))
            }
        }
        for _ in 0..<2000 {
            let instant = Instant(seconds: .random(in: first...20_000_000_000, using: &random))
            #expect(rules.observance(at: instant) == system.observance(at: instant), "\(instant)")
            let wall = try #require(CivilDateTime(wallSeconds: instant.seconds))
            #expect(rules.instant(of: wall) == system.instant(of: wall), "\(wall)")
        }
        #expect(rules.annualChanges.count == 2)
    }

    @Test("T8: Outlook's zones that begin in 1601 hold for all times, though DTSTART does not match the rule")
    func from1601() throws {
        let rules = try #require(try zoneRules(
            standard("16010101T030000", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10")
            + daylight("16010101T020000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3")))
        #expect(try rules.hours("16010601T000000Z", "20260329T005959Z", "20260329T010000Z", "20261025T005959Z",
            "20261025T010000Z",
            "25000701T000000Z", "99991231T000000Z") == [2, 1, 2, 2, 1, 2, 1])
        // Before the first onset, which is in March 1601, TZOFFSETFROM.
        #expect(try rules.hours("16010201T000000Z", "15000701T000000Z") == [1, 1])
    }

    @Test("T8: one observance is all there is to a zone that never changes")
    func single() throws {
        #expect(try #require(try zoneRules(standard("19700101T000000", "+0300", "+0300"))).hours("19000101T000000Z",
            "20260101T000000Z") == [3, 3])
        #expect(try #require(try zoneRules(daylight("20110327T020000", "+0300", "+0400"))).hours("20100101T000000Z",
            "20260101T000000Z") == [3, 4])
        let yearly = try zoneRules(standard("19700101T000000", "+0300", "+0300", "RRULE:FREQ=YEARLY"))
        #expect(try #require(yearly).hours("19000101T000000Z", "30000101T000000Z") == [3, 3])
    }

    @Test("T8: RDATE as a list, as a day, as a period, in UTC, and on several lines")
    func dates() throws {
        let rules = try #require(try zoneRules(
            daylight("20200301T020000", "+0100", "+0200", "RDATE:20210301T020000,20220301T020000",
                     "RDATE;VALUE=PERIOD:20230301T020000/PT1H", "RDATE;VALUE=DATE:20240301", "RDATE:nonsense,")
            + standard("20201001T030000", "+0200", "+0100", "RDATE:20211001T010000Z",
                "RDATE:20221001T030000,20231001T030000,20241001T030000")))
        let system = rules.transitions(after: Instant(seconds: 0), through: try utc("20300101T000000Z")).map(\.instant)
        #expect(system == (try [
            "20200301T010000Z", "20201001T010000Z", "20210301T010000Z", "20211001T010000Z", "20220301T010000Z",
            "20221001T010000Z",
            "20230301T010000Z", "20231001T010000Z", "20240229T230000Z", "20241001T010000Z",
        ].map { try utc($0) }))
    }

    @Test("T8: UNTIL in UTC, local, or a day takes the onset that it names", arguments: [
        "20231029T010000Z", "20231029T030000", "20231029",
    ])
    func until(_ until: String) throws {
        let rules = try #require(try zoneRules(
            daylight("20200329T020000", "+0100", "+0200",
                "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;UNTIL=20240101T000000Z")
            + standard("20201025T030000", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=\(until)")))
        #expect(try rules.hours("20230701T000000Z", "20231029T005959Z", "20231029T010000Z", "20240701T000000Z")
            == [2, 2, 1, 1])
    }

    @Test("T8: an UNTIL one second earlier does not, COUNT counts, and an offset has seconds")
    func limits() throws {
        let early = try #require(try zoneRules(
            standard("20201025T030000", "+0200", "+0100",
                "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20231029T005959Z")
            + daylight("20230326T020000", "+0100", "+0200")))
        #expect(try early.hours("20240101T000000Z") == [2])
        let counted = try #require(try zoneRules(
            daylight("20200329T020000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;COUNT=2")
            + standard("20201025T030000", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;COUNT=2")))
        #expect(try counted.hours("20200701T000000Z", "20210701T000000Z", "20220701T000000Z") == [2, 2, 1])
        let seconds = try #require(try zoneRules(standard("18830101T000000", "-052836", "-0500")))
        #expect(seconds.offset(at: Instant(seconds: -3_000_000_000)) == -19_716)
    }

    @Test("a zone that begins late is before it as the earliest onset found it")
    func lateFront() throws {
        let rules = try #require(try zoneRules(
            daylight("20250330T020000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU")
            + standard("20251026T030000", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU")))
        #expect(try rules.hours("20240701T000000Z", "20250329T235959Z", "20250701T000000Z", "20260101T000000Z")
            == [1, 1, 2, 1])
    }

    @Test("T8: missing pieces: no TZOFFSETFROM, no name, an unusable observance, a rule without instances")
    func missing() throws {
        let rules = try #require(try zoneRules(
            ["BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETTO:+0530", "END:STANDARD", "BEGIN:DAYLIGHT",
                "TZOFFSETTO:+0700",
             "END:DAYLIGHT", "BEGIN:STANDARD", "DTSTART:20000101T000000", "TZOFFSETTO:x", "END:STANDARD"]))
        #expect(try rules.hours("19600101T000000Z", "20260101T000000Z") == [5.5, 5.5])
        let without = try #require(try zoneRules(
            standard("20200101T000000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")))
        #expect(try without.hours("20190101T000000Z", "20260101T000000Z") == [1, 2])
        #expect(try zoneRules([]) == nil)
        #expect(try zoneRules(["BEGIN:STANDARD", "END:STANDARD"]) == nil)
        #expect(try zoneRules(["BEGIN:VALARM", "DTSTART:19700101T000000", "TZOFFSETTO:+0530", "END:VALARM"]) == nil)
    }

    @Test("rules that are not annual are evaluated", arguments: [
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=3;BYDAY=-1SU",
        "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=25,26,27,28,29,30,31;BYDAY=SU;BYHOUR=2",
        "FREQ=MONTHLY;INTERVAL=12;BYDAY=-1SU", "FREQ=MONTHLY;BYMONTH=3;BYDAY=-1SU",
    ])
    func evaluated(_ rule: String) throws {
        let rules = try #require(try zoneRules(daylight("20200329T020000", "+0100", "+0200", "RRULE:" + rule)
            + standard("20201025T030000", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU")))
        #expect(try rules.hours("20220327T005959Z", "20220327T010000Z", "20221030T010000Z", "20500327T010000Z",
            "20500701T000000Z")
            == [1, 2, 1, 2, 2])
    }

    @Test("T8: hundreds of observances, and hostile numbers of onsets, end soon")
    func many() throws {
        var lines: [String] = []
        for year in 1500..<2400 {
            lines += standard("\(year)0101T000000", "+0200", "+0100") + daylight("\(year)0601T000000", "+0100", "+0200")
        }
        #expect(try #require(try zoneRules(lines)).hours("18000101T000000Z", "18000701T000000Z") == [1, 2])
        let endless = (0..<500).flatMap { standard("0001010\($0 % 9 + 1)T000000", "+0200", "+0\($0 % 9)00",
            "RRULE:FREQ=YEARLY", "RDATE:99991231T000000") }
        #expect(try zoneRules(endless) != nil)
        let secondly = (0..<100).flatMap { _ in standard("00010101T000000", "+0200", "+0100", "RRULE:FREQ=SECONDLY") }
        #expect(try zoneRules(secondly) != nil)
        let never = (0..<300).flatMap { _ in standard("00010101T000000", "+0200", "+0100",
            "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30") }
        #expect(try zoneRules(never) != nil)
    }

    @Test("random observances are compiled or not, and answer for any time")
    func random() throws {
        var random = SeededGenerator(state: 365)
        let starts = ["16010101T000000", "20200229T020000", "99991231T235959", "20200101", "x", "00010101T000000",
            "20200329T020000Z"]
        let offsets = ["+0100", "-0200", "+2359", "-2359", "0000", "+1", "x", "-052836"]
        let parts = ["FREQ=YEARLY", "FREQ=MONTHLY", "FREQ=DAILY", "BYMONTH=2", "BYMONTH=13", "BYDAY=-1SU", "BYDAY=SU",
            "BYMONTHDAY=29",
                     "BYMONTHDAY=-1,-2,-3,-4,-5,-6,-7", "BYMONTHDAY=23,24,25,26,27,28,29", "BYYEARDAY=-1",
                     "BYYEARDAY=366", "COUNT=3",
                     "UNTIL=20300101T000000Z", "INTERVAL=0", "BYSETPOS=-1", "BYYEARDAY=1,2,3,4,5,6,7", "BYWEEKNO=53"]
        for _ in 0..<400 {
            var lines: [String] = []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let rule = (0..<Int.random(in: 1...5, using: &random)).map { _ in parts.randomElement(using: &random)
                    ?? "" }
                let kind = Bool.random(using: &random) ? "STANDARD" : "DAYLIGHT"
                lines += observance(kind, starts.randomElement(using: &random) ?? "",
                    offsets.randomElement(using: &random) ?? "",
                              offsets.randomElement(using: &random) ?? "", ["RRULE:" + rule.joined(separator: ";")])
            }
            guard let rules = try zoneRules(lines) else { continue }
            for seconds in [Int64.min, -62_135_596_800, 0, 1_800_000_000, 253_402_300_799, .max] {
                _ = rules.offset(at: Instant(seconds: seconds))
                _ = rules.transitions(after: Instant(seconds: seconds), through: Instant(seconds: .max), limit: 3)
                if let wall = CivilDateTime(wallSeconds: seconds) { _ = rules.instant(of: wall) }
            }
        }
    }
}
