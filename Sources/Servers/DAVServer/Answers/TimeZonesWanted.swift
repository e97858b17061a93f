import CivilTime
import HTTPServer
import ICalendar

/// RFC 7809 §3.1.3: with which VTIMEZONEs a client wants calendar data, by its field CalDAV-Timezones.
enum TimeZonesWanted: Sendable {
    /// It does not say: with those that were sent.
    case asStored
    /// `T`: with one for each TZID.
    case all
    /// `F`: without those that everybody knows.
    case nonstandard

    init(_ headers: HTTPFields) {
        switch headers.first("caldav-timezones")?.lowercased() {
        case "t": self = .all
        case "f": self = .nonstandard
        default: self = .asStored
        }
    }

    /// What makes the tag of what is given another than that of the stored bytes.
    var tagSuffix: String {
        switch self {
        case .asStored: ""
        case .all: "-zones"
        case .nonstandard: "-no-zones"
        }
    }

    /// The bytes of the object as they are wanted.
    func bytes(of document: CalendarDocument, _ database: TimeZoneDatabase) -> [UInt8] {
        switch self {
        case .asStored: document.source
        case .all: TimeZonesByReference.addingMissingZones(to: document, database: database)
        case .nonstandard: TimeZonesByReference.removingStandardZones(from: document, database: database)
        }
    }

    /// The same for bytes that may be none of a calendar, which stay as they are.
    func bytes(of bytes: [UInt8], _ database: TimeZoneDatabase) -> [UInt8] {
        guard self != .asStored, let document = try? CalendarDocument.parse(bytes) else { return bytes }
        return self.bytes(of: document, database)
    }
}
