import CivilTime
import ICalendar
import Testing

@Suite("Rules: the examples of RFC 5545 §3.8.5.3")
struct RecurrenceExampleTests {
    struct Example: CustomTestStringConvertible, Sendable {
        let rule: String
        let start: String
        let expected: String

        var testDescription: String { rule }
    }

    static let examples = [
        Example(rule: "FREQ=DAILY;COUNT=10", start: "19970902T090000", expected: "19970902 19970903 19970904 19970905 19970906 19970907 19970908 19970909 19970910 19970911"),
        Example(rule: "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", start: "19970922T090000", expected: "19970922 19971020 19971117 19971222 19980119 19980216"),
        Example(rule: "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", start: "19970512T090000", expected: "19970512 19980511 19990517"),
    ]

    @Test("the dates are those of the RFC", arguments: examples)
    func dates(example: Example) throws {
        let expected = example.expected.split(separator: " ").map { $0.contains("T") ? String($0) : $0 + "T090000" }
        #expect(try occurrences(example.rule, example.start, first: expected.count) == expected)
    }
}
