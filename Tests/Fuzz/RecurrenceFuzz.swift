import Bytes
import CivilTime
import ICalendar

/// The first line is a DTSTART, the second a rule. What is read is written and read as the same rule; its occurrences ascend,
/// and those from a time on are the tail of all; the steps are never exceeded.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let lines = bytes.split(separator: 0x0A, maxSplits: 1)
    guard lines.count == 2, let begin = CalendarTime(lines[0]), let rule = RecurrenceRule(lines[1]) else { return 0 }
    var written: [UInt8] = []
    rule.append(to: &written)
    guard let again = RecurrenceRule(written[...]) else { preconditionFailure("an own rule is refused") }
    var second: [UInt8] = []
    again.append(to: &second)
    precondition(second == written, "written twice it differs")

    let limit = rule.limit(in: nil, isDate: begin.isDate)
    guard let occurrences = Occurrences(rule, start: begin.wall, isDate: begin.isDate, limit: limit) else { return 0 }
    let all = list(occurrences, 40)
    precondition(all.first == nil || all.first == begin.wall)
    for (one, next) in zip(all, all.dropFirst()) { precondition(one < next) }
    for target in all.prefix(12) {
        var sought = occurrences
        var budget = StepBudget(20_000)
        do {
            try sought.seek(to: target, &budget)
        } catch { continue }
        let tail = all.drop { $0 < target }
        let found = list(sought, tail.count)
        // Both may have ended for want of steps.
        for (one, other) in zip(found, tail) { precondition(one == other, "sought, others are found") }
    }
    _ = rule.annualDay(start: begin.wall.date)
    return 0
}

private func list(_ occurrences: Occurrences, _ count: Int) -> [CivilDateTime] {
    var occurrences = occurrences
    var budget = StepBudget(20_000)
    var made: [CivilDateTime] = []
    while made.count < count, let next = try? occurrences.next(&budget) { made.append(next) }
    return made
}
