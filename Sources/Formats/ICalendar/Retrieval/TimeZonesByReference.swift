import Bytes
package import CivilTime
import ContentLines

/// RFC 7809: time zones that are told by their names alone.
package enum TimeZonesByReference {
    /// The object without the VTIMEZONEs whose TZID is a name of the database as it writes it, byte for byte the same
    /// otherwise. Another spelling, and a path that ends in a name, is nobody's standard, so those are kept
    /// (RFC 7809 §3.1), and so is one by whose rules a time of the object is another than by the database's.
    package static func removingStandardZones(
        from document: CalendarDocument, database: TimeZoneDatabase
    ) -> [UInt8] {
        var out: [UInt8] = []
        var copied = 0
        let source = document.source
        for calendar in document.calendars {
            var firstUses: [String: Instant]?
            for zone in calendar.children(named: "VTIMEZONE") {
                guard let id = zone.property("TZID")?.text, database.name(id) == id,
                    isStandard(zone, id, calendar, &firstUses, database)
                else { continue }
                if copied == 0 { out.reserveCapacity(source.count) }
                let range = zone.sourceRange
                out.append(contentsOf: source[copied..<max(copied, range.lowerBound)])
                copied = source[range.upperBound...].firstIndex { $0 != 0x0D && $0 != 0x0A } ?? source.endIndex
            }
        }
        if copied == 0 { return source }
        out.append(contentsOf: source[copied...])
        return out
    }

    /// Whether the times that are told by a VTIMEZONE are those of the database.
    private static func isStandard(
        _ zone: Component, _ id: String, _ calendar: Component, _ firstUses: inout [String: Instant]?,
        _ database: TimeZoneDatabase
    ) -> Bool {
        if database.precedence == .database { return true }
        let verdict = ZoneDefinition.verdict(on: zone, database)
        guard verdict.name == nil, let rules = verdict.rules, let standard = database.rules(named: id) else { return true }
        let uses = firstUses ?? TimeZoneReferences.firstUses(in: calendar)
        firstUses = uses
        return uses[id].map { rules.agrees(with: standard, from: $0) } ?? true
    }

    /// The object with a VTIMEZONE for each TZID that it uses and does not define, as RFC 5545 §3.2.19 wants it: some
    /// clients (Apple's) do not know the time zone database. A TZID of which nobody knows what it means stays without.
    package static func addingMissingZones(
        to document: CalendarDocument, database: TimeZoneDatabase
    ) -> [UInt8] {
        var out: [UInt8] = []
        var copied = 0
        let source = document.source
        for calendar in document.calendars {
            let zones = missingZones(of: calendar, database)
            guard !zones.isEmpty else { continue }
            let first = calendar.children.first
            guard let place = first?.sourceRange.lowerBound, place >= copied else { continue }
            out.append(contentsOf: source[copied..<place])
            out.append(contentsOf: zones)
            copied = place
        }
        if copied == 0 { return source }
        out.append(contentsOf: source[copied...])
        return out
    }

    /// More time zones than this has no object that means well.
    private static let zoneLimit = 50

    private static func missingZones(of calendar: Component, _ database: TimeZoneDatabase) -> [UInt8] {
        let used = TimeZoneReferences.referenced(in: calendar)
        if used.isEmpty { return [] }
        let defined = Set(TimeZoneReferences.defined(in: calendar))
        var writer = ContentLineWriter()
        var count = 0
        var firstUses: [String: Instant]?
        for id in used where !defined.contains(id) {
            guard count < zoneLimit, let rules = rules(for: id, database) else { continue }
            count += 1
            let uses = firstUses ?? TimeZoneReferences.firstUses(in: calendar)
            firstUses = uses
            VTimeZoneWriter.append(rules, id: id, from: uses[id], to: &writer)
        }
        return writer.bytes
    }

    static func rules(for id: String, _ database: TimeZoneDatabase) -> ZoneRules? {
        switch ZoneNames.meaning(of: id, in: database) {
        case .name(let name), .equivalent(let name): database.rules(named: name)
        case .offset(let seconds): ZoneRules(initial: Observance(offset: seconds), changes: [])
        case nil: nil
        }
    }
}
