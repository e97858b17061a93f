import Bytes
import CivilTime
import ICalendar
import Testing

@Suite("Rules: RFC 5545 §3.3.10 as clients write it")
struct RecurrenceRuleTests {
    private func written(_ text: String) throws -> String {
        var out: [UInt8] = []
        try rule(text).append(to: &out)
        return String(utf8: out)
    }

    @Test("lower case, blanks, empty and repeated parts are understood, unknown ones kept", arguments: [
        ("freq=weekly; byday = mo , tu;wkst=su", "FREQ=WEEKLY;BYDAY=MO,TU;WKST=SU"),
        ("INTERVAL=2;FREQ=DAILY;INTERVAL=3", "FREQ=DAILY;INTERVAL=2"),
        ("FREQ=DAILY;BYDAY=;X-FOO=bar;;COUNT", "FREQ=DAILY;X-FOO=bar"),
        ("FREQ=MONTHLY;BYDAY=+1MO,1MO,-2fr", "FREQ=MONTHLY;BYDAY=1MO,-2FR"),
        ("FREQ=YEARLY;UNTIL=20250101", "FREQ=YEARLY;UNTIL=20250101"),
        ("FREQ=YEARLY;UNTIL=20250101T000000Z;COUNT=0", "FREQ=YEARLY;COUNT=1;UNTIL=20250101T000000Z"),
        ("FREQ=YEARLY;INTERVAL=0;UNTIL=whenever", "FREQ=YEARLY"),
        ("RSCALE=chinese;FREQ=YEARLY;BYMONTH=5L;SKIP=forward", "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=5L;SKIP=FORWARD"),
        ("RSCALE=GREGORIAN;FREQ=YEARLY", "FREQ=YEARLY"),
        ("FREQ=YEARLY;BYMONTH=13,0,2", "FREQ=YEARLY;BYMONTH=13,2"),
    ])
    func tolerant(text: String, expected: String) throws {
        #expect(try written(text) == expected)
        #expect(try written(expected) == expected)
    }

    @Test("without a known FREQ there is no rule",
        arguments: ["", "COUNT=3", "FREQ=", "FREQ=FORTNIGHTLY", "FREQ", "=;=", "\u{1F600}"])
    func noRule(text: String) {
        #expect(RecurrenceRule(ArraySlice(text.utf8)) == nil)
    }

    @Test("R3: what cannot match leaves DTSTART, in few steps", arguments: [
        "FREQ=DAILY;BYDAY=0TH", "FREQ=YEARLY;BYMONTH=0", "FREQ=YEARLY;BYMONTH=13",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=-2",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=HOURLY;INTERVAL=24;BYHOUR=5",
        "FREQ=MINUTELY;INTERVAL=60;BYMINUTE=1",
        "FREQ=SECONDLY;INTERVAL=86400;BYSECOND=1", "FREQ=DAILY;INTERVAL=7;BYDAY=MO", "FREQ=SECONDLY;BYSETPOS=2",
        "FREQ=HOURLY;BYMINUTE=5;BYSETPOS=-3", "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=YEARLY;BYYEARDAY=0",
        "FREQ=YEARLY;BYWEEKNO=54", "FREQ=MONTHLY;BYDAY=6MO", "FREQ=MINUTELY;BYHOUR=24", "FREQ=YEARLY;BYMONTH=5L",
        "FREQ=DAILY;INTERVAL=999999999999999999999", "FREQ=YEARLY;INTERVAL=9223372036854775807",
        "FREQ=SECONDLY;INTERVAL=999999999999999", "FREQ=HOURLY;BYMONTHDAY=-32",
    ])
    func neverMatches(text: String) throws {
        // 2025-01-01 is a Wednesday.
        #expect(try occurrences(rule(text), "20250101T030000", steps: 25_000) == ["20250101T030000"])
    }

