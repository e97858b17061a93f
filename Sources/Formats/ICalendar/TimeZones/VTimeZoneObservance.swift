import Bytes
import CivilTime
import ContentLines

/// RFC 5545 §3.6.5: a STANDARD or DAYLIGHT of a VTIMEZONE, as it was read.
struct VTimeZoneObservance {
    /// Onsets are told on the wall of the time before.
    let offsetBefore: Int
    let after: Observance
    let start: CivilDateTime
    let rules: [RecurrenceRule]
    /// RDATE, of all types.
    let dates: [CalendarTime]

    /// Nil without a DTSTART or a TZOFFSETTO that can be read, and for another component.
    init?(_ component: Component) {
        let isDaylight = component.isNamed("DAYLIGHT")
        guard isDaylight || component.isNamed("STANDARD"), let start = component.property("DTSTART")?.calendarTime,
            let offset = component.property("TZOFFSETTO").flatMap({ UTCOffset($0.value.trimmingASCIIWhitespace) })
        else { return nil }
        let before = component.property("TZOFFSETFROM").flatMap { UTCOffset($0.value.trimmingASCIIWhitespace) }
        offsetBefore = before?.seconds ?? offset.seconds
        after = Observance(
            offset: offset.seconds, isDaylight: isDaylight, abbreviation: component.property("TZNAME")?.text ?? "")
        self.start = start.wall
        rules = component.properties(named: "RRULE").prefix(Self.lineLimit).compactMap { RecurrenceRule($0.value) }
        dates = component.properties(named: "RDATE").prefix(Self.lineLimit).flatMap { line in
            line.value.split(separator: 0x2C, maxSplits: Self.lineLimit).compactMap { value in
                // A period begins where a time would.
                CalendarTime(value.prefix { $0 != 0x2F })
            }
        }
    }

    /// More than any zone has had changes.
    private static let lineLimit = 1000

    /// RFC 5545 §3.6.5: onsets are local times by TZOFFSETFROM. One in UTC, which is an error, is the instant that it
    /// is.
    func instant(of onset: CalendarTime) -> Int64 {
        if case .utc(let time) = onset { return time.wallSeconds }
        return onset.wall.wallSeconds - Int64(offsetBefore)
    }
}
