import Bytes
package import CivilTime
package import ContentLines
import Synchronization

/// What the TZIDs of one VCALENDAR mean.
///
/// A TZID is free text (RFC 5545 §3.8.3.1), and the VTIMEZONE that goes with it may be missing, old, or wrong. The
/// first that has an answer counts:
///
/// 1. where the TZID is a name of the time zone database, or ends in one, the database. A VTIMEZONE of that name is a
///    copy of what the database once said; where governments have changed their minds since, the copy would shift
///    events. With `Policy.embeddedFirst` this step comes third;
/// 2. the VTIMEZONE of that TZID (RFC 5545 §3.6.5): a name that is only this calendar's;
/// 3. what such a VTIMEZONE says it is a copy of, if its own rules cannot be used;
/// 4. the zone that Windows, or people, call so; an offset;
/// 5. the caller's own zone, told as `unresolved`.
package final class CalendarTimeZones: ZoneResolving, Sendable {
    /// What decides where a TZID that is a name of the database has a VTIMEZONE too.
    package enum Policy: Sendable {
        case databaseFirst
        case embeddedFirst
    }

    package enum Origin: Hashable, Sendable {
        /// With the name there.
        case database(String)
        case embedded
        case offset
        /// Nobody knows what the TZID means: the rules are the caller's.
        case unresolved
    }

    package struct Resolution: Sendable {
        package let rules: any TimeZoneRules
        package let origin: Origin
    }

    private let database: TimeZoneDatabase
    private let policy: Policy
    private let fallback: any TimeZoneRules
    /// By TZID without blanks around it; of two the first.
    private let embedded: [String: Component]
    private let cache = Mutex<[String: Resolution]>([:])

    /// `calendar` is the VCALENDAR, nil for text without one. `fallback` is the zone of the collection or of whoever
    /// looks.
    package init(
        _ calendar: Component?, database: TimeZoneDatabase, policy: Policy = .databaseFirst,
        fallback: any TimeZoneRules = FixedOffset.utc
    ) {
        self.database = database
        self.policy = policy
        self.fallback = fallback
        var embedded: [String: Component] = [:]
        if let calendar {
            for zone in calendar.children(named: "VTIMEZONE") {
                guard let id = zone.property("TZID").map({ Self.trimmed($0.text) }),
                    embedded[id] == nil
                else { continue }
                embedded[id] = zone
            }
        }
        self.embedded = embedded
    }

    package func rules(for zoneID: String) -> any TimeZoneRules { resolve(zoneID).rules }

    package func resolve(_ zoneID: String) -> Resolution {
        if let known = cache.withLock({ $0[zoneID] }) { return known }
        let found = find(Self.trimmed(zoneID))
        cache.withLock { cache in
            if cache.count < Self.cacheLimit { cache[zoneID] = found }
        }
        return found
    }

    /// More TZIDs than this has no calendar that means well.
    private static let cacheLimit = 500

    private func find(_ id: String) -> Resolution {
        guard let zone = embedded[id] else { return named(id) ?? unresolved }
        if policy == .databaseFirst, let name = ZoneNames.databaseName(of: id, in: database),
            let found = resolution(.name(name)) {
            return found
        }
        if let rules = VTimeZoneRules.compile(zone) { return Resolution(rules: rules, origin: .embedded) }
        // RFC 7808 §7.2, and what libical writes.
        for line in [zone.property("TZID-ALIAS-OF"), zone.property("X-LIC-LOCATION")] {
            if let found = line.flatMap({ named($0.text) }) { return found }
        }
        return named(id) ?? unresolved
    }

    private var unresolved: Resolution { Resolution(rules: fallback, origin: .unresolved) }

    /// By whatever the name tells.
    private func named(_ id: String) -> Resolution? { resolution(ZoneNames.meaning(of: id, in: database)) }

    private func resolution(_ meaning: ZoneNames.Meaning?) -> Resolution? {
        switch meaning {
        case .name(let name), .equivalent(let name):
            database.rules(named: name).map { Resolution(rules: $0, origin: .database(name)) }
        case .offset(let seconds): Resolution(rules: FixedOffset(seconds: seconds), origin: .offset)
        case nil: nil
        }
    }

    private static func trimmed(_ id: String) -> String { String(utf8: ArraySlice(id.utf8).trimmingASCIIWhitespace) }
}
