import Bytes
package import CivilTime
package import ContentLines

/// Writes a zone as VTIMEZONE (RFC 5545 §3.6.5): from an instant on, for ever.
///
/// What happens every year is an RRULE without an end, all that was before it a list of RDATEs, one component for each
/// pair of offsets and name.
package struct VTimeZoneWriter {
    let rules: ZoneRules
    /// In their order, one for each component.
    var groups: [Group] = []

    struct Group {
        let before: Observance
        let after: Observance
        var onsets: [Instant]
        var rule: RecurrenceRule?
        /// Whether there were onsets, and none of them is told.
        var isCutAway = false
    }

    /// Appends the component. It begins with the change by which the clocks stand as they do at `start`; without one,
    /// and where there was none before, with the time before all changes. `original` is the zone that `id` is another name of.
    package static func append(
        _ rules: ZoneRules, id: String, aliasOf original: String? = nil, from start: Instant? = nil, to writer: inout ContentLineWriter
    ) {
        var zone = VTimeZoneWriter(rules)
        zone.collect(from: start)
        zone.write(id, aliasOf: original, to: &writer)
    }

    init(_ rules: ZoneRules) {
        self.rules = rules
    }

    mutating func collect(from start: Instant?) {
        // What was before cannot be written; there is nothing but the change that stands for the beginning of time.
        let latest = start.flatMap { rules.transition(atOrBefore: $0) }
        let first = latest.flatMap { $0.instant < Self.beginning ? nil : $0 }
        // A change on that very day tells by itself what was before.
        let next = rules.transition(after: Instant(seconds: Self.beginning.seconds - 1))
        let isAtBeginning = next.map { $0.instant.seconds <= Self.beginning.seconds + 2 * 86_400 } ?? false
        if first == nil, !isAtBeginning {
            let initial = rules.observance(at: Self.beginning)
            groups.append(Group(before: initial, after: initial, onsets: []))
        }
        collectChanges(after: Instant(seconds: (first?.instant ?? Self.beginning).seconds - 1))
    }

    mutating func collectChanges(after start: Instant) {
        guard let last = rules.lastListedChange else { return addAnnual(after: start) }
        let listed = rules.transitions(after: start, through: last)
        let regular = rules.annualChanges.isEmpty ? [] : listed.suffix(regularCount(listed, before: last))
        for transition in listed.dropLast(regular.count) { add(transition) }
        addAnnual(after: regular.first.map { Instant(seconds: $0.instant.seconds - 1) } ?? max(last, start))
    }

    /// 1601-01-01, when the time of Windows begins.
    private static let beginning = Instant(seconds: -11_644_473_600)

    /// How many of the last listed changes are those that the annual ones would give, without a pause between them and
    /// `end`, where the annual ones begin.
    private func regularCount(_ listed: [ZoneRules.Transition], before end: Instant) -> Int {
        var next = rules.annualTransition(after: end)
        var count = 0
        for transition in listed.reversed() {
            guard let expected = rules.annualTransition(after: Instant(seconds: transition.instant.seconds - 1)),
                expected == transition, rules.annualTransition(after: transition.instant) == next
            else { break }
            next = transition
            count += 1
        }
        return count
    }

    private mutating func add(_ transition: ZoneRules.Transition) {
        let known = groups.firstIndex {
            $0.before == transition.before && $0.after == transition.after && $0.rule == nil
        }
        if let known {
            groups[known].onsets.append(transition.instant)
        } else {
            groups.append(Group(before: transition.before, after: transition.after, onsets: [transition.instant]))
        }
    }

    private mutating func addAnnual(after start: Instant) {
        var from = start
        for _ in rules.annualChanges {
            guard let transition = rules.annualTransition(after: from) else { return }
            from = transition.instant
            let change = rules.annualChanges.first { $0.after == transition.after && $0.isAt(transition.instant) }
            // On which day that is by the clock before, which need not be the one that the change is told by.
            let days = change.map { ($0.secondOfDay - $0.offsetBefore + transition.before.offset).dividedDown(by: 86_400) }
            guard let change, let days, let rule = RecurrenceRule(annual: change.day.shifted(by: days)) else {
                for transition in Self.years(of: transition, rules) { add(transition) }
                continue
            }
            groups.append(Group(
                before: transition.before, after: transition.after, onsets: [transition.instant], rule: rule))
        }
    }

    /// A change that no rule can tell, for a hundred years.
    private static func years(of first: ZoneRules.Transition, _ rules: ZoneRules) -> [ZoneRules.Transition] {
        var found = [first]
        var last = first
        while found.count < 100, let next = rules.annualTransition(after: last.instant) {
            if next.after == first.after { found.append(next) }
            last = next
        }
        return found
    }
}

extension VTimeZoneWriter {
    func write(_ id: String, aliasOf original: String?, until end: Instant? = nil, to writer: inout ContentLineWriter) {
        writer.begin("VTIMEZONE")
        writer.property("TZID", text: id)
        // RFC 7808 §7.2
        if let original { writer.property("TZID-ALIAS-OF", text: original) }
        if let end = end.flatMap({ CivilDateTime(wallSeconds: $0.seconds) }) {
            var value: [UInt8] = []
            CalendarTime.utc(end).append(to: &value)
            writer.property("TZUNTIL", value: value)
        }
        for group in groups {
            // Which of the two it is matters to people only, and these take the later clock for daylight time, where
            // the database has it the other way round (Ireland, Morocco).
            let isDaylight = group.before.isDaylight != group.after.isDaylight
                && group.before.offset != group.after.offset
                ? group.after.offset > group.before.offset : group.after.isDaylight
            let name: StaticString = isDaylight ? "DAYLIGHT" : "STANDARD"
            writer.begin(name)
            write(group, to: &writer)
            writer.end(name)
        }
        writer.end("VTIMEZONE")
    }

    private func write(_ group: Group, to writer: inout ContentLineWriter) {
        let onsets = group.onsets.compactMap { CivilDateTime(wallSeconds: $0.seconds + Int64(group.before.offset)) }
        var value: [UInt8] = []
        if let first = onsets.first {
            CalendarTime.floating(first).append(to: &value)
        } else {
            value.append("16010101T000000")
        }
        writer.property("DTSTART", value: value)
        if let rule = group.rule {
            value.removeAll()
            rule.append(to: &value)
            writer.property("RRULE", value: value)
        } else if onsets.count > 1 {
            value.removeAll()
            for onset in onsets.dropFirst() {
                if !value.isEmpty { value.append(0x2C) }
                CalendarTime.floating(onset).append(to: &value)
            }
            writer.property("RDATE", value: value)
        }
        if !group.after.abbreviation.isEmpty { writer.property("TZNAME", text: group.after.abbreviation) }
        writer.property("TZOFFSETFROM", value: UTCOffset.bytes(of: group.before.offset))
        writer.property("TZOFFSETTO", value: UTCOffset.bytes(of: group.after.offset))
    }
}

extension AnnualChange {
    fileprivate func isAt(_ instant: Instant) -> Bool {
        guard let year = CivilDateTime(wallSeconds: instant.seconds)?.date.year else { return false }
        return (year - 1...year + 1).contains { self.instant(in: $0) == instant }
    }
}
