import Bytes
import ContentLines
import Testing
import VCard

@Suite("Days of a card")
struct CardDatesTests {
    private func dates(_ lines: [String], version: String = "3.0") throws -> [CardDate] {
        CardDate.dates(of: try AddressObjectResource.validate(card(["UID:1"] + lines, version: version)).card)
    }

    @Test("V15, C8: a birthday in each form that is met", arguments: [
        ("BDAY:1984-02-29", 1984, 2, 29), ("BDAY:19840229", 1984, 2, 29), ("BDAY;VALUE=date: 1996-04-15 ", 1996, 4, 15),
        ("BDAY:--0229", nil, 2, 29), ("BDAY:--02-18", nil, 2, 18), ("BDAY:--1231", nil, 12, 31),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-18", nil, 2, 18), ("BDAY:1604-02-18", 1604, 2, 18),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1984-02-18", 1984, 2, 18),
        ("BDAY;VALUE=date-time:1953-10-15T23:10:00Z", 1953, 10, 15), ("BDAY:19531015T231000-0500", 1953, 10, 15),
        ("BDAY:1953-10-15T23:10:00.000+03:00", 1953, 10, 15), ("BDAY:19531102T14", 1953, 11, 2),
        ("item1.BDAY:20000101", 2000, 1, 1), ("BDAY:--0415T102200", nil, 4, 15), ("BDAY:0000-04-15", nil, 4, 15),
        ("BDAY;CALSCALE=Gregorian:19850412", 1985, 4, 12),
    ] as [(String, Int?, Int, Int)])
    func birthday(line: String, year: Int?, month: Int, day: Int) throws {
        #expect(try dates([line]) == [CardDate(kind: .birth, year: year, month: month, day: day)])
    }

    @Test("text, and what has no month and day, is no day", arguments: [
        "BDAY;VALUE=text:19840229", "BDAY:circa 1800", "BDAY:", "BDAY:1984", "BDAY:1984-02", "BDAY:---12", "BDAY:T102200",
        "BDAY:19830229", "BDAY:19841301", "BDAY:19840431", "BDAY:--0230", "BDAY:198402", "BDAY:1984022", "BDAY:1984-02-2x",
        "BDAY:19840229T", "BDAY:19840229T25", "BDAY:99999999999999999999", "BDAY:--", "X-ABDATE:19840229", "NOTE:19840229",
        "BDAY;CALSCALE=hebrew:57450412",
    ])
    func none(line: String) throws {
        #expect(try dates([line]).isEmpty)
    }

    @Test("anniversaries and deaths, by every name; the same day once")
    func kinds() throws {
        #expect(
            try dates([
                "BDAY:19840229", "X-ANNIVERSARY:2009-08-08", "X-EVOLUTION-ANNIVERSARY:2009-08-08", "DEATHDATE:19960415",
                "item2.X-ABDATE;type=pref:2010-01-02", "item2.X-ABLabel:_$!<Anniversary>!$_", "item3.X-ABDATE:2011-01-02",
                "item3.X-ABLabel:Exam",
            ]) == [
                CardDate(kind: .birth, year: 1984, month: 2, day: 29),
                CardDate(kind: .anniversary, year: 2009, month: 8, day: 8),
                CardDate(kind: .death, year: 1996, month: 4, day: 15),
                CardDate(kind: .anniversary, year: 2010, month: 1, day: 2),
            ])
        #expect(
            try dates(["ANNIVERSARY:20090808T1430-0500"], version: "4.0")
                == [CardDate(kind: .anniversary, year: 2009, month: 8, day: 8)])
    }
}
