import Bytes
import CivilTime
import ICalendar
import TestRandom
import Testing

@Suite("Joining calendar objects")
struct CalendarJoinerTests {
    private func join(_ objects: [[UInt8]], _ properties: CalendarProperties = CalendarProperties()) -> [UInt8] {
        var joiner = CalendarJoiner(properties: properties)
        return joiner.header() + objects.flatMap { joiner.append($0) ?? [] } + joiner.footer()
    }

    @Test("a time zone is written once, before the first object that needs it")
    func timeZones() {
        let one = event("1", ["DTEND;TZID=A:20250102T100000"])
        let two = event("2", ["DTEND;TZID=B:20250102T100000"])
        let joined = join([calendar(zone("A") + one), calendar(zone("A") + zone("B") + two)])
        #expect(text(joined) == text(calendar(zone("A") + one + zone("B") + two)))
    }

    @Test("of two definitions under one TZID the second gets another name, with the times that are told by it")
    func conflict() {
        var joiner = CalendarJoiner()
        let other = zone("A", offset: "+0400")
        let (one, two) = (event("1", ["DTEND;TZID=A:20250102T100000"]), event("2", ["DTEND;X=y;TZID=A;Z=1:20250102T100000", "TZID:none"]))
        #expect(joiner.append(calendar(zone("A") + one)) == document(zone("A") + one))
        let renamed = zone("A (2)", offset: "+0400")
        let twice = event("2", ["DTEND;X=y;TZID=A (2);Z=1:20250102T100000", "TZID:none"])
        #expect(joiner.append(calendar(other + two)).map(text) == text(document(renamed + twice)))
        #expect(joiner.append(calendar(other + event("3", ["DTEND;TZID=A:20250102T100000"]))).map(text)
            == text(document(event("3", ["DTEND;TZID=A (2):20250102T100000"]))))
        #expect(joiner.append(calendar(zone("A", offset: "+0500") + one)).map(text)?.contains("TZID=A (3)") == true)
        #expect(joiner.append(calendar(zone("A (2)", offset: "+0600") + two)).map(text)?.contains("TZID:A (2) (2)") == true)
    }

    @Test("definitions by which an object's times are the same are one, and others are kept apart, also under a name of the database")
    func sameTimes() {
        var joiner = CalendarJoiner(database: ZoneFiles.database)
        func berlin(_ zone: String = "Europe/Berlin", year: Int = 2025) -> [String] { event("1", ["DTEND;TZID=\(zone):\(year)0102T100000"]) }
        // What most programs write: the rules of today, for ever.
        let today = embedded("Europe/Berlin", daylight("19700329T020000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU")
            + standard("19701025T030000", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"))
        let late = embedded("Europe/Berlin", daylight("19960331T020000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU")
            + standard("19961027T030000", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"))
        let wrong = embedded("Europe/Berlin", standard("19700101T000000", "+0700", "+0700"))
        #expect(joiner.append(calendar(berlin())) == document(berlin()))
        #expect(joiner.append(calendar(late + berlin())) == document(late + berlin()))
        #expect(joiner.append(calendar(today + berlin())) == document(berlin()))
        let second = "Europe/Berlin (2)"
        #expect(joiner.append(calendar(wrong + berlin())).map(text)
            == text(document(embedded(second, standard("19700101T000000", "+0700", "+0700")) + berlin(second))))
        #expect(joiner.append(calendar(berlin())) == document(berlin()))
        // In 1975 the rules of today were not those of the database, nor of the definition that stands there.
        let third = joiner.append(calendar(today + berlin(year: 1975))).map(text)
        #expect(third?.contains("TZID:Europe/Berlin (3)\r\n") == true && third?.contains("TZID=Europe/Berlin (3)") == true)
    }

    @Test("who names a zone of the database without a definition gets one under another name where that name is taken")
    func byReference() throws {
        var joiner = CalendarJoiner(database: ZoneFiles.database)
        let wrong = embedded("Europe/Berlin", standard("19700101T000000", "+0700", "+0700"))
        let meeting = event("1", ["DTEND;TZID=Europe/Berlin:20250102T100000"])
        _ = joiner.append(calendar(wrong + meeting))
        let appended = joiner.append(calendar(meeting))
        let added = try #require(appended)
        let object = try calendarObject(calendar([]).dropLast(15) + added + [UInt8]("END:VCALENDAR\r\n".utf8))
        #expect(TimeZoneReferences.defined(in: object.calendar) == ["Europe/Berlin (2)"])
        #expect(TimeZoneReferences.referenced(in: object.calendar) == ["Europe/Berlin (2)"])
        let rules = CalendarTimeZones(object.calendar, database: ZoneFiles.database).rules(for: "Europe/Berlin (2)")
        #expect(rules.offset(at: Instant(seconds: 1_735_808_400)) == 3600)
    }

    @Test("where the database counts, the first definition of its names stands for all")
    func databaseFirst() {
        var joiner = CalendarJoiner(database: ZoneFiles.database(.database))
        let two = event("2", ["DTEND;TZID=Europe/Berlin:20250102T100000"])
        _ = joiner.append(calendar(zone("Europe/Berlin") + event("1")))
        #expect(joiner.append(calendar(zone("Europe/Berlin", offset: "+0400") + two)) == document(two))
    }

    private func embedded(_ id: String, _ lines: [String]) -> [String] {
        ["BEGIN:VTIMEZONE", "TZID:" + id] + lines + ["END:VTIMEZONE"]
    }

    @Test("name, description and colour of the calendar stand in the header, and are read back")
    func properties() throws {
        let properties = CalendarProperties(
            name: "Мой, №1", color: "#112233", description: "a\nb", timeZoneID: "Europe/Moscow")
        let joined = join([calendar(event("1"))], properties)
        #expect(text(joined).contains("X-WR-CALNAME:Мой\\, №1\r\n"))
        #expect(try CalendarSplitter(joined).properties == properties)
    }

    @Test("an object that cannot be read is passed over, one without its END is closed")
    func broken() {
        var joiner = CalendarJoiner()
        #expect(joiner.append([UInt8]("nonsense".utf8)) == nil)
        #expect(joiner.append(Array(calendar(event("1")).dropLast(27))).map(text) == text(document(event("1"))))
    }

    @Test("what is joined and split again is the same objects")
    func roundTrip() throws {
        var random = SeededGenerator(state: 5)
        for _ in 0..<200 {
            let objects = (0..<Int.random(in: 0..<8, using: &random)).map { randomObject($0, &random) }
            let (split, refusals) = try split(join(objects))
            #expect(refusals.isEmpty)
            #expect(split.map { text($0.bytes) } == objects.map { text($0) })
        }
    }

    private func randomObject(_ number: Int, _ random: inout SeededGenerator) -> [UInt8] {
        let zones = ["Europe/Moscow", "Asia/Omsk", "UTC"].shuffled(using: &random).prefix(
            Int.random(in: 0...3, using: &random))
        let properties = zones.map { "X-TIME;TZID=\($0):x" } + ["SUMMARY:жук\\, №\(number)", "X-LONG:a\r\n b\r\n  c"]
        var lines = zones.flatMap { zone($0) } + event("\(number)@x", properties)
        for day in 0..<Int.random(in: 0..<3, using: &random) {
            lines += event("\(number)@x", ["RECURRENCE-ID:2025010\(day + 1)"])
        }
        return calendar(lines)
    }
}
