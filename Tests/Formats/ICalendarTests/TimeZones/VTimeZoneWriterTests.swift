import Bytes
import CivilTime
import ContentLines
import ICalendar
import TestRandom
import Testing

@Suite struct VTimeZoneWriterTests {
    private func written(_ rules: ZoneRules, from start: Instant?) -> [UInt8] {
        var writer = ContentLineWriter()
        VTimeZoneWriter.append(rules, id: "Some/Zone", from: start, to: &writer)
        return writer.bytes
    }

    private func compiled(_ bytes: [UInt8]) throws -> ZoneRules {
        let lines = text(bytes).split(separator: "\r\n").map(String.init)
        return try #require(VTimeZoneRules.compile(try timeZone(lines)))
    }

    /// Both must agree at random instants and around each transition. They do so up to `end`: from the year 2100 on a
    /// zone whose rule cannot be told in one line may be given up.
    private func compare(_ zone: ZoneRules, _ other: ZoneRules, from start: Instant, to end: Instant) throws {
        var random = SeededGenerator(state: 7809)
        var instants = (0..<300).map { _ in
            Instant(seconds: .random(in: start.seconds...end.seconds, using: &random))
        }
        for transition in zone.transitions(after: start, through: min(end, try utc("20400101T000000Z"))) {
            instants += [-1, 0].map { Instant(seconds: transition.instant.seconds + $0) }
        }
        for instant in instants where instant >= start {
            let (expected, found) = (zone.observance(at: instant), other.observance(at: instant))
            guard expected.offset == found.offset, expected.abbreviation == found.abbreviation else {
                Issue.record("at \(instant) \(found) instead of \(expected)")
                return
            }
            guard let wall = zone.wallTime(at: instant) else { continue }
            if instant.seconds - start.seconds > 200_000, zone.instant(of: wall) != other.instant(of: wall) {
                Issue.record("wall \(wall)")
                return
            }
        }
    }

    @Test("what is written is read as the same zone, from its beginning", arguments: ZoneFiles.names)
    func whole(_ name: String) throws {
        let zone = try ZoneFiles.rules(name)
        try compare(zone, compiled(written(zone, from: nil)), from: utc("17000101T000000Z"),
            to: utc("25000101T000000Z"))
    }

    @Test("what is written from an instant on is the same zone from there", arguments: ZoneFiles.names)
    func truncated(_ name: String) throws {
        let zone = try ZoneFiles.rules(name)
        for start in ["19500601T000000Z", "20000101T000000Z", "20260101T000000Z", "20260701T000000Z",
            "22000701T000000Z"] {
            let start = try utc(start)
            try compare(zone, compiled(written(zone, from: start)), from: start, to: utc("25000101T000000Z"))
        }
    }

    @Test("what is cut to a range is the same zone there, and tells of no onset elsewhere (RFC 7808 §3.9)", arguments: ZoneFiles.names)
    func cut(_ name: String) throws {
        let zone = try ZoneFiles.rules(name)
        for (start, end) in [
            ("19500601T000000Z", "19800101T000000Z"), ("20000101T000000Z", "20260329T010000Z"), ("20260101T000000Z", "20560101T000000Z"),
            ("20260329T010000Z", "20261025T010000Z"), ("20500615T123456Z", "20500615T123457Z"),
        ] {
            let range = InstantRange(start: try utc(start), end: try utc(end))
            let bytes = truncated(zone, range)
            try compare(zone, compiled(bytes), from: utc(start), to: Instant(seconds: utc(end).seconds - 1))
            #expect(text(bytes).contains("TZUNTIL:\(end)\r\n"))
            let onsets = try text(bytes).split(separator: "\r\n").filter { $0.hasPrefix("DTSTART:") }.map { try utc(String($0.dropFirst(8))) }
            // By clocks that are no more than a day from UTC.
            #expect(try onsets.allSatisfy { try $0.seconds > utc(start).seconds - 86_400 && $0.seconds < utc(end).seconds + 86_400 })
        }
        let open = try InstantRange(start: utc("20200229T120000Z"))
        try compare(zone, compiled(truncated(zone, open)), from: utc("20200229T120000Z"), to: utc("25000101T000000Z"))
        let past = try InstantRange(end: utc("19700101T000000Z"))
        try compare(zone, compiled(truncated(zone, past)), from: utc("17000101T000000Z"), to: utc("19691231T235959Z"))
    }

    private func truncated(_ zone: ZoneRules, _ range: InstantRange) -> [UInt8] {
        var writer = ContentLineWriter()
        VTimeZoneWriter.append(zone, id: "Some/Zone", truncatedTo: range, to: &writer)
        return writer.bytes
    }

