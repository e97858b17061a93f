import Bytes

/// The name of an element: its namespace and its local name, whatever the prefix.
///
/// The names of the vocabularies are cases, so that `switch name { case .dav(.prop): ... }` is a jump and comparing them costs
/// nothing. A name that is in a vocabulary is never `.foreign`: the initialisers see to that.
@frozen package enum XMLName: Hashable, Sendable {
    case dav(DAV)
    case caldav(CalDAV)
    case carddav(CardDAV)
    case calendarServer(CalendarServer)
    case appleICal(AppleICal)
    case foreign(ForeignName)

    /// Nil where `local` cannot be the local name of an element.
    package init?(namespace: String, local: String) {
        guard XMLText.isName(local.utf8) else { return nil }
        self = KnownNames.name(namespace: [UInt8](namespace.utf8), local: [UInt8](local.utf8))
    }

    /// `local` must be a name, as a reader gives it.
    init(namespace: UnsafeBufferPointer<UInt8>, local: UnsafeBufferPointer<UInt8>) {
        self = KnownNames.name(namespace: namespace, local: local)
    }

    package var namespace: String {
        switch self {
        case .dav: XMLNamespace.dav.uri
        case .caldav: XMLNamespace.caldav.uri
        case .carddav: XMLNamespace.carddav.uri
        case .calendarServer: XMLNamespace.calendarServer.uri
        case .appleICal: XMLNamespace.appleICal.uri
        case .foreign(let name): String(utf8: name.namespace)
        }
    }

    package var local: String {
        switch self {
        case .dav(let name): name.rawValue
        case .caldav(let name): name.rawValue
        case .carddav(let name): name.rawValue
        case .calendarServer(let name): name.rawValue
        case .appleICal(let name): name.rawValue
        case .foreign(let name): String(utf8: name.local)
        }
    }

    /// Which of the known namespaces the name is in.
    package var knownNamespace: XMLNamespace? {
        switch self {
        case .dav: .dav
        case .caldav: .caldav
        case .carddav: .carddav
        case .calendarServer: .calendarServer
        case .appleICal: .appleICal
        case .foreign(let name): XMLNamespace.allCases.first { $0.uri.utf8.elementsEqual(name.namespace) }
        }
    }
}

/// A name that no vocabulary of this program has.
package final class ForeignName: Hashable, Sendable {
    /// Empty for a name in no namespace.
    package let namespace: [UInt8]
    package let local: [UInt8]

    init(namespace: [UInt8], local: [UInt8]) {
        self.namespace = namespace
        self.local = local
    }

    package static func == (a: ForeignName, b: ForeignName) -> Bool {
        a === b || (a.local == b.local && a.namespace == b.namespace)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(local)
        hasher.combine(namespace)
    }
}

/// The namespaces whose prefix is the same in every answer. Some clients look for the text of a prefix.
@frozen package enum XMLNamespace: UInt8, CaseIterable, Sendable {
    case dav, caldav, carddav, calendarServer, appleICal

    package var uri: String {
        switch self {
        case .dav: "DAV:"
        case .caldav: "urn:ietf:params:xml:ns:caldav"
        case .carddav: "urn:ietf:params:xml:ns:carddav"
        case .calendarServer: "http://calendarserver.org/ns/"
        case .appleICal: "http://apple.com/ns/ical/"
        }
    }

    var prefix: StaticString {
        switch self {
        case .dav: "D"
        case .caldav: "C"
        case .carddav: "CR"
        case .calendarServer: "CS"
        case .appleICal: "ICAL"
        }
    }
}
