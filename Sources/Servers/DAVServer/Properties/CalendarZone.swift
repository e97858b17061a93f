import CivilTime
import ContentLines
import ICalendar
import XML

/// The two properties that name a calendar's time zone. A client sets either, and reads both (RFC 7809 §5.2).
enum CalendarZone {
    /// Up to so many bytes a definition is parsed at once.
    private static let shortDefinition = 4096

    /// RFC 4791 §5.2.2, made of the name that was set.
    static func definition(_ source: ResourceSource) throws -> [UInt8]? {
        guard let stored = source.stored(.caldav(.calendarTimezoneId)) else { return nil }
        let timeZones = source.exchange.server.timeZones
        let text = String(decoding: try XMLDocument.parse(stored).root.trimmedText, as: UTF8.self)
        guard let name = timeZones.name(text), let rules = timeZones.rules(named: name) else { return nil }
        var writer = ContentLineWriter()
        writer.begin("VCALENDAR")
        writer.property("VERSION", text: "2.0")
        writer.property("PRODID", text: CalendarJoiner.productID)
        VTimeZoneWriter.append(rules, id: name, to: &writer)
        writer.end("VCALENDAR")
        return writer.bytes
    }

    /// RFC 7809 §5.2: the TZID of the zone that was set as a definition, whatever it is.
    static func name(_ source: ResourceSource) throws -> String? {
        guard let stored = source.stored(.caldav(.calendarTimezone)) else { return nil }
        if stored.count > shortDefinition { try source.exchange.takesLong() }
        guard let document = try? CalendarDocument.parse(try XMLDocument.parse(stored).root.text),
            let calendar = document.calendars.first else { return nil }
        return calendar.children(named: "VTIMEZONE").first?.property("TZID")?.text
    }
}
