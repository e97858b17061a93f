import Bytes
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

    @Test("of a name that everybody knows the first definition stands for all")
    func standard() {
        var joiner = CalendarJoiner(isStandard: { $0 == "A" })
        _ = joiner.append(calendar(zone("A") + event("1")))
        let two = event("2", ["DTEND;TZID=A:20250102T100000"])
        #expect(joiner.append(calendar(zone("A", offset: "+0400") + two)) == document(two))
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
