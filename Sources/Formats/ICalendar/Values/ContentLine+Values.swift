import Bytes
package import CivilTime
package import ContentLines

extension ContentLine {
    /// RFC 5545 §3.2.19, without the blanks that some clients leave around it; nil for none, or an empty one.
    package var zoneID: String? {
        guard let value = parameter("TZID")?.value else { return nil }
        // Mostly there are none.
        guard let first = value.utf8.first, let last = value.utf8.last else { return nil }
        if !first.isASCIIWhitespace && !last.isASCIIWhitespace { return value }
        let name = ArraySlice(value.utf8).trimmingASCIIWhitespace
        return name.isEmpty ? nil : String(utf8: name)
    }

    /// The value as a DATE or DATE-TIME.
    package var calendarTime: CalendarTime? { CalendarTime(value, zoneID: zoneID) }

    /// The value as a DURATION.
    package var duration: CivilDuration? { CivilDuration(value) }
}
