import Calendars
package import CollectionStore
import Contacts

/// What the kinds of collections find out about bytes, for `tegu check` and `tegu reindex`.
package enum ObjectProjection {
    package static func facts(_ kind: CollectionKind, _ bytes: [UInt8]) -> MemberFacts? {
        switch kind {
        case .calendar: try? CalendarContent.facts(of: bytes)
        case .book: try? CardContent.facts(of: bytes)
        case .folder, .fileHome: MemberFacts()
        case .calendarHome, .bookHome: nil
        }
    }
}
