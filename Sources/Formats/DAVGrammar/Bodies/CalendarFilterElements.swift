import Bytes
import CivilTime
import ContentLines
import ICalendar
import XML

extension ComponentFilter {
    private static let elements = FilterElements.calendar
    /// Filters may branch, but nothing that is asked has so many.
    static let maximumCount = 200

    /// The CALDAV:filter of a query (RFC 4791 §9.7): one comp-filter, for the VCALENDAR.
    init(queryFilter element: XMLElement?) throws(RequestBodyError) {
        guard let outer = element?.firstChild(named: .caldav(.compFilter)) else {
            throw Self.elements.invalid("A filter has a comp-filter.")
        }
        var count = 0
        self = try ComponentFilter(outer, &count)
        guard name.uppercased() == "VCALENDAR" else { throw Self.elements.invalid("The outermost comp-filter is VCALENDAR.") }
        if isNotDefined { throw Self.elements.invalid("A VCALENDAR is always there.") }
    }

    private init(_ element: XMLElement, _ count: inout Int) throws(RequestBodyError) {
        self.init(name: try Self.elements.name(of: element))
        count += 1
        if count > Self.maximumCount { throw .refused(Self.elements.supportedFilter, "The filter is too large.") }
        for child in element.children {
            switch child.name {
            case .caldav(.isNotDefined): isNotDefined = true
            case .caldav(.timeRange): timeRange = try InstantRange(timeRange: child, condition: Self.elements.validFilter)
            case .caldav(.propFilter): properties.append(try CalendarPropertyFilter(child, &count))
            case .caldav(.compFilter): components.append(try ComponentFilter(child, &count))
            default: throw Self.elements.unsupported(child)
            }
        }
        if isNotDefined, timeRange != nil || !properties.isEmpty || !components.isEmpty {
            throw Self.elements.invalid("What is not defined has no other test.")
        }
    }
}

extension CalendarPropertyFilter {
    private static let elements = FilterElements.calendar

    fileprivate init(_ element: XMLElement, _ count: inout Int) throws(RequestBodyError) {
        self.init(name: try Self.elements.name(of: element))
        count += 1
        if count > ComponentFilter.maximumCount { throw .refused(Self.elements.supportedFilter, "The filter is too large.") }
        var hasTest = false
        for child in element.children {
            switch child.name {
            case .caldav(.paramFilter):
                count += 1
                parameters.append(try Self.elements.parameter(child))
                continue
            case .caldav(.isNotDefined): isNotDefined = true
            case .caldav(.timeRange): timeRange = try InstantRange(timeRange: child, condition: Self.elements.validFilter)
            case .caldav(.textMatch): text = try Self.elements.text(child)
            default: throw Self.elements.unsupported(child)
            }
            if hasTest { throw Self.elements.invalid("A prop-filter has one time-range or text-match.") }
            hasTest = true
        }
        if count > ComponentFilter.maximumCount { throw .refused(Self.elements.supportedFilter, "The filter is too large.") }
        if isNotDefined, !parameters.isEmpty { throw Self.elements.invalid("What is not defined has no other test.") }
    }
}

extension InstantRange {
    /// The start and end of a time-range (RFC 4791 §9.9), expand, limit-recurrence-set or limit-freebusy-set: times in
    /// UTC, one of which may be missing where `isOpen`.
    init(timeRange element: XMLElement, condition: XMLName?, isOpen: Bool = true) throws(RequestBodyError) {
        func refused(_ sentence: String) -> RequestBodyError {
            condition.map { .refused($0, sentence) } ?? .notUnderstood(sentence)
        }
        func instant(_ value: [UInt8]?) throws(RequestBodyError) -> Instant? {
            guard let value else { return nil }
            guard case .utc(let time)? = CalendarTime(value[...]) else {
                throw refused("The start and the end of a range are times in UTC.")
            }
            return Instant(seconds: time.wallSeconds)
        }
        self.init(start: try instant(element.attribute("start")), end: try instant(element.attribute("end")))
        if start == nil && end == nil || !isOpen && (start == nil || end == nil) { throw refused("A range has a start and an end.") }
        if let start, let end, end.seconds <= start.seconds { throw refused("A range ends after it starts.") }
    }
}
