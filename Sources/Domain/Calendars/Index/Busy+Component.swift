import Bytes
import CollectionStore
import ContentLines
import ICalendar

extension Busy {
    /// RFC 4791 §7.10, as far as the object alone says it, and alike for all its instances.
    init(of object: CalendarObjectResource) {
        switch object.kind {
        case .vevent:
            var all: Set<Busy> = []
            for component in object.components { all.insert(Busy(ofEvent: component)) }
            self = all.count == 1 ? all.first ?? .varies : .varies
        case .vtodo, .vjournal: self = .free
        case .vfreebusy, .vavailability, .vpoll: self = .varies
        }
    }

    private init(ofEvent event: Component) {
        // Whether the owner takes part stands in a PARTSTAT; and some clients have properties of their own.
        if event.property("ATTENDEE") != nil || event.property("X-MICROSOFT-CDO-BUSYSTATUS") != nil {
            self = .varies
        } else if event.hasValue("TRANSP", "TRANSPARENT") || event.hasValue("STATUS", "CANCELLED") {
            self = .free
        } else {
            self = event.hasValue("STATUS", "TENTATIVE") ? .tentative : .busy
        }
    }
}

extension Component {
    fileprivate func hasValue(_ name: StaticString, _ value: StaticString) -> Bool {
        property(name)?.value.trimmingASCIIWhitespace.equalsIgnoringASCIICase(value) ?? false
    }
}
