import CivilTime
import CollectionStore
import Calendars
import ContentLines
import Database
import ICalendar
import XML

/// The hours in which somebody can be met (RFC 7953 §7.2.4), a property of their home for as long as there is no scheduling inbox.
enum CalendarAvailability {
    /// Apple's programs had it first, under a name of their own.
    private static let names: [XMLName] = [.caldav(.calendarAvailability), .calendarServer(.calendarAvailability)]

    /// Throws `Reply` for what is no VCALENDAR with nothing but VAVAILABILITYs and the zones that they need.
    static func check(_ value: [UInt8]) throws {
        guard let calendar = calendar(value), calendar.children.allSatisfy({ $0.isNamed("VAVAILABILITY") || $0.isNamed("VTIMEZONE") }),
            calendar.children.contains(where: { $0.isNamed("VAVAILABILITY") }) else {
            throw Reply(.forbidden, condition: .caldav(.validCalendarData), "It must be a VCALENDAR with VAVAILABILITY.")
        }
    }

    /// What was set last; none where it cannot be read.
    static func hours(
        _ tx: borrowing ReadTransaction, of home: CollectionID, _ timeZones: TimeZoneDatabase
    ) throws -> [Availability] {
        for name in names {
            guard let stored = try DeadProperties.value(tx, of: home, nil, namespace: name.namespace, name: name.local),
                let calendar = calendar(try XMLDocument.parse(stored).root.text) else { continue }
            let zones = CalendarTimeZones(calendar, database: timeZones)
            return calendar.children(named: "VAVAILABILITY").prefix(maximumCount).map { Availability($0, zones: zones) }
        }
        return []
    }

    /// More than that nobody has; each costs when a home is asked.
    private static let maximumCount = 100

    private static func calendar(_ bytes: [UInt8]) -> Component? {
        guard let document = try? CalendarDocument.parse(bytes) else { return nil }
        var calendars = document.calendars.makeIterator()
        guard let calendar = calendars.next(), calendars.next() == nil else { return nil }
        return calendar
    }
}
