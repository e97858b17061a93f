import Bytes
package import XML

/// Which properties a request asks for.
package enum PropertyRequest: Sendable {
    case named([Property])
    /// RFC 4918 §14.2, with the names of `DAV:include`.
    case allprop(include: [XMLName])
    case propname

    package struct Property: Sendable {
        package var name: XMLName
        /// Of `CALDAV:calendar-data`.
        package var calendarData: CalendarDataForm?
        /// Of `CARDDAV:address-data`.
        package var addressData: AddressDataForm?

        package init(name: XMLName) { self.name = name }

        init(_ element: XMLElement) throws(RequestBodyError) {
            name = element.name
            if name == .caldav(.calendarData) { calendarData = try CalendarDataForm(element) }
            if name == .carddav(.addressData) { addressData = try AddressDataForm(element) }
        }
    }

    /// The properties that were asked for by name.
    package var properties: [Property] {
        switch self {
        case .named(let properties): properties
        case .allprop(let include): include.map(Property.init(name:))
        case .propname: []
        }
    }

    /// Each may be written for each of thousands of members.
    static let maximumCount = 1000

    /// From the children of a request's element; where it says nothing, `DAV:allprop` is meant (RFC 4918 §9.1).
    init(in element: XMLElement) throws(RequestBodyError) {
        if let prop = element.firstChild(named: .dav(.prop)) {
            var properties: [Property] = []
            for child in prop.children { properties.append(try Property(child)) }
            self = .named(properties)
        } else if element.firstChild(named: .dav(.propname)) != nil {
            self = .propname
        } else {
            let include = element.firstChild(named: .dav(.include))
            self = .allprop(include: include?.children.map(\.name) ?? [])
        }
        if properties.count > Self.maximumCount {
            throw .notUnderstood("A request may name \(Self.maximumCount) properties.")
        }
    }
}
