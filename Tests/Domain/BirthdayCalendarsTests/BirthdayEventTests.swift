import BirthdayCalendars
import Bytes
import Testing
import VCard

@Suite("Events of birthdays")
struct BirthdayEventTests {
    private func events(_ lines: [String], version: String = "3.0") throws -> [String] {
        let text = (["BEGIN:VCARD", "VERSION:\(version)", "UID:u", "FN:Anna Berg"] + lines + ["END:VCARD", ""])
            .joined(separator: "\r\n")
        let card = try AddressObjectResource.validate(Array(text.utf8))
        return BirthdayEvent.dates(of: card).compactMap { BirthdayEvent($0, of: card) }.map { String(utf8: $0.bytes) }
    }

    /// DTSTART, DTEND, RRULE and SUMMARY.
    private func facts(_ event: String) -> [String] {
        event.split(separator: "\r\n").map(String.init).filter {
            $0.hasPrefix("DTSTART") || $0.hasPrefix("DTEND") || $0.hasPrefix("RRULE") || $0.hasPrefix("SUMMARY")
        }
    }

    @Test("V15: each form of a birthday", arguments: [
        ("BDAY:1984-02-18", "19840218", "19840219", "🎂 Anna Berg (1984)"),
        ("BDAY:19840218", "19840218", "19840219", "🎂 Anna Berg (1984)"),
        ("BDAY:1984-12-31", "19841231", "19850101", "🎂 Anna Berg (1984)"),
        ("BDAY:--02-18", "19720218", "19720219", "🎂 Anna Berg"),
        ("BDAY:--0218", "19720218", "19720219", "🎂 Anna Berg"),
        ("BDAY:--1231", "19721231", "19730101", "🎂 Anna Berg"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-18", "19720218", "19720219", "🎂 Anna Berg"),
        ("BDAY:1604-02-18", "19720218", "19720219", "🎂 Anna Berg"),
        ("BDAY;VALUE=date-time:1953-10-15T23:10:00Z", "19531015", "19531016", "🎂 Anna Berg (1953)"),
        ("BDAY:19531015T231000-0500", "19531015", "19531016", "🎂 Anna Berg (1953)"),
        ("BDAY:0001-01-01", "00010101", "00010102", "🎂 Anna Berg (1)"),
        ("X-ANNIVERSARY:2009-08-08", "20090808", "20090809", "💍 Anna Berg (2009)"),
        ("ANNIVERSARY:20090808", "20090808", "20090809", "💍 Anna Berg (2009)"),
        ("item1.X-ABDATE:2009-08-08\r\nitem1.X-ABLabel:_$!<Anniversary>!$_", "20090808", "20090809", "💍 Anna Berg (2009)"),
    ])
    func forms(_ line: String, _ start: String, _ end: String, _ summary: String) throws {
        let found = try events([line])
        #expect(found.count == 1)
        #expect(facts(try #require(found.first)) == [
            "DTSTART;VALUE=DATE:\(start)", "DTEND;VALUE=DATE:\(end)", "RRULE:FREQ=YEARLY", "SUMMARY:\(summary)",
        ])
    }

    @Test("V15: 29 February is the last day of February in each year", arguments: [
        ("BDAY:1984-02-29", "19840229", "🎂 Anna Berg (1984)"), ("BDAY:--0229", "19720229", "🎂 Anna Berg"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29", "19720229", "🎂 Anna Berg"),
    ])
    func leapDay(_ line: String, _ start: String, _ summary: String) throws {
        #expect(facts(try #require(try events([line]).first)) == [
            "DTSTART;VALUE=DATE:\(start)", "DTEND;VALUE=DATE:\(start.dropLast(4))0301",
            "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", "SUMMARY:\(summary)",
        ])
    }

    @Test("V15: text, half a date and a day that does not exist have no event", arguments: [
        "BDAY;VALUE=text:circa 1800", "BDAY:1984", "BDAY:1984-02", "BDAY:19830229", "BDAY:", "NOTE:x", "DEATHDATE:19960415",
    ])
    func none(_ line: String) throws {
        #expect(try events([line]).isEmpty)
    }

    @Test("a birthday and an anniversary are two events, of each kind the first is taken; a group has none")
    func kinds() throws {
        let lines = ["BDAY:19840218", "ANNIVERSARY:20090808", "BDAY:19850218", "X-ANNIVERSARY:20100808"]
        #expect(try events(lines, version: "4.0").map { facts($0)[0] } == [
            "DTSTART;VALUE=DATE:19840218", "DTSTART;VALUE=DATE:20090808",
        ])
        #expect(try events(lines + ["KIND:group"], version: "4.0").isEmpty)
    }

    @Test("UID and name come from the card's UID and the kind, and nothing else")
    func identity() throws {
        let uid = BirthdayEvent.uid(ofCard: "u", .birth)
        #expect(try events(["BDAY:19840218"])[0].contains("\r\nUID:\(uid)\r\n"))
        #expect(try events(["BDAY:--1231", "TEL:1"])[0].contains("\r\nUID:\(uid)\r\n"))
        #expect(BirthdayEvent.name(ofCard: "u", .birth) == uid + ".ics")
        #expect(BirthdayEvent.uid(ofCard: "u", .anniversary) != uid)
        #expect(BirthdayEvent.uid(ofCard: "v", .birth) != uid)
    }

    @Test("nobody is busy, and a name with commas is text (RFC 5545 §3.3.11)")
    func text() throws {
        let event = try #require(try events(["BDAY:19840218"]).first)
        #expect(event.contains("\r\nTRANSP:TRANSPARENT\r\n"))
        let card = try AddressObjectResource.validate(Array(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nFN:Berg\\, Anna\\nX\r\nBDAY:19840218\r\nEND:VCARD\r\n".utf8))
        let made = BirthdayEvent.dates(of: card).compactMap { BirthdayEvent($0, of: card) }
        #expect(String(utf8: try #require(made.first).bytes).contains("SUMMARY:🎂 Berg\\, Anna\\nX (1984)\r\n"))
    }
}
