import Calendars
import CollectionStore
import Contacts
import Database
import XML

/// Whether a collection takes a member that is there already, elsewhere (COPY, MOVE): its bytes were judged by the rules of the
/// place where it is.
enum Admission {
    /// Throws `Reply` or the refusal of the kind.
    static func check(
        _ tx: borrowing ReadTransaction, _ member: Member, from source: Collection, to target: Collection
    ) throws {
        switch (source.kind, target.kind) {
        case (.calendar, .calendar): try CalendarComponents.check(member.component, in: target)
        case (.book, .book), (.folder, .folder), (.folder, .fileHome), (.fileHome, .folder), (.fileHome, .fileHome): return
        default: throw refusal(by: target)
        }
    }

    /// The same for a collection that is no calendar and no book itself: in those there are objects only.
    static func check(folder: Collection, to target: Collection) throws {
        if target.kind == .calendar || target.kind == .book { throw refusal(by: target) }
    }

    /// RFC 4791 §5.3.2.1 and RFC 6352 §6.3.2.1: what COPY or MOVE names must be of a media type that the target takes, too.
    private static func refusal(by target: Collection) -> Reply {
        switch target.kind {
        case .calendar:
            Reply(.forbidden, condition: .caldav(.supportedCalendarData), "Only the objects of calendars can be in a calendar.")
        case .book:
            Reply(.forbidden, condition: .carddav(.supportedAddressData), "Only the cards of address books can be in a book.")
        case .folder, .fileHome, .calendarHome, .bookHome, .notifications: Reply(.forbidden, "Objects of this kind cannot be there.")
        }
    }
}