    @Test("a zone that is cut begins at the start that is asked for, and its rules end before the end (RFC 7808 §3.9)")
    func cutBerlin() throws {
        let range = try InstantRange(start: utc("20260601T000000Z"), end: utc("20280601T000000Z"))
        #expect(truncated(try ZoneFiles.rules("Europe/Berlin"), range) == document([
            "BEGIN:VTIMEZONE", "TZID:Some/Zone", "TZUNTIL:20280601T000000Z",
            "BEGIN:DAYLIGHT", "DTSTART:20260601T020000", "TZNAME:CEST", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0200", "END:DAYLIGHT",
            "BEGIN:STANDARD", "DTSTART:20261025T030000", "RRULE:FREQ=YEARLY;UNTIL=20280531T235959Z;BYDAY=-1SU;BYMONTH=10", "TZNAME:CET",
            "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "END:STANDARD",
            "BEGIN:DAYLIGHT", "DTSTART:20270328T020000", "RRULE:FREQ=YEARLY;UNTIL=20280531T235959Z;BYDAY=-1SU;BYMONTH=3", "TZNAME:CEST",
            "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "END:DAYLIGHT",
            "END:VTIMEZONE",
        ]))
    }

    @Test("today's rules are two components with endless rules")
    func berlin() throws {
        #expect(written(try ZoneFiles.rules("Europe/Berlin"), from: try utc("20260601T000000Z")) == document([
            "BEGIN:VTIMEZONE", "TZID:Some/Zone",
            "BEGIN:DAYLIGHT", "DTSTART:20260329T020000", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "TZNAME:CEST",
            "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "END:DAYLIGHT",
            "BEGIN:STANDARD", "DTSTART:20261025T030000", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "TZNAME:CET",
            "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "END:STANDARD",
            "END:VTIMEZONE",
        ]))
    }

    @Test("a week in two months is told by days of the year, and hours beyond the day move the weekday")
    func weeks() throws {
        let cairo = text(written(try ZoneFiles.rules("Africa/Cairo"), from: try utc("20260101T000000Z")))
        #expect(cairo.contains("RRULE:FREQ=YEARLY;BYDAY=FR;BYYEARDAY=-67,-66,-65,-64,-63,-62,-61\r\n"))
        let jerusalem = text(written(try ZoneFiles.rules("Asia/Jerusalem"), from: try utc("20260101T000000Z")))
        #expect(jerusalem.contains("RRULE:FREQ=YEARLY;BYDAY=FR;BYMONTHDAY=23,24,25,26,27,28,29;BYMONTH=3\r\n"))
    }

    @Test("a change is on the day that it has by the clock before, also where its rule was told by another")
    func otherClock() throws {
        let zone = try compiled(document([
            "BEGIN:VTIMEZONE", "TZID:x", "BEGIN:STANDARD", "DTSTART:20070311T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
            "TZOFFSETFROM:-0100", "TZOFFSETTO:-0800", "END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:20070624T020000",
            "RRULE:FREQ=YEARLY;BYMONTH=6;BYDAY=-1SU", "TZOFFSETFROM:-0100", "TZOFFSETTO:-0100", "END:DAYLIGHT", "END:VTIMEZONE",
        ]))
        #expect(try zone.offset(at: utc("20240629T120000Z")) == -28_800)
        try compare(zone, compiled(written(zone, from: nil)), from: utc("20080101T000000Z"), to: utc("25000101T000000Z"))
    }

    @Test("a change on the day with which what is written begins is not lost")
    func firstDay() throws {
        let zone = try #require(try zoneRules(daylight("16010101T000000", "-0500", "-0400")))
        let again = try compiled(written(zone, from: nil))
        #expect(try again.offset(at: utc("19600701T000000Z")) == -14_400 && again.offset(at: utc("16000701T000000Z")) == -18_000)
    }

    @Test("Ireland's winter is standard time, whatever the database calls it")
    func dublin() throws {
        let dublin = text(written(try ZoneFiles.rules("Europe/Dublin"), from: try utc("20260101T000000Z")))
        #expect(dublin.contains("BEGIN:STANDARD\r\nDTSTART:20251026T020000\r\n"))
        #expect(dublin.contains("TZNAME:GMT\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\nEND:STANDARD\r\n"))
    }

    @Test("a zone that never changes is one component, and lines are folded")
    func simple() throws {
        #expect(written(try ZoneFiles.rules("Etc/GMT-3"), from: nil) == document([
            "BEGIN:VTIMEZONE", "TZID:Some/Zone", "BEGIN:STANDARD", "DTSTART:16010101T000000", "TZNAME:+03",
            "TZOFFSETFROM:+0300", "TZOFFSETTO:+0300", "END:STANDARD", "END:VTIMEZONE",
        ]))
        let history = text(written(try ZoneFiles.rules("America/New_York"), from: nil))
        #expect(history.contains("TZOFFSETFROM:-045602\r\n"))
        #expect(history.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 75 })
    }
}
