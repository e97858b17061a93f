import Bytes
package import ICalendar
import XML

/// RFC 4791 §9.6: in which form a calendar object is asked for.
package struct CalendarDataForm: Sendable {
    package enum MediaType: Sendable {
        case iCalendar
        /// RFC 7265
        case jCal
    }

    package var mediaType = MediaType.iCalendar
    package var selection = CalendarDataSelection()

    package init() {}

    init(_ element: XMLElement) throws(RequestBodyError) {
        switch String(utf8: element.attribute("content-type") ?? []).lowercased() {
        case "text/calendar", "": mediaType = .iCalendar
        case "application/calendar+json": mediaType = .jCal
        case let other: throw .refused(.caldav(.supportedCalendarData), "Calendar data as \(other) is not served.")
        }
        if let version = element.attribute("version").map({ String(utf8: $0) }), version != "2.0" {
            throw .refused(.caldav(.supportedCalendarData), "iCalendar \(version) is not served.")
        }
        var count = 0
        for child in element.children {
            switch child.name {
            case .caldav(.comp): selection.component = try ComponentSelection(child, &count)
            // RFC 4791 §9.6: "(expand | limit-recurrence-set)?": one of them.
            case .caldav(.expand): selection.recurrence = .expanded(try Self.range(child))
            case .caldav(.limitRecurrenceSet): selection.recurrence = .limited(try Self.range(child))
            case .caldav(.limitFreebusySet): selection.freeBusyRange = try Self.range(child)
            default: continue
            }
        }
    }

    /// RFC 4791 §9.6.5 to §9.6.7: both the start and the end.
    private static func range(_ element: XMLElement) throws(RequestBodyError) -> InstantRange {
        try InstantRange(timeRange: element, condition: nil, isOpen: false)
    }
}

extension ComponentSelection {
    private static let maximumCount = 1000

    /// RFC 4791 §9.6.1. Neither `allprop` nor any `prop` asks for no property, and likewise for components.
    fileprivate init(_ element: XMLElement, _ count: inout Int) throws(RequestBodyError) {
        guard let name = element.attribute("name"), !name.isEmpty else { throw .notUnderstood("A comp has a name.") }
        self.init(name: String(utf8: name), properties: [], components: [])
        var isWhole = true
        for child in element.children {
            count += 1
            if count > Self.maximumCount { throw .notUnderstood("calendar-data asks for too many parts.") }
            switch child.name {
            case .caldav(.allprop): properties = nil
            case .caldav(.allcomp): components = nil
            case .caldav(.prop):
                guard let name = child.attribute("name"), !name.isEmpty else { throw .notUnderstood("A prop has a name.") }
                let novalue = child.attribute("novalue").map { $0.equalsIgnoringASCIICase("yes") } ?? false
                properties?.append(Property(name: String(utf8: name), isValueOmitted: novalue))
            case .caldav(.comp): components?.append(try ComponentSelection(child, &count))
            default: continue
            }
            isWhole = false
        }
        // `<comp name="VTIMEZONE"/>` in RFC 4791 §7.8.1 is answered with the whole component.
        if isWhole {
            properties = nil
            components = nil
        }
    }
}
