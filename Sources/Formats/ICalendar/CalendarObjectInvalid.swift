package import Bytes

/// Why bytes are no calendar object resource.
package enum CalendarObjectInvalid: Error, Equatable, Sendable {
    // Not iCalendar at all.
    case notICalendar(ParseError)
    case containsNUL
    // Of a version that is not stored.
    case unsupportedVersion(String)
    // iCalendar, but not one object: RFC 4791 §4.1.
    case severalCalendars(Int)
    case noComponent
    case onlyTimeZones
    case mixedComponents(CalendarComponentKind, CalendarComponentKind)
    case noUID(CalendarComponentKind)
    case emptyUID(CalendarComponentKind)
    case uidTooLong(Int)
    case mixedUIDs(String, String)
    case methodPresent(String)
    case repeatedProperty(String)
    case tooManyMasters(Int)

    /// What is wrong, for whoever sent it.
    package var sentence: String {
        switch self {
        case .notICalendar(let error): "This is not iCalendar data: \(error)."
        case .containsNUL: "The data has a NUL byte in it, which iCalendar does not allow."
        case .unsupportedVersion(let version): "Version \(version) of iCalendar is not supported; send VERSION:2.0."
        case .severalCalendars(let count): "The data has \(count) VCALENDAR objects, where one object has exactly one."
        case .noComponent:
            "The VCALENDAR has no event, to-do, journal entry, free-busy or availability component in it."
        case .onlyTimeZones: "The VCALENDAR has only time zones in it."
        case .mixedComponents(let one, let other):
            "The data has a \(one.name) and a \(other.name), where one object has components of one kind."
        case .noUID(let kind): "The \(kind.name) has no UID."
        case .emptyUID(let kind): "The UID of the \(kind.name) is empty."
        case .uidTooLong(let count):
            "The UID has \(count) bytes; at most \(CalendarObjectResource.maximumUIDByteCount) are taken."
        case .mixedUIDs(let one, let other):
            "The data has the UIDs “\(one)” and “\(other)”, where one object has one UID."
        case .methodPresent(let method):
            "The data has METHOD:\(method), which a scheduling message has and a stored object must not have."
        case .tooManyMasters(let count):
            "The data has \(count) components without a RECURRENCE-ID; "
                + "at most \(CalendarObjectResource.mostMasters) are taken."
        case .repeatedProperty(let name): "A component has more than one \(name), and they differ."
        }
    }
}
