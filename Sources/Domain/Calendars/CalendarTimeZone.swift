import ContentLines
import ICalendar

/// RFC 4791 §5.2.2: the time zone of a calendar.
package enum CalendarTimeZone {
    /// Whether `bytes` are an iCalendar object with exactly one VTIMEZONE and nothing else in it.
    package static func isValid(_ bytes: [UInt8]) -> Bool {
        guard let document = try? CalendarDocument.parse(bytes) else { return false }
        var calendars = document.calendars.makeIterator()
        guard let calendar = calendars.next(), calendars.next() == nil else { return false }
        var children = calendar.children.makeIterator()
        guard let zone = children.next(), children.next() == nil else { return false }
        return zone.isNamed("VTIMEZONE") && zone.property("TZID") != nil
    }
}
