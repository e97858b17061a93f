import Bytes
import ContentLines

/// What in a component is for one person alone: RFC 5545 §3.6.6 VALARM with all that is in it (RFC 9074: ACKNOWLEDGED, snoozing alarms), and
/// what Thunderbird notes beside it.
extension Component {
    /// The alarms in it, in their order, however deep they stand: where an END is missing, one stands in what should be beside it.
    var alarms: [Component] {
        var found: [Component] = []
        var pending = Array(children)
        while let component = pending.popLast() {
            if component.isNamed("VALARM") { found.append(component) } else { pending.append(contentsOf: component.children) }
        }
        return found.sorted { $0.sourceRange.lowerBound < $1.sourceRange.lowerBound }
    }

    var personalLines: [ContentLine] { properties.filter(\.isPersonal) }

    /// RFC 5545 §3.8.4.4: which instance it is; empty for a master.
    var instanceKey: [UInt8] { property("RECURRENCE-ID").map { [UInt8]($0.value.trimmingASCIIWhitespace) } ?? [] }
}

extension ContentLine {
    /// Thunderbird: when somebody has seen to the alarms, and until when they have put them off; of a series for each instance one.
    var isPersonal: Bool { nameCount >= 13 && Self.isPersonal(name) }

    static func isPersonal(_ name: some Collection<UInt8>) -> Bool {
        name.equalsIgnoringASCIICase("X-MOZ-LASTACK") || name.prefix(17).equalsIgnoringASCIICase("X-MOZ-SNOOZE-TIME")
    }
}
