import Calendars
package import CivilTime
package import CollectionStore
import Contacts

/// What the kinds of collections find out about bytes that are stored already.
package struct ObjectProjection: Sendable {
    let timeZones: TimeZoneDatabase

    package init(timeZones: TimeZoneDatabase) { self.timeZones = timeZones }

    package func facts(_ kind: CollectionKind, _ bytes: [UInt8]) -> MemberFacts? {
        switch kind {
        case .calendar: try? CalendarContent.facts(of: bytes, timeZones: timeZones)
        case .book: try? CardContent.facts(of: bytes)
        case .folder, .fileHome, .notifications: MemberFacts()
        case .calendarHome, .bookHome: nil
        }
    }
}
