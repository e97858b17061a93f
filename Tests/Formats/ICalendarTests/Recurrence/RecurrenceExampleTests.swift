import CivilTime
import ICalendar
import Testing

@Suite("Rules: the examples of RFC 5545 §3.8.5.3")
struct RecurrenceExampleTests {
    @Test("the instances are those of the RFC", arguments: RecurrenceExample.all)
    func instances(example: RecurrenceExample) throws {
        let parts = example.expected.split(separator: " ").map(String.init)
        if let first = parts.first, first.hasSuffix(":") {
            let made = try occurrences(rule(example.rule), example.start, first: 1000, includesStart: false)
            #expect("\(made.count):" == first)
            #expect(made.first?.prefix(8) == parts[1].prefix(8) && made.last?.prefix(8) == parts[2].prefix(8))
            return
        }
        var expected: [String] = []
        for part in parts {
            let day = expected.last?.prefix(8) ?? ""
            let isDay = !part.contains("T")
            expected.append(isDay ? part + example.start.suffix(7) : part.hasPrefix("T") ? day + part : part)
        }
        // "Friday the 13th" has an EXDATE for its DTSTART, which it does not match.
        let made = try occurrences(rule(example.rule), example.start, first: expected.count, includesStart: false)
        #expect(made == expected)
    }

    @Test("written and read again a rule is the same", arguments: RecurrenceExample.all)
    func roundTrip(example: RecurrenceExample) throws {
        let rule = try rule(example.rule)
        var out: [UInt8] = []
        rule.append(to: &out)
        #expect(RecurrenceRule(out[...]) == rule)
    }
}
