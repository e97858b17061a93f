import CollectionStore
import ContentLines
import ICalendar

extension Busy {
    /// RFC 4791 §7.10, as far as it holds for whoever's calendar the object is in.
    init(of object: CalendarObjectResource) {
        switch object.busyKind() {
        case .uniform(.free): self = .free
        // Whether the owner takes part stands in a PARTSTAT.
        case .uniform where object.components.contains { $0.property("ATTENDEE") != nil }: self = .varies
        case .uniform(.busy): self = .busy
        case .uniform(.tentative): self = .tentative
        case .uniform(.unavailable): self = .unavailable
        case .varies: self = .varies
        }
    }
}
