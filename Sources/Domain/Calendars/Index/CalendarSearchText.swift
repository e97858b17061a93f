import CollectionStore
import ICalendar

/// The text of a calendar object, as an index holds it.
enum CalendarSearchText {
    static func of(_ object: CalendarObjectResource) -> ObjectIndex.Text { .unknown }
}
