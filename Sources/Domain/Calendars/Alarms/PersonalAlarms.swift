import ICalendar

/// Alarms on what is in a calendar that is another's. The stored bytes have those of the calendar's owner, which nobody else is shown; what
/// anybody else keeps is in an overlay (`Overlays`), and what they see is made of both.
package enum PersonalAlarms {
    /// Of one object. What is more is refused.
    package static let maximumSize = 64 * 1024

    /// The object as one sees it who keeps `overlay`. What cannot be read has no alarms.
    package static func bytes(of stored: [UInt8], with overlay: [UInt8]?) -> [UInt8] {
        guard let object = try? CalendarObjectResource.validate(stored) else { return stored }
        return parts(overlay).view(of: object)
    }

    static func parts(_ overlay: [UInt8]?) -> PersonalParts { overlay.map { PersonalParts(kept: $0) } ?? PersonalParts() }

    /// What is kept of them; nil: nothing.
    static func kept(_ parts: PersonalParts) throws(CalendarRefusal) -> [UInt8]? {
        if parts.isEmpty { return nil }
        let bytes = parts.kept()
        if bytes.count > maximumSize { throw .tooManyAlarms(limit: maximumSize) }
        return bytes
    }
}
