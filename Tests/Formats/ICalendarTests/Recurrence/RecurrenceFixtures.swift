import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

func rule(_ text: String) throws -> RecurrenceRule { try #require(RecurrenceRule(ArraySlice(text.utf8))) }

func time(_ text: String, zone: String? = nil) throws -> CalendarTime {
    try #require(CalendarTime(ArraySlice(text.utf8), zoneID: zone))
}

/// As a value of a property is written.
func text(_ time: CalendarTime) -> String {
    var out: [UInt8] = []
    time.append(to: &out)
    return String(utf8: out)
}

/// The first occurrences of a rule, in a place whose clocks never change.
func occurrences(
    _ rule: RecurrenceRule, _ start: String, first count: Int = 200, from target: String? = nil, steps: Int = 1_000_000,
    includesStart: Bool = true
) throws -> [String] {
    var budget = StepBudget(steps)
    let start = try time(start)
    var occurrences = try #require(Occurrences(
        rule, start: start.wall, isDate: start.isDate, limit: rule.limit(in: nil, isDate: start.isDate),
        includesStart: includesStart))
    if let target { try occurrences.seek(to: time(target).wall, &budget) }
    var texts: [String] = []
    while texts.count < count, let wall = try occurrences.next(&budget) { texts.append(text(start.withWall(wall))) }
    return texts
}

func occurrences(_ rule: String, _ start: String, first count: Int = 200, from target: String? = nil) throws -> [String] {
    try occurrences(ICalendarTests.rule(rule), start, first: count, from: target)
}
