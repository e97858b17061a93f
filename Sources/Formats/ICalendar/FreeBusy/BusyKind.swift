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
    /// As `normalized`.
    private let addresses: Set<[UInt8]>
    private let unanswered: BusyKind

    /// Whoever attends everything that is in the calendar.
    package static let unknown = Participation(addresses: [])

    /// `addresses` are calendar user addresses, such as `mailto:bernard@example.com`, or paths on this server. `unanswered` is what an event is
    /// to which the user has not answered yet.
    package init(addresses: some Sequence<String>, unanswered: BusyKind = .busy) {
        self.addresses = Set(addresses.map { Self.normalized([UInt8]($0.utf8)[...]) })
        self.unanswered = unanswered
    }

    /// RFC 5545 §3.2.12; nil where no ATTENDEE is the user.
    func kind(in component: Component) -> BusyKind? {
        if addresses.isEmpty { return nil }
        for line in component.properties(named: "ATTENDEE") where isUser(line) {
            guard let status = line.parameter("PARTSTAT") else { return unanswered }
            if status.hasValue("DECLINED") { return .free }
            if status.hasValue("TENTATIVE") { return .tentative }
            return status.hasValue("NEEDS-ACTION") ? unanswered : .busy
        }
        return nil
    }

    /// By the value, or by the address that stands beside it (RFC 7986 §6.2).
    private func isUser(_ line: ContentLine) -> Bool {
        if addresses.contains(Self.normalized(line.value)) { return true }
        guard let email = line.parameterValue("EMAIL") else { return false }
        return addresses.contains(Self.normalized([UInt8]("mailto:\(email)".utf8)[...]))
    }

    /// Without case, percent coding and blanks; of a URL of HTTP the path, since a server has several names.
    private static func normalized(_ address: ArraySlice<UInt8>) -> [UInt8] {
        var text = (PercentCoding.decode(address) ?? Array(address)).map(\.asciiLowercased)[...].trimmingASCIIWhitespace
        if text.starts(with: "mailto:".utf8) { return Array("mailto:".utf8) + text.dropFirst(7).trimmingASCIIWhitespace }
        for scheme in ["https://", "http://"] where text.starts(with: scheme.utf8) {
            text = text.dropFirst(scheme.utf8.count).drop { $0 != 0x2F }
        }
        return Array(text)
    }
}
