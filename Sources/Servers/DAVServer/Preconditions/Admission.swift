import Calendars
import CollectionStore
import Contacts
import Database

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
        default: throw Reply(.forbidden, "Objects of this kind cannot be there.")
        }
    }
}
