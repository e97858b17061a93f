import Bytes
import ContentLines

/// Makes one iCalendar stream of many calendar objects, piece by piece.
///
/// A time zone is written once for its TZID, before the first object that brings it. RFC 5545 §3.6.5 lets no two
/// VTIMEZONEs of a calendar have one TZID, so the definition that comes first stands for all; where another object had
/// a different one, its times are read by the first, and `conflictingTimeZoneIDs` names it.
package struct CalendarJoiner {
    /// RFC 5545 §3.7.3
    package static let productID = "-//Tegu//Tegu//EN"

    /// TZIDs that had more than one definition.
    package private(set) var conflictingTimeZoneIDs: Set<String> = []
    private let properties: CalendarProperties
    private var timeZones: [String: [UInt8]] = [:]

    package init(properties: CalendarProperties = CalendarProperties()) {
        self.properties = properties
    }

    /// What stands before the first object.
    package func header() -> [UInt8] {
        var writer = ContentLineWriter()
        writer.begin("VCALENDAR")
        writer.property("VERSION", text: "2.0")
        writer.property("PRODID", text: Self.productID)
        if let name = properties.name {
            writer.property("X-WR-CALNAME", text: name)
            // RFC 7986 §5.1
            writer.property("NAME", text: name)
        }
        if let description = properties.description { writer.property("X-WR-CALDESC", text: description) }
        if let zone = properties.timeZoneID { writer.property("X-WR-TIMEZONE", text: zone) }
        if let color = properties.color { writer.property("X-APPLE-CALENDAR-COLOR", text: color) }
        return writer.bytes
    }

    /// The object's components and the time zones that were not written yet. Nil for bytes that are no iCalendar: the
    /// rest of the calendar is of use without them.
    package mutating func append(_ object: [UInt8]) -> [UInt8]? {
        guard let document = try? CalendarDocument.parse(object) else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(object.count)
        for calendar in document.calendars {
            for zone in calendar.children(named: "VTIMEZONE") { append(zone, to: &out) }
            for component in calendar.children where !component.isNamed("VTIMEZONE") {
                component.appendSource(to: &out)
            }
        }
        return out
    }

    /// What stands after the last object.
    package func footer() -> [UInt8] { [UInt8]("END:VCALENDAR\r\n".utf8) }

    private mutating func append(_ zone: Component, to out: inout [UInt8]) {
        guard let id = zone.property("TZID")?.text else { return }
        let source = zone.normalizedSource
        if let known = timeZones[id] {
            if known != source { conflictingTimeZoneIDs.insert(id) }
            return
        }
        timeZones[id] = source
        out.append(contentsOf: source)
    }
}
