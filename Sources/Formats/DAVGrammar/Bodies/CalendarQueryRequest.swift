import Bytes
package import ICalendar
import XML

/// RFC 4791 §9.5.
package struct CalendarQueryRequest: Sendable {
    package var properties: PropertyRequest
    /// Of the VCALENDAR.
    package var filter: ComponentFilter
    /// In which zone floating times and days are looked at.
    package var zone: QueryTimeZone?
    /// RFC 6352's limit, which clients of calendars use too.
    package var limit: Int?

    init(_ root: XMLElement) throws(RequestBodyError) {
        properties = try PropertyRequest(in: root)
        filter = try ComponentFilter(queryFilter: root.firstChild(named: .caldav(.filter)))
        zone = QueryTimeZone(in: root)
        limit = try root.firstChild(named: .dav(.limit)).limit(.dav(.nresults))
    }
}

/// The time zone that a query names for itself.
package enum QueryTimeZone: Hashable, Sendable {
    /// RFC 4791 §9.8: an iCalendar object with one VTIMEZONE.
    case definition([UInt8])
    /// RFC 7809 §5.2
    case id(String)

    init?(in root: XMLElement) {
        if let id = root.firstChild(named: .caldav(.timezoneId)) {
            self = .id(String(utf8: id.trimmedText))
        } else if let zone = root.firstChild(named: .caldav(.timezone)) {
            self = .definition(zone.text)
        } else {
            return nil
        }
    }
}

/// RFC 4791 §7.10, §9.11.
package struct FreeBusyQueryRequest: Sendable {
    package var range: InstantRange

    init(_ root: XMLElement) throws(RequestBodyError) {
        guard let element = root.firstChild(named: .caldav(.timeRange)) else {
            throw .notUnderstood("A free-busy-query has a time-range.")
        }
        range = try InstantRange(timeRange: element, condition: nil, isOpen: false)
    }
}

extension XMLElement? {
    /// The number in a limit's `nresults` (RFC 5323 §5.17, RFC 6352 §10.6); nil without a limit.
    func limit(_ name: XMLName) throws(RequestBodyError) -> Int? {
        guard let element = self?.firstChild(named: name) else { return nil }
        guard let number = element.trimmedText.decimalValue, number > 0 else { throw .notUnderstood("nresults is a number above 0.") }
        return number
    }
}
