import Bytes
package import CivilTime
package import ContentLines

extension ContentLine {
    /// RFC 5545 §3.2.19, without the blanks that some clients leave around it; nil for none, or an empty one.
    package var zoneID: String? {
        guard let value = parameterValue("TZID"), let first = value.utf8.first, let last = value.utf8.last else { return nil }
        // Mostly there are none.
        if !first.isASCIIWhitespace && !last.isASCIIWhitespace { return value }
        let name = ArraySlice(value.utf8).trimmingASCIIWhitespace
        return name.isEmpty ? nil : String(utf8: name)
    }

    /// The value as a DATE or DATE-TIME.
    package var calendarTime: CalendarTime? {
        let zoneID = zoneID
        return withValue { CalendarTime($0, zoneID: zoneID) }
    }

    /// The value as a list of them (RDATE, EXDATE); what is none is passed over.
    package var calendarTimes: [CalendarTime] {
        let zoneID = zoneID
        return withValue { CalendarTime.list($0, zoneID: zoneID) }
    }

    /// The value as a DURATION.
    package var duration: CivilDuration? { withValue { CivilDuration($0) } }

    /// The value as a RECUR.
    package var recurrenceRule: RecurrenceRule? { withValue { RecurrenceRule($0) } }
}
