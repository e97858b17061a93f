import Bytes
import CollectionStore
import ContentLines
import ICalendar

extension CalendarObjectResource {
    /// RFC 5545 §3.8.1.3: of events that are confidential others see when they are; of other confidential components, of what is
    /// private, and of what is not understood they see nothing. The strictest component counts.
    var privacy: Privacy {
        var privacy = Privacy.open
        for component in components {
            for line in component.properties(named: "CLASS") {
                let value = line.value.trimmingASCIIWhitespace
                if value.equalsIgnoringASCIICase("PUBLIC") { continue }
                guard kind == .vevent, value.equalsIgnoringASCIICase("CONFIDENTIAL") else { return .hidden }
                privacy = .masked
            }
        }
        return privacy
    }
}