    @Test("R3: rare instances are found", arguments: [
        ("FREQ=YEARLY;BYYEARDAY=366", "20250101T000000 20281231T000000 20321231T000000"),
        ("FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", "20250101T000000 20261228T000000 20321227T000000"),
        ("FREQ=MONTHLY;BYDAY=5MO", "20250101T000000 20250331T000000 20250630T000000"),
        ("FREQ=YEARLY;BYDAY=-1SU", "20250101T000000 20251228T000000 20261227T000000"),
        ("FREQ=YEARLY;BYDAY=53WE", "20250101T000000 20251231T000000 20311231T000000"),
        ("FREQ=YEARLY;BYDAY=1MO;BYMONTH=1,2", "20250101T000000 20250106T000000 20250203T000000"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=TH", "20250101T000000 20520229T000000"),
    ])
    func rare(text: String, expected: String) throws {
        let expected = expected.split(separator: " ").map(String.init)
        #expect(try occurrences(text, "20250101T000000", first: expected.count) == expected)
    }

    @Test("R1: DTSTART is the first instance, and COUNT counts it")
    func startAlways() throws {
        #expect(try occurrences("FREQ=WEEKLY;BYDAY=FR;COUNT=3", "20250101T090000")
            == ["20250101T090000", "20250103T090000", "20250110T090000"])
        #expect(try occurrences("FREQ=WEEKLY;BYDAY=WE;COUNT=2", "20250101T090000")
            == ["20250101T090000", "20250108T090000"])
        #expect(try occurrences("FREQ=WEEKLY;COUNT=1", "20250101T090000") == ["20250101T090000"])
        #expect(try occurrences("FREQ=WEEKLY;COUNT=0", "20250101T090000") == ["20250101T090000"])
    }

    @Test("R2: UNTIL as a day, as a local time, before DTSTART, and with COUNT", arguments: [
        ("FREQ=DAILY;UNTIL=20250103", 3), ("FREQ=DAILY;UNTIL=20250103T085959", 2),
        ("FREQ=DAILY;UNTIL=20250103T090000", 3),
        ("FREQ=DAILY;UNTIL=20241231", 1), ("FREQ=DAILY;UNTIL=20250103;COUNT=2", 2),
        ("FREQ=DAILY;UNTIL=20250103;COUNT=9", 3),
    ])
    func until(text: String, count: Int) throws {
        #expect(try occurrences(text, "20250101T090000").count == count)
    }

    @Test("R2: UNTIL in UTC is an instant, also for those whose clocks differ")
    func untilInstant() throws {
        let auckland = FixedOffset(seconds: 13 * 3600)
        // 09:00 on the third there is 20:00 on the second in UTC.
        let limit = try rule("FREQ=DAILY;UNTIL=20250102T195959Z").limit(in: auckland, isDate: false)
        #expect(try limit == time("20250103T085959").wall)
        #expect(try rule("FREQ=DAILY;UNTIL=20250102T200000Z").limit(in: auckland, isDate: false)
            == time("20250103T090000").wall)
        #expect(try rule("FREQ=DAILY;UNTIL=20250102T200000Z").limit(in: nil, isDate: true)
            == time("20250102T235959").wall)
    }

    @Test("a day has no hours: BYHOUR and its like are ignored",
        arguments: ["FREQ=DAILY;BYHOUR=9,10;BYMINUTE=3", "FREQ=HOURLY"])
    func days(text: String) throws {
        #expect(try occurrences(text, "20250101", first: 3) == ["20250101", "20250102", "20250103"])
    }

    @Test("R4: what a month does not have is skipped, or moved with SKIP", arguments: [
        ("FREQ=YEARLY", "20240229", "20240229 20280229 20320229"),
        ("FREQ=MONTHLY", "20250131", "20250131 20250331 20250531"),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD", "20250131", "20250131 20250228 20250331 20250430"),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD", "20250131", "20250131 20250301 20250331 20250501"),
        ("RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD", "20240229", "20240229 20250301 20260301 20270301 20280229"),
        ("RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD", "20240229", "20240229 20250228 20260228 20270228 20280229"),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;BYMONTHDAY=1,31;COUNT=6", "20250131",
         "20250131 20250201 20250301 20250331 20250401 20250501"),
        ("RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD;BYYEARDAY=366", "20241231",
            "20241231 20260101 20270101 20280101 20281231"),
    ])
    func skip(text: String, start: String, expected: String) throws {
        let expected = expected.split(separator: " ").map(String.init)
        #expect(try occurrences(text, start, first: expected.count) == expected)
    }
}
