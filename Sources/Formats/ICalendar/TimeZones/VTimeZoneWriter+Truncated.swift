package import CivilTime
package import ContentLines

/// RFC 7808 §3.9: a zone of which only a part is told.
extension VTimeZoneWriter {
    /// Appends the component cut to `range`. An observance stands at its start, whether the clocks were changed then or not, and nothing
    /// is told of the time before; TZUNTIL (RFC 7808 §7.1) names its end, and no onset is at or after that.
    package static func append(
        _ rules: ZoneRules, id: String, aliasOf original: String? = nil, truncatedTo range: InstantRange, to writer: inout ContentLineWriter
    ) {
        var zone = VTimeZoneWriter(rules)
        if let start = range.start { zone.collect(cutAt: start) } else { zone.collect(from: nil) }
        if let end = range.end { zone.cut(at: end) }
        zone.write(id, aliasOf: original, until: range.end, to: &writer)
    }

    private mutating func collect(cutAt start: Instant) {
        let (before, after) = (rules.observance(at: Instant(seconds: start.seconds - 1)), rules.observance(at: start))
        groups.append(Group(before: before, after: after, onsets: [start]))
        collectChanges(after: start)
    }

    /// Takes away the onsets from `end` on. What was told by a rule without an end has one then, in UTC (RFC 5545 §3.6.5).
    private mutating func cut(at end: Instant) {
        for index in groups.indices where !groups[index].onsets.isEmpty {
            groups[index].onsets.removeAll { $0 >= end }
            groups[index].rule?.until = CivilDateTime(wallSeconds: end.seconds - 1).map { .utc($0) }
            groups[index].isCutAway = groups[index].onsets.isEmpty
        }
        groups.removeAll(where: \.isCutAway)
        guard groups.isEmpty else { return }
        // RFC 5545 §3.6.5: one observance at least.
        groups.append(Group(before: rules.initialObservance, after: rules.initialObservance, onsets: []))
    }
}
