package import CivilTime
package import ContentLines

/// What a VTIMEZONE means (RFC 5545 §3.6.5).
///
/// Its own rules count, as far as it tells any. One that is a copy of a zone of the database, by its TZID or by what else it
/// says, and that is cut, is completed from there:
///
/// - before its first onset, of which it says nothing but one offset: many begin with the year in which they were written;
/// - after its TZUNTIL, if it has one (RFC 7808 §7.1);
/// - after its last one, where that is the database's too, the clocks go on changing there, and the definition is one that was
///   plainly cut off: it has the changes of a year and no rule, or a list that ends with 2037, where the 32 bits of old
///   programs end. Another one that ends is believed: there the clocks were changed for the last time.
package enum ZoneDefinition {
    /// What `zone` means, which is judged once for each text. `database` is where it may be a copy of.
    package static func verdict(on zone: Component, _ database: TimeZoneDatabase) -> DefinitionCache.Verdict {
        zone.withSource { source in
            database.definitions.verdict(of: source) { judge(zone, database) }
        }
    }

    private static func judge(_ zone: Component, _ database: TimeZoneDatabase) -> DefinitionCache.Verdict {
        let original = original(of: zone, database)
        guard let definition = VTimeZoneRules.definition(zone) else {
            return DefinitionCache.Verdict(rules: original?.rules, name: original?.name)
        }
        guard let original else { return DefinitionCache.Verdict(rules: definition.rules) }
        let end = definition.until ?? (definition.isCut(from: original.rules) ? definition.last : nil)
        let rules = definition.rules.between(definition.first, end, otherwise: original.rules)
        return rules.agrees(with: original.rules)
            ? DefinitionCache.Verdict(rules: original.rules, name: original.name) : DefinitionCache.Verdict(rules: rules)
    }

    /// The zone of the database that `zone` is a copy of.
    private static func original(of zone: Component, _ database: TimeZoneDatabase) -> (rules: ZoneRules, name: String)? {
        // RFC 7808 §7.2, and what libical writes.
        for line in [zone.property("TZID"), zone.property("TZID-ALIAS-OF"), zone.property("X-LIC-LOCATION")] {
            switch line.flatMap({ ZoneNames.meaning(of: $0.text, in: database) }) {
            case .name(let name), .equivalent(let name):
                if let rules = database.rules(named: name) { return (rules, name) }
            case .offset, nil: break
            }
        }
        return nil
    }
}

extension VTimeZoneRules.Definition {
    /// Whether it ends where `original` shows that it was cut off.
    fileprivate func isCut(from original: ZoneRules) -> Bool {
        guard let first, let last, last.seconds - first.seconds < Self.aYear || last.seconds >= Self.endOfOldPrograms else { return false }
        let before = Instant(seconds: last.seconds - 1)
        guard rules.offset(at: before) != rules.offset(at: last), original.offset(at: before) == rules.offset(at: before),
            original.offset(at: last) == rules.offset(at: last)
        else { return false }
        return original.offsetChange(after: last, through: Instant(seconds: last.seconds + Self.aYear)) != nil
    }

    /// And a month: changes of two years on the same Sunday are further apart than a year.
    private static let aYear: Int64 = 395 * 86_400
    /// 2037-01-01
    private static let endOfOldPrograms: Int64 = 2_114_380_800
}
