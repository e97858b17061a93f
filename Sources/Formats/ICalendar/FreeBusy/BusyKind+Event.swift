import Bytes
import ContentLines

extension BusyKind {
    /// The table of RFC 4791 §7.10, with what the user has answered to the invitation.
    init(ofEvent event: Component, _ participation: Participation) {
        let status = event.property("STATUS")?.value.trimmingASCIIWhitespace
        // RFC 5545 §3.8.2.7
        if event.has("TRANSP", "TRANSPARENT") || status?.equalsIgnoringASCIICase("CANCELLED") ?? false {
            self = .free
            return
        }
        let answer = participation.kind(in: event)
        if answer == .free {
            self = .free
        } else if event.isOutOfOffice {
            self = .unavailable
        } else if status?.equalsIgnoringASCIICase("TENTATIVE") ?? false {
            self = .tentative
        } else {
            self = answer ?? .busy
        }
    }
}

extension Component {
    /// Outlook: iCalendar has no value by which an event says that its owner is away, so it has a property of its own
    /// ([MS-OXCICAL] §2.1.3.1.1.20.31).
    fileprivate var isOutOfOffice: Bool { has("X-MICROSOFT-CDO-BUSYSTATUS", "OOF") }

    fileprivate func has(_ name: StaticString, _ value: StaticString) -> Bool {
        property(name)?.isValue(value) ?? false
    }
}

extension CalendarObjectResource {
    /// What an index can hold of the object, so that what takes nobody's time need not be looked at, and most others
    /// need not be read again.
    package func busyKind(_ participation: Participation = .unknown) -> ObjectBusyKind {
        switch kind {
        case .vevent:
            var common: BusyKind?
            for component in components {
                let kind = BusyKind(ofEvent: component, participation)
                guard common == nil || common == kind else { return .varies }
                common = kind
            }
            return .uniform(common ?? .free)
        // Each says for parts of its time what these are.
        case .vfreebusy, .vavailability: return .varies
        // RFC 4791 §7.10: only events and busy time count.
        case .vtodo, .vjournal, .vpoll: return .uniform(.free)
        }
    }
}
