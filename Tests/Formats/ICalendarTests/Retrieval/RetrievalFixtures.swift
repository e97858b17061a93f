import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

func calendarObject(_ bytes: [UInt8]) throws -> CalendarObjectResource { try CalendarObjectResource.validate(bytes) }

func rfcObject(_ text: String) throws -> CalendarObjectResource { try calendarObject(RFCExamples.bytes(text)) }

/// One component of `kind` for each block of lines, with VTIMEZONEs before them where `zones` names some.
func calendarObject(
    _ blocks: String, kind: String = "VEVENT", zones: [String] = []
) throws -> CalendarObjectResource {
    let lines = blocks.split(separator: "\n\n").flatMap { block in
        ["BEGIN:\(kind)", "UID:1"] + block.split(separator: "\n").map(String.init) + ["END:\(kind)"]
    }
    return try calendarObject(calendar(zones.flatMap { zoneOfDatabase($0).isEmpty ? zone($0) : zoneOfDatabase($0) } + lines))
}

func instantRange(_ start: String?, _ end: String?) throws -> InstantRange {
    try InstantRange(start: start.map(utc), end: end.map(utc))
}

extension CalendarDataSelection {
    static func expanding(_ start: String, _ end: String) throws -> CalendarDataSelection {
        var selection = CalendarDataSelection()
        selection.recurrence = .expanded(try instantRange(start, end))
        return selection
    }

    static func limiting(_ start: String, _ end: String) throws -> CalendarDataSelection {
        var selection = CalendarDataSelection()
        selection.recurrence = .limited(try instantRange(start, end))
        return selection
    }

    /// With the zones of the tests, and those of the object and the database.
    func applied(
        to object: CalendarObjectResource, floatingIn zone: any TimeZoneRules = FixedOffset.utc,
        limits: Limits = Limits(), steps: Int = 100_000
    ) throws -> String {
        var budget = StepBudget(steps)
        let zones = CalendarTimeZones(object.calendar, database: ZoneFiles.database)
        return text(try apply(to: object, zones: zones, floatingIn: zone, limits: limits, &budget))
    }

    /// What is wrong; nil where nothing is.
    func limit(
        on object: CalendarObjectResource, limits: Limits = Limits(), steps: Int = 100_000
    ) -> CalendarLimitExceeded? {
        var budget = StepBudget(steps)
        let zones = CalendarTimeZones(object.calendar, database: ZoneFiles.database)
        do {
            _ = try apply(to: object, zones: zones, floatingIn: FixedOffset.utc, limits: limits, &budget)
            return nil
        } catch {
            return error
        }
    }
}

/// The lines of each component of that name, without the lines that all of these tests' components have.
func blocks(_ text: String, kind: String = "VEVENT") -> [[String]] {
    var blocks: [[String]] = []
    for line in text.split(separator: "\r\n").map(String.init) {
        if line == "BEGIN:\(kind)" {
            blocks.append([])
        } else if !blocks.isEmpty, line != "END:\(kind)", line != "END:VCALENDAR", line != "UID:1" {
            blocks[blocks.count - 1].append(line)
        }
    }
    return blocks
}
