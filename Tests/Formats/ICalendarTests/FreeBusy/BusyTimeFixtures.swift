import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

/// The busy time of a range, each period as `20250101T090000Z/20250101T100000Z BUSY`.
func busy(
    _ objects: [CalendarObjectResource], _ start: String, _ end: String, floatingIn zone: any TimeZoneRules = Berlin(),
    participation: Participation = .unknown, maskedUID: String? = nil
) throws -> [String] {
    var busy = try BusyTime(from: utc(start), to: utc(end), participation: participation, maskedUID: maskedUID)
    var budget = StepBudget(100_000)
    for object in objects { try busy.add(object, zones: Zones(), floatingIn: zone, &budget) }
    return try busy.periods().map(text)
}

func text(_ period: BusyTime.Period) -> String {
    let times = [period.start, period.end].map { instant in
        CivilDateTime(wallSeconds: instant.seconds).map { text(CalendarTime.utc($0)) } ?? "?"
    }
    return times.joined(separator: "/") + " " + period.kind.name
}

/// An event on 1 January 2025, from the hour on for an hour.
func hour(_ hour: Int, _ lines: String...) throws -> CalendarObjectResource {
    let start = "DTSTART:20250101T\(hour < 10 ? "0" : "")\(hour)0000Z"
    return try calendarObject(([start, "DURATION:PT1H"] + lines).joined(separator: "\n"))
}

/// `9-10 BUSY` for a period of that day.
func hours(_ objects: [CalendarObjectResource], participation: Participation = .unknown) throws -> [String] {
    try busy(objects, "20250101T000000Z", "20250102T000000Z", participation: participation).map {
        let parts = $0.split(separator: " ")
        let times = parts[0].split(separator: "/").map { Int($0.dropFirst(9).prefix(2)) ?? 0 }
        return "\(times[0])-\(times[1]) \(parts[1])"
    }
}
