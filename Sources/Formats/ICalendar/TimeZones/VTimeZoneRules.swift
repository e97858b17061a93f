package import CivilTime
package import ContentLines

/// RFC 5545 §3.6.5: the rules that a VTIMEZONE tells.
///
/// A day that comes once a year is found without evaluation, in whatever year (`RecurrenceRule.annualDay`). All else
/// is evaluated once, up to `horizon`; after that the clocks stay as they then are. So no VTIMEZONE costs more than a
/// bounded number of steps, and a question afterwards costs a search.
package struct VTimeZoneRules {
    /// Observances beyond these are passed over.
    private static let observanceLimit = 1000
    private static let onsetLimit = 20_000
    private static let annualLimit = 32
    /// An endless rule that is no annual one is evaluated up to this year.
    private static let horizon = 2100

    private var observances: [VTimeZoneObservance]
    private var onsets: [(instant: Instant, observance: Int)] = []
    private var annual: [(change: AnnualChange, observance: Int, firstYear: Int)] = []
    private var budget = StepBudget(50_000)

    /// Nil where no observance can be used.
    package static func compile(_ zone: Component) -> ZoneRules? { definition(zone)?.rules }

    /// The rules, and of which time they tell.
    struct Definition {
        let rules: ZoneRules
        /// RFC 5545 §3.6.5: before the first onset nothing is said but the offset that ended there.
        let first: Instant?
        /// Nil: it tells of all time that is to come.
        let last: Instant?
        /// RFC 7808 §7.1: what is said of the time from here on counts for nothing.
        let until: Instant?
    }

    /// Nil where no observance can be used.
    static func definition(_ zone: Component) -> Definition? {
        var rules = VTimeZoneRules(zone)
        if rules.observances.isEmpty { return nil }
        let compiled = rules.compiled()
        return Definition(
            rules: compiled, first: rules.onsets.map(\.instant).min(),
            last: rules.isEndless ? nil : rules.onsets.map(\.instant).max(),
            until: zone.property("TZUNTIL")?.calendarTime.map { Instant(seconds: $0.wall.wallSeconds) })
    }

    /// Whether a rule goes on for ever.
    private var isEndless: Bool { observances.contains { $0.rules.contains(where: \.isEndless) } }

    private init(_ zone: Component) {
        observances = zone.children.lazy.compactMap { VTimeZoneObservance($0) }.prefix(Self.observanceLimit).map { $0 }
        // Of two onsets at the same instant the later one counts: standard time.
        observances = observances.filter(\.after.isDaylight) + observances.filter { !$0.after.isDaylight }
    }

    private mutating func compiled() -> ZoneRules {
        for index in observances.indices { collect(index) }
        annual = Array(annual.sorted { $0.firstYear < $1.firstYear }.suffix(Self.annualLimit))
        listAnnualChanges()
        let first = onsets.min { $0.instant < $1.instant }.map { observances[$0.observance] }
        guard let first else {
            // Rules without an instance still tell how the clocks stand.
            let only = observances.last?.after ?? Observance(offset: 0)
            return ZoneRules(initial: only, changes: [])
        }
        // What was before the first onset, only that tells.
        let name = observances.last { $0.after.offset == first.offsetBefore }?.after.abbreviation
        return ZoneRules(
            initial: Observance(offset: first.offsetBefore, abbreviation: name ?? ""),
            changes: onsets.sorted { $0.observance < $1.observance }.map {
                ($0.instant, observances[$0.observance].after)
            },
            annualChanges: annual.map(\.change))
    }

    private mutating func add(_ seconds: Int64, _ observance: Int) {
        if onsets.count < Self.onsetLimit { onsets.append((Instant(seconds: seconds), observance)) }
    }

    private mutating func collect(_ index: Int) {
        let observance = observances[index]
        for date in observance.dates { add(observance.instant(of: date), index) }
        // RFC 5545 §3.8.5.3: what a DTSTART means that its rule does not match is not defined. Many are written that
        // only say from when on the rule holds (1601-01-01), so it is an onset only where the rules give none.
        var hasOnset = false
        for rule in observance.rules {
            if rule.isEndless, let day = rule.annualDay(start: observance.start.date) {
                addAnnual(day, index)
                hasOnset = true
            } else if evaluate(rule, index) {
                hasOnset = true
            }
        }
        if !hasOnset { add(observance.start.wallSeconds - Int64(observance.offsetBefore), index) }
    }

    private mutating func addAnnual(_ day: AnnualDay, _ index: Int) {
        let observance = observances[index]
        let change = AnnualChange(
            day: day, secondOfDay: observance.start.secondOfDay, offsetBefore: observance.offsetBefore,
            after: observance.after)
        let year = observance.start.date.year
        let isLate = day.dayNumber(in: year) < observance.start.dayNumber
        annual.append((change, index, isLate ? year + 1 : year))
    }

    /// Whether the rule has an instance.
    private mutating func evaluate(_ rule: RecurrenceRule, _ index: Int) -> Bool {
        let observance = observances[index]
        // RFC 5545 §3.6.5: UNTIL is in UTC, and the onset that it names is by TZOFFSETFROM.
        let limit = rule.limit(in: FixedOffset(seconds: observance.offsetBefore), isDate: false)
        guard var occurrences = Occurrences(
            rule, start: observance.start, isDate: false, limit: limit, includesStart: false)
        else { return false }
        var hasInstance = false
        do {
            while let wall = try occurrences.next(&budget), !rule.isEndless || wall.date.year <= Self.horizon {
                add(wall.wallSeconds - Int64(observance.offsetBefore), index)
                hasInstance = true
            }
        } catch {
            // Out of steps: nobody's clocks change so often.
        }
        return hasInstance
    }

    /// Annual changes decide alone only when all of them have begun and no other onset is to come. Up to there, they
    /// are listed.
    private mutating func listAnnualChanges() {
        guard var lastYear = annual.map(\.firstYear).max() else { return }
        if let last = onsets.map(\.instant).max(), let date = CivilDateTime(wallSeconds: last.seconds)?.date {
            lastYear = max(lastYear, date.year + 1)
        }
        lastYear = min(lastYear + 1, 9999)
        let yearLimit = max(2, (Self.onsetLimit - onsets.count) / annual.count)
        for (change, observance, firstYear) in annual where firstYear <= lastYear {
            for year in max(firstYear, lastYear - yearLimit)...lastYear {
                add(change.instant(in: year).seconds, observance)
            }
        }
    }
}
