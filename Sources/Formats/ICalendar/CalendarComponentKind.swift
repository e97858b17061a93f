import Bytes
package import ContentLines

/// The components that a calendar object resource can be made of.
package enum CalendarComponentKind: String, Sendable, CaseIterable {
    case vevent = "VEVENT"
    case vtodo = "VTODO"
    case vjournal = "VJOURNAL"
    case vfreebusy = "VFREEBUSY"
    /// RFC 7953
    case vavailability = "VAVAILABILITY"
    /// draft-ietf-calext-vpoll
    case vpoll = "VPOLL"

    /// Nil for VTIMEZONE, for what only stands within others, and for what is not known.
    package init?(of component: Component) {
        switch component.nameCount {
        case 6 where component.isNamed("VEVENT"): self = .vevent
        case 5 where component.isNamed("VTODO"): self = .vtodo
        case 5 where component.isNamed("VPOLL"): self = .vpoll
        case 8 where component.isNamed("VJOURNAL"): self = .vjournal
        case 9 where component.isNamed("VFREEBUSY"): self = .vfreebusy
        case 13 where component.isNamed("VAVAILABILITY"): self = .vavailability
        default: return nil
        }
    }

    /// By name, without case.
    package init?(named name: String) { self.init(rawValue: name.uppercased()) }

    /// The name as RFC 5545 writes it.
    package var name: String { rawValue }
}
