import CivilTime
import ContentLines

/// How long an instance lasts, and by which of RFC 4791 §9.9's rules it overlaps a range.
struct InstanceTiming {
    enum Length {
        /// Seconds that pass.
        case exact(Int64)
        case nominal(CivilDuration)
    }

    var length: Length
    var overlap: OverlapRule

    /// Nil for a component that has neither a start nor a due time. What recurs is the start, or, without one, the due time.
    init?(_ properties: RecurrenceProperties, anchor: inout CalendarTime?, _ zones: some ZoneResolving) {
        let isTodo = properties.component.isNamed("VTODO")
        guard let start = properties.start else {
            guard isTodo, let due = properties.end else { return nil }
            anchor = due
            length = .exact(0)
            overlap = .due
            return
        }
        anchor = start
        let clock = SeriesClock(of: start, zones)
        let isJournal = properties.component.isNamed("VJOURNAL")
        overlap = isJournal ? .journal : .event
        if !isJournal, let end = properties.end {
            // RFC 5545 §3.8.5.3: "the same exact duration will apply to all the members"; an end before the start is none.
            let seconds = clock.seconds(of: end, zones) - clock.seconds(of: start, zones)
            length = clock.isDay
                ? .nominal(CivilDuration(days: max(0, Int(seconds / 86_400)))) : .exact(max(0, seconds))
            if isTodo { overlap = .startAndDue }
        } else if !isJournal, let duration = properties.duration {
            length = .nominal(duration.nominalSeconds < 0 ? CivilDuration() : duration)
            if isTodo { overlap = .startAndDuration }
        } else {
            // RFC 5545 §3.6.1: a day without an end is that day, a time without an end takes no time.
            let isWholeDay = start.isDate && !isTodo
            length = .nominal(CivilDuration(days: isWholeDay ? 1 : 0))
            if isTodo { overlap = .start }
        }
    }

    /// Where an instance ends that starts at `wall`, which is `seconds` on the clock's line.
    func end(wall: CivilDateTime, seconds: Int64, _ clock: SeriesClock) -> Int64 {
        switch length {
        case .exact(let length): return seconds + length
        case .nominal(let duration):
            return CivilDuration.end(of: duration, wall: wall, seconds: seconds, clock)
        }
    }

    /// At most so many seconds.
    var longest: Int64 {
        switch length {
        case .exact(let length): length
        // A day may have an hour or more above 24.
        case .nominal(let duration): duration.nominalSeconds + (duration.days > 0 ? 86_400 : 0)
        }
    }
}

extension CivilDuration {
    /// RFC 5545 §3.3.6: days on the calendar first, then exact seconds.
    static func end(of duration: CivilDuration, wall: CivilDateTime, seconds: Int64, _ clock: SeriesClock) -> Int64 {
        guard case .zoned = clock, duration.days != 0,
            let shifted = CivilDateTime(wallSeconds: wall.wallSeconds + Int64(duration.days) * 86_400)
        else { return seconds + duration.nominalSeconds }
        return clock.seconds(of: shifted) + Int64(duration.seconds)
    }
}

/// The rows of the tables of RFC 4791 §9.9.
package enum OverlapRule: Sendable {
    case event, startAndDuration, startAndDue, start, due, journal

    /// Whether what goes from `start` to `end` overlaps the range from `lower` to `upper`.
    func overlaps(start: Int64, end: Int64, lower: Int64, upper: Int64) -> Bool {
        switch self {
        case .event, .journal: start < upper && (start == end ? start >= lower : end > lower)
        case .startAndDuration: lower <= end && (upper > start || upper >= end)
        case .startAndDue: (lower < end || lower <= start) && (upper > start || upper >= end)
        case .start: lower <= start && upper > start
        case .due: lower < start && upper >= start
        }
    }
}
