import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

/// Berlin since 1996: the clocks are put forward at 01:00 UTC on the last Sunday of March, and back on that of October.
struct Berlin: TimeZoneRules {
    func offset(at instant: Instant) -> Int {
        guard let year = CivilDateTime(wallSeconds: instant.seconds)?.date.year else { return 3600 }
        return lastSunday(year, 3)..<lastSunday(year, 10) ~= instant.seconds ? 7200 : 3600
    }

    func instant(of time: CivilDateTime) -> Instant {
        // With the offset of summer first: a time that comes twice is the earlier one.
        for offset in [7200, 3600] where self.offset(at: Instant(seconds: time.wallSeconds - Int64(offset))) == offset {
            return Instant(seconds: time.wallSeconds - Int64(offset))
        }
        return Instant(seconds: time.wallSeconds - 3600)
    }

    private func lastSunday(_ year: Int, _ month: Int) -> Int64 {
        let day = CivilDate.dayNumber(year: year, month: month, day: 31)
        return Int64(day - CivilDate.weekday(ofDayNumber: day).rawValue % 7) * 86_400 + 3600
    }
}

struct Zones: ZoneResolving {
    func rules(for zoneID: String) -> any TimeZoneRules {
        switch zoneID {
        case "Europe/Berlin": Berlin()
        case "Tokyo": FixedOffset(seconds: 9 * 3600)
        case "Hawaii": FixedOffset(seconds: -10 * 3600)
        default: FixedOffset.utc
        }
    }
}

/// The set of components of `kind`, each by its lines, separated by a blank line.
func recurrenceSet(_ lines: String, kind: String = "VEVENT") throws -> RecurrenceSet {
    let blocks = lines.split(separator: "\n\n").flatMap { block in
        ["BEGIN:\(kind)", "UID:1"] + block.split(separator: "\n").map(String.init) + ["END:\(kind)"]
    }
    let resource = try CalendarObjectResource.validate(calendar(blocks))
    return RecurrenceSet(resource.components, zones: Zones())
}

func instant(_ text: String) throws -> Instant { try Instant(seconds: time(text).wall.wallSeconds) }

/// The instances in a range of UTC, at most `count`.
func instances(
    _ set: RecurrenceSet, from start: String? = nil, to end: String? = nil, first count: Int = 50,
    floatingIn zone: any TimeZoneRules = FixedOffset.utc, steps: Int = 100_000
) throws -> [RecurrenceInstance] {
    var budget = StepBudget(steps)
    var made: [RecurrenceInstance] = []
    let range = try InstantRange(start: start.map(instant), end: end.map(instant))
    var instances = set.instances(overlapping: range, floatingIn: zone)
    while made.count < count, let instance = try instances.next(&budget) { made.append(instance) }
    return made
}

/// Starts as they are written, with a name of the component where it has a SUMMARY.
func starts(_ instances: [RecurrenceInstance]) -> [String] {
    instances.map { text($0.start) + ($0.component.property("SUMMARY").map { " " + $0.text } ?? "") }
}

func starts(
    _ lines: String, kind: String = "VEVENT", from start: String? = nil, to end: String? = nil
) throws -> [String] {
    try starts(instances(recurrenceSet(lines, kind: kind), from: start, to: end))
}
