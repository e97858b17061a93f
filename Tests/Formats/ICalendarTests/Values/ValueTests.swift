import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

@Suite("Values: RFC 5545 §3.3 as clients write them")
struct ValueTests {
    @Test("T1, T4: days and times are known by their text", arguments: [
        ("20250102", "20250102"), ("20250102T030405", "20250102T030405"), ("20250102T030405Z", "20250102T030405Z"),
        ("20250102t030405z", "20250102T030405Z"), (" 20250102T0304 ", "20250102T030400"), ("20250102T", "20250102"),
        ("2025-01-02", "20250102"), ("2025-01-02T03:04:05Z", "20250102T030405Z"),
        ("2025-01-02 03:04:05", "20250102T030405"),
        ("20250102T030460", "20250102T030459"), ("20250102T235960Z", "20250102T235959Z"),
        ("20250102T240000", "20250103T000000"), ("20251231T240000Z", "20260101T000000Z"),
        ("20250102T030405.123Z", "20250102T030405Z"), ("2025-01-02T03:04:05.9", "20250102T030405"),
        ("20250102T030405+03:00", "20250102T000405Z"), ("20250102T030405-0500", "20250102T080405Z"),
        ("20250101T003000+0100", "20241231T233000Z"), ("00010101", "00010101"), ("16010101T000000", "16010101T000000"),
        ("99991231T235959Z", "99991231T235959Z"), ("20400229T000000", "20400229T000000"),
    ])
    func times(value: String, expected: String) throws {
        let time = try #require(CalendarTime(ArraySlice(value.utf8)))
        #expect(text(time) == expected)
        #expect(time.isDate == (expected.count == 8))
    }

    @Test("what is no time of the years 1 to 9999 is none", arguments: [
        "", "T", "2025", "20250229", "20251301", "00000101", "-0010101", "20250102T250000", "20250102T24:00:01",
        "20250102T0360",
        "20250102T03", "20250102X", "20250102T030405X", "99991231T240000", "00010101T000000+0100-",
        "00010101T003000+2500",
        "2025010２", "20250102T030405Z1",
    ])
    func noTime(value: String) {
        #expect(CalendarTime(ArraySlice(value.utf8)) == nil)
    }

    @Test("a zone belongs to local times alone")
    func zones() throws {
        #expect(try time("20250102T030405", zone: "Europe/Berlin").zoneID == "Europe/Berlin")
        #expect(try time("20250102T030405Z", zone: "Europe/Berlin").zoneID == nil)
        #expect(try time("20250102", zone: "Europe/Berlin") == .date(#require(CivilDate(year: 2025, month: 1, day: 2))))
        var out: [UInt8] = []
        try time("20250102T030405", zone: "a:b").appendLine(named: "RECURRENCE-ID", to: &out)
        try time("20250102").appendLine(named: "DTSTART", to: &out)
        try time("20250102T030405Z").appendLine(named: "DTEND", to: &out)
        #expect(text(out) == "RECURRENCE-ID;TZID=\"a:b\":20250102T030405\r\nDTSTART;VALUE=DATE:20250102\r\nDTEND:20250102T030405Z\r\n")
    }

    @Test("a list gives what can be read of it")
    func list() {
        let values = CalendarTime.list(Array("20250102,,x, 20250103T000000Z".utf8).span)
        #expect(values.map(text) == ["20250102", "20250103T000000Z"])
    }

    @Test("T2: durations in any mixture", arguments: [
        ("P1D", 1, 0, "P1D"), ("PT24H", 0, 86_400, "PT24H"), ("P2W", 14, 0, "P2W"), ("P1DT", 1, 0, "P1D"),
        ("PT", 0, 0, "PT0S"),
        ("P", 0, 0, "PT0S"), ("P15DT5H0M20S", 15, 18_020, "P15DT5H20S"), ("P1W2D", 9, 0, "P9D"),
        ("-PT15M", 0, -900, "-PT15M"),
        ("+P1D", 1, 0, "P1D"), ("pt1h", 0, 3600, "PT1H"), ("-P1DT1S", -1, -1, "-P1DT1S"), ("P0D", 0, 0, "PT0S"),
        ("PT90M", 0, 5400, "PT1H30M"),
    ])
    func durations(value: String, days: Int, seconds: Int, expected: String) throws {
        let duration = try #require(CivilDuration(ArraySlice(value.utf8)))
        #expect(duration == CivilDuration(days: days, seconds: seconds))
        var out: [UInt8] = []
        duration.append(to: &out)
        #expect(text(out) == expected)
        #expect(CivilDuration(out[...]) == duration)
    }

    @Test("no durations, and such as no calendar has", arguments: [
        "", "1D", "PD", "P1", "P1H", "P1Y", "P1M", "PTT", "P99999999999999999999D", "P9999999W", "PT999999999999S",
        "P-1D", "P1D,",
    ])
    func noDuration(value: String) {
        #expect(CivilDuration(ArraySlice(value.utf8)) == nil)
    }

    @Test("offsets", arguments: [
        ("+0300", 10_800), ("-0500", -18_000), ("-052836", -19_716), ("0100", 3600), ("+05:30", 19_800),
        ("+14", 50_400), ("-0000", 0),
    ])
    func offsets(value: String, seconds: Int) {
        #expect(UTCOffset(ArraySlice(value.utf8))?.seconds == seconds)
    }

    @Test("an offset is written as it was read, seconds only where there are any", arguments: ["+0300", "-052836", "+0000", "+1400"])
    func writesOffsets(value: String) throws {
        let seconds = try #require(UTCOffset(ArraySlice(value.utf8))).seconds
        #expect(UTCOffset.bytes(of: seconds) == Array(value.utf8))
    }

    @Test("no offsets", arguments: ["", "+", "+3", "+2400", "+0060", "0300Z", "+03000", "++0300"])
    func noOffset(value: String) {
        #expect(UTCOffset(ArraySlice(value.utf8)) == nil)
    }

    @Test("periods by their end and by their length")
    func periods() throws {
        let explicit = try #require(PeriodValue(ArraySlice("19970101T180000Z/19970102T070000Z".utf8)))
        #expect(try explicit.end == .time(time("19970102T070000Z")))
        let byLength = try #require(PeriodValue(ArraySlice("19970101T180000/PT5H30M".utf8), zoneID: "X"))
        #expect(byLength.end == .duration(CivilDuration(seconds: 19_800)) && byLength.start.zoneID == "X")
        for value in ["19970101T180000Z", "/PT1H", "19970101/", "19970101T180000Z/x"] {
            #expect(PeriodValue(ArraySlice(value.utf8)) == nil)
        }
    }

    @Test("triggers", arguments: [
        ("TRIGGER:-PT15M", Trigger.relative(CivilDuration(seconds: -900), to: .start)),
        ("TRIGGER;RELATED=END:P1D", .relative(CivilDuration(days: 1), to: .end)), ("TRIGGER:soon", nil),
    ])
    func triggers(line: String, expected: Trigger?) throws {
        let tree = try ComponentTree.parse(document(["BEGIN:VALARM", line, "END:VALARM"]))
        let property = try #require(tree.roots.first { _ in true }?.property("TRIGGER"))
        #expect(Trigger(property) == expected)
    }
}
