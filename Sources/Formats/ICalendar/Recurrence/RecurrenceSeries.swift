import CivilTime
import ContentLines

/// A master: the component that says when instances are, before overrides.
struct RecurrenceSeries {
    let component: Component
    let start: CalendarTime
    let clock: SeriesClock
    let timing: InstanceTiming
    /// Each at its DTSTART. Several lines are united.
    private(set) var rules: [Occurrences]
    /// RDATEs, and DTSTART where no rule gives it, by their time.
    private(set) var singles: [Candidate]
    private(set) var exclusions = Exclusions()
    /// The first RSCALE that is not known; the rule that has it gives nothing but DTSTART.
    private(set) var unsupportedScale: String?

    /// An instance before exclusions and overrides.
    struct Candidate {
        /// The original start on the clock's line: what EXDATE and RECURRENCE-ID name.
        let seconds: Int64
        let wall: CivilDateTime
        /// The end on the clock's line, of an RDATE that is a period.
        var ownEnd: Int64?
    }

    struct Exclusions {
        var times: Set<Int64> = []
        var days: Set<Int> = []
        var rules: [Occurrences] = []

        var isEmpty: Bool { times.isEmpty && days.isEmpty && rules.isEmpty }
    }

    /// Nil for a component that has no time.
    init?(_ properties: RecurrenceProperties, _ zones: some ZoneResolving) {
        var anchor: CalendarTime?
        guard let timing = InstanceTiming(properties, anchor: &anchor, zones), let start = anchor else { return nil }
        let clock = SeriesClock(of: start, zones)
        component = properties.component
        self.start = start
        self.clock = clock
        self.timing = timing
        var rules: [Occurrences] = []
        for rule in properties.rules {
            let limit = rule.limit(in: clock.rules, isDate: clock.isDay)
            if let made = Occurrences(rule, start: start.wall, isDate: clock.isDay, limit: limit) {
                rules.append(made)
            } else {
                unsupportedScale = unsupportedScale ?? rule.calendarScale
            }
        }
        self.rules = rules
        var singles: [Candidate] = []
        if rules.isEmpty { singles.append(Candidate(seconds: clock.seconds(of: start.wall), wall: start.wall)) }
        for addition in properties.additions {
            singles.append(Self.candidate(addition, start: start, clock, zones))
        }
        singles.sort { $0.seconds < $1.seconds }
        self.singles = singles
        exclude(properties, zones)
    }

    private static func candidate(
        _ addition: RecurrenceProperties.PeriodOrTime, start: CalendarTime, _ clock: SeriesClock,
        _ zones: some ZoneResolving
    ) -> Candidate {
        var wall = clock.wall(of: addition.start, zones)
        // A day among times is that day at the time of DTSTART.
        if addition.start.isDate, !clock.isDay {
            wall = CivilDateTime(wall.date, secondOfDay: start.wall.secondOfDay)
        }
        let seconds = addition.start.isDate ? clock.seconds(of: wall) : clock.seconds(of: addition.start, zones)
        guard case .period(let period) = addition else { return Candidate(seconds: seconds, wall: wall) }
        let end = switch period.end {
        case .time(let time): clock.seconds(of: time, zones)
        case .duration(let duration): CivilDuration.end(of: duration, wall: wall, seconds: seconds, clock)
        }
        return Candidate(seconds: seconds, wall: wall, ownEnd: max(seconds, end))
    }

    private mutating func exclude(_ properties: RecurrenceProperties, _ zones: some ZoneResolving) {
        for time in properties.exclusions {
            // RFC 5545 §3.8.5.1 wants the type of DTSTART; clients write a day where they mean all of it.
            if time.isDate && !clock.isDay {
                exclusions.days.insert(time.wall.dayNumber)
            } else {
                exclusions.times.insert(clock.seconds(of: time, zones))
            }
        }
        for rule in properties.exclusionRules {
            let limit = rule.limit(in: clock.rules, isDate: clock.isDay)
            if let made = Occurrences(
                rule, start: start.wall, isDate: clock.isDay, limit: limit, includesStart: false)
            {
                exclusions.rules.append(made)
            }
        }
    }

    /// Whether the only instance stands there so that the object can be found, and is one that was excluded.
    private(set) var isPlaceholder = false

    /// A series that does not recur.
    var withStartAlone: RecurrenceSeries {
        var series = self
        // An exclusion from what does not recur is a slip.
        series.isPlaceholder = !rules.isEmpty || singles.count > 1
        series.rules = []
        series.singles = [Candidate(seconds: clock.seconds(of: start.wall), wall: start.wall)]
        series.exclusions = Exclusions()
        return series
    }

    /// The series with other rules.
    func withRules(_ rules: [Occurrences]) -> RecurrenceSeries {
        var series = self
        series.rules = rules
        return series
    }

    /// What an instance without an end of its own lasts at least, in seconds, but for the changes of clocks.
    var shortest: Int64 {
        switch timing.length {
        case .exact(let length): length
        case .nominal(let duration): duration.nominalSeconds
        }
    }

    /// The longest that an instance lasts, in seconds.
    var longest: Int64 {
        singles.reduce(timing.longest) { max($0, ($1.ownEnd ?? $1.seconds) - $1.seconds) }
    }
}
