import Bytes
import CivilTime
import ContentLines
import ICalendar
import TestRandom
import Testing

@Suite("The search text of an object")
struct CalendarSearchTextTests {
    private func searchText(_ lines: String) throws -> [UInt8]? {
        CalendarSearchText.of(try CalendarObjectResource.validate(object(lines)))
    }

    @Test("it has the decoded values of the object, folded, but no files")
    func content() throws {
        let found = try #require(try searchText("SUMMARY:Й\\, x\nATTACH:data\nBEGIN:VALARM\nACTION:audio\nEND:VALARM"))
        #expect(text(found) == "1\nИ\u{306}, X\nAUDIO")
    }

    @Test("an object with much text has none")
    func limit() throws {
        #expect(try searchText("DESCRIPTION:" + String(repeating: "a", count: 17_000)) == nil)
        #expect(try searchText("DESCRIPTION:" + String(repeating: "a", count: 15_000)) != nil)
        #expect(try searchText("ATTACH:" + String(repeating: "a", count: 17_000)) != nil)
    }

    @Test("what a filter asks for by text must be there, and of the rest nothing is known")
    func required() throws {
        func required(_ parts: FilterPart...) -> [[String]]? {
            component("VCALENDAR", nil, [.component(component("VEVENT", nil, parts))]).requiredSubstrings?.clauses
                .map { $0.map { text($0) } }
        }
        #expect(required(property("SUMMARY", contains: "é"), property("LOCATION", contains: "a", collation: .octet))
            == [["E\u{301}"], ["A"]])
        #expect(required(property("SUMMARY", contains: "a", not: true)) == nil)
        #expect(required(absentProperty("SUMMARY"), property("UID")) == nil)
        #expect(required(property("ATTACH", contains: "a")) == nil)
        // Sharees have alarms of their own, of which the text knows nothing.
        #expect(required(.component(component("VALARM", nil, [property("ACTION", contains: "a")]))) == nil)
        #expect(required(property("x-moz-lastack", contains: "a")) == nil)
        #expect(required(.component(component("VLOCATION", nil, [property("NAME", contains: "a")]))) == [["A"]])
        #expect(component("VCALENDAR", nil, [property("PRODID", contains: "a")]).requiredSubstrings == nil)
        let zone = component("VTIMEZONE", nil, [property("TZID", contains: "a")])
        #expect(component("VCALENDAR", nil, [.component(zone)]).requiredSubstrings == nil)
    }

    @Test("an object that matches has what is required")
    func agree() throws {
        var random = SeededGenerator(state: 5051)
        let letters = ["a", "A", "é", "E\u{301}", "É", "й", "Й", "ß", "ﬁ", "Ａ", ",", ";", "\n", "\\"]
        func word(_ count: ClosedRange<Int>) -> String {
            (0..<Int.random(in: count, using: &random)).map { _ in letters.randomElement(using: &random) ?? "" }.joined()
        }
        var matched = 0
        for _ in 0..<3_000 {
            var value: [UInt8] = []
            TextValue.appendEscaped(word(0...8).utf8, to: &value)
            let object = try CalendarObjectResource.validate(object("CATEGORIES:" + text(value)))
            let filter = component("VCALENDAR", nil, [.component(component("VEVENT", nil, [
                property("CATEGORIES", contains: word(0...2), not: Int.random(in: 0..<6, using: &random) == 0,
                    collation: Collation.allCases.randomElement(using: &random) ?? .octet)
            ]))])
            var budget = StepBudget(100)
            guard try CalendarFilterEvaluator(filter).matches(
                object, zones: Zones(), floatingIn: FixedOffset.utc, &budget)
            else { continue }
            matched += 1
            let searchText = try #require(CalendarSearchText.of(object))
            #expect(filter.requiredSubstrings?.allow(searchText) ?? true)
        }
        #expect(matched > 300)
    }
}
