import Bytes
import ContentLines

/// Makes one iCalendar stream of many calendar objects, piece by piece.
///
/// A time zone is written once for its TZID, before the first object that brings it. RFC 5545 §3.6.5 lets no two
/// VTIMEZONEs of a calendar have one TZID: where another object has a different one of that name, such as Outlook's "Customized Time
/// Zone", it gets another name there, with the times that are told by it. Of a name that everybody knows the first definition stands
/// for all, since the name says what is meant.
package struct CalendarJoiner {
    /// RFC 5545 §3.7.3
    package static let productID = "-//Tegu//Tegu//EN"

    private let properties: CalendarProperties
    private let isStandard: (String) -> Bool
    /// The definitions of each TZID, each with the name under which it is written.
    private var timeZones: [String: [(source: [UInt8], name: String)]] = [:]
    private var written: Set<String> = []

    /// `isStandard` tells the TZIDs that mean the same everywhere.
    package init(
        properties: CalendarProperties = CalendarProperties(), isStandard: @escaping (String) -> Bool = { _ in false }
    ) {
        self.properties = properties
        self.isStandard = isStandard
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
            let names = newNames(in: calendar)
            for zone in calendar.children(named: "VTIMEZONE") {
                guard let id = zone.property("TZID")?.text, written.insert(names[id] ?? id).inserted else { continue }
                append(zone, names, to: &out)
            }
            for component in calendar.children where !component.isNamed("VTIMEZONE") { append(component, names, to: &out) }
        }
        return out
    }

    /// What stands after the last object.
    package func footer() -> [UInt8] { [UInt8]("END:VCALENDAR\r\n".utf8) }

    /// The other names of those of the calendar's zones whose own is taken by others.
    private mutating func newNames(in calendar: Component) -> [String: String] {
        var names: [String: String] = [:]
        for zone in calendar.children(named: "VTIMEZONE") {
            guard let id = zone.property("TZID")?.text, names[id] == nil else { continue }
            let source = zone.normalizedSource
            let known = timeZones[id] ?? []
            if let same = known.first(where: { $0.source == source || isStandard(id) }) {
                if same.name != id { names[id] = same.name }
                continue
            }
            var name = id
            var number = known.count + 1
            while !known.isEmpty, name == id || timeZones[name] != nil {
                name = "\(id) (\(number))"
                number += 1
            }
            timeZones[id, default: []].append((source, name))
            if name != id {
                names[id] = name
                timeZones[name] = [([], name)]
            }
        }
        return names
    }

    private func append(_ component: Component, _ names: [String: String], to out: inout [UInt8]) {
        if names.isEmpty { return component.appendSource(to: &out) }
        component.appendSource(to: &out) { line in
            if line.isNamed("TZID"), let name = names[line.text] {
                var value: [UInt8] = []
                TextValue.appendEscaped(name.utf8, to: &value)
                return Array(line.name) + [0x3A] + value
            }
            return line.parameter("TZID").flatMap { names[$0.value] }.flatMap { line.unfolded(withValue: $0, of: "TZID") }
        }
    }
}
