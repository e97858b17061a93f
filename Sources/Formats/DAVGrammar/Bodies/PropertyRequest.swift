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
        package var calendarData: ObjectDataForm?
        /// Of `CARDDAV:address-data`.
        package var addressData: ObjectDataForm?

        package init(name: XMLName) { self.name = name }

        init(_ element: XMLElement) {
            name = element.name
            if name == .caldav(.calendarData) { calendarData = ObjectDataForm(element) }
            if name == .carddav(.addressData) { addressData = ObjectDataForm(element) }
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
            self = .named(prop.children.map(Property.init))
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

/// RFC 4791 §9.6, RFC 6352 §10.4: in which form an object is asked for.
package struct ObjectDataForm: Sendable {
    package var contentType: String?
    package var version: String?
    /// Whether only parts of the object, or other instances than are stored, are asked for.
    package var hasSelection: Bool

    init(_ element: XMLElement) {
        contentType = element.attribute("content-type").map { String(utf8: $0) }
        version = element.attribute("version").map { String(utf8: $0) }
        hasSelection = element.children.contains { _ in true }
    }
}
