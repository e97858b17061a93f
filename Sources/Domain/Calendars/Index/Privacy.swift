import Bytes
import ContentLines
import ICalendar

extension CalendarObjectResource {
    /// RFC 5545 §3.8.1.3: whether any of its components is not public. What is not understood is private.
    var isPrivate: Bool {
        components.contains { component in
            for line in component.properties(named: "CLASS")
            where !line.value.trimmingASCIIWhitespace.equalsIgnoringASCIICase("PUBLIC") { return true }
            return false
        }
    }
}
