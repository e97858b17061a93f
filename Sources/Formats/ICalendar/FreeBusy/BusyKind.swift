import Bytes
import ContentLines

/// RFC 5545 §3.2.9: what a stretch of time is for others.
package enum BusyKind: UInt8, Hashable, Sendable, CaseIterable {
    case free = 0
    case busy = 1
    case tentative = 2
    case unavailable = 3

    /// The value of FBTYPE, and of BUSYTYPE (RFC 7953 §3.2).
    package var name: String {
        switch self {
        case .free: "FREE"
        case .busy: "BUSY"
        case .tentative: "BUSY-TENTATIVE"
        case .unavailable: "BUSY-UNAVAILABLE"
        }
    }

    /// RFC 5545 §3.2.9: "Applications MUST treat x-name and iana-token values they don't recognize the same way as they
    /// would the BUSY value."
    init(freeBusyType value: ArraySlice<UInt8>) {
        self = Self.allCases.first { value.equalsIgnoringASCIICase($0.name.utf8) } ?? .busy
    }
}

/// Whether others see all of an object's instances in one way.
package enum ObjectBusyKind: Hashable, Sendable {
    case uniform(BusyKind)
    /// Only the object itself tells which time is what.
    case varies
}

/// Whose busy time is asked for, where that matters: an event that somebody has declined takes none of their time.
package struct Participation: Sendable {
    /// In lower case.
    private let addresses: Set<[UInt8]>
    private let unanswered: BusyKind

    /// Whoever attends everything that is in the calendar.
    package static let unknown = Participation(addresses: [])

    /// `addresses` are calendar user addresses, such as `mailto:bernard@example.com`. `unanswered` is what an event is
    /// to which the user has not answered yet.
    package init(addresses: some Sequence<String>, unanswered: BusyKind = .busy) {
        self.addresses = Set(addresses.map { $0.utf8.map(\.asciiLowercased) })
        self.unanswered = unanswered
    }

    /// RFC 5545 §3.2.12; nil where no ATTENDEE is the user.
    func kind(in component: Component) -> BusyKind? {
        if addresses.isEmpty { return nil }
        for line in component.properties(named: "ATTENDEE")
        where addresses.contains(line.value.trimmingASCIIWhitespace.map(\.asciiLowercased)) {
            guard let status = line.parameter("PARTSTAT") else { return unanswered }
            if status.hasValue("DECLINED") { return .free }
            if status.hasValue("TENTATIVE") { return .tentative }
            return status.hasValue("NEEDS-ACTION") ? unanswered : .busy
        }
        return nil
    }
}
