// Calendars: what may be an object of a calendar. It owns the rules that RFC 4791 §4 and §5.3.2 lay on an object's
// bytes and on the calendar that takes it, and what an index holds of an object (Index/), and what becomes
// of the alarms of those whose the calendar is not (Alarms/). It must never change those bytes otherwise, and knows nothing of a protocol.
//
// Start reading at CalendarContent.swift, then Index/CalendarOccurrences.swift.

package import CollectionStore

/// The components that calendars here take.
package enum CalendarComponents {
    /// In upper case. A calendar may be made for some of them only (RFC 4791 §5.2.3).
    package static let all = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY"]

    /// Throws `CalendarRefusal.unsupportedComponent` where `calendar` does not take it; `component` in any case.
    package static func check(_ component: String, in calendar: Collection) throws(CalendarRefusal) {
        let name = component.uppercased()
        guard (calendar.components ?? all).contains(name) else { throw .unsupportedComponent(name) }
    }
}

/// Why bytes cannot be an object of a calendar.
package enum CalendarRefusal: Error, Equatable, Sendable {
    case notCalendarData(String)
    /// It is iCalendar, but not one object (RFC 4791 §4.1).
    case notObjectResource(String)
    /// A version of iCalendar that is not stored.
    case unsupportedData(String)
    case unsupportedComponent(String)
    /// A rule by a calendar that is not evaluated (RFC 7529).
    case unsupportedScale(String)
    case tooLarge(limit: Int)
    /// Of one instance.
    case tooManyAttendees(limit: Int)
    /// More bytes of alarms than are kept for one of those with whom a calendar is shared.
    case tooManyAlarms(limit: Int)
}
