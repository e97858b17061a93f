import Bytes
package import CivilTime
package import ContentLines
import Locks

/// What the TZIDs of one VCALENDAR mean.
///
/// A TZID is free text (RFC 5545 §3.8.3.1), and the VTIMEZONE that goes with it may be missing, old, or wrong. The
/// first that has an answer counts:
///
/// 1. the VTIMEZONE of that TZID (RFC 5545 §3.6.5), as `ZoneDefinition` reads it; but where the TZID is a name of the time zone
///    database, or ends in one, and `TimeZoneDatabase.precedence` is `database`, that comes before it;
/// 2. the zone of the database of that name, also behind a vendor's prefix; the one that Windows, or people, call so; an offset;
/// 3. the caller's own zone, told as `unresolved`.
package final class CalendarTimeZones: ZoneResolving, Sendable {
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
    private let fallback: any TimeZoneRules
    /// By TZID without blanks around it; of two the first.
    private let embedded: [String: Component]
    private let cache = Guarded<[String: Resolution]>([:])

    /// `calendar` is the VCALENDAR, nil for text without one. `fallback` is the zone of the collection or of whoever
    /// looks.
    package init(
        _ calendar: Component?, database: TimeZoneDatabase, fallback: any TimeZoneRules = FixedOffset.utc
    ) {
        self.database = database
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
        if database.precedence == .database, let name = ZoneNames.databaseName(of: id, in: database),
            let found = resolution(.name(name)) {
            return found
        }
        let verdict = ZoneDefinition.verdict(on: zone, database)
        guard let rules = verdict.rules else { return named(id) ?? unresolved }
        return Resolution(rules: rules, origin: verdict.name.map { .database($0) } ?? .embedded)
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
