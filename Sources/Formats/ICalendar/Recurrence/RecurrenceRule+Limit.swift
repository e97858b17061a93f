package import CivilTime

extension RecurrenceRule {
    /// The last time on DTSTART's wall that UNTIL allows; nil without UNTIL. `zone` is DTSTART's; nil where it is floating or a day.
    ///
    /// RFC 5545 §3.3.10 wants UNTIL of DTSTART's type, and in UTC where that has a zone. A day is taken for the whole of it on
    /// DTSTART's wall, UTC for the instant that it is, and a local time for one of DTSTART's place.
    package func limit(in zone: (any TimeZoneRules)?, isDate: Bool) -> CivilDateTime? {
        guard let until else { return nil }
        switch until {
        case .date(let date): return CivilDateTime(date, secondOfDay: 86_399)
        case .floating(let time), .zoned(let time, _):
            return isDate ? CivilDateTime(time.date, secondOfDay: 86_399) : time
        case .utc(let time):
            if isDate { return CivilDateTime(time.date, secondOfDay: 86_399) }
            guard let zone else { return time }
            return zone.latestWall(notAfter: Instant(seconds: time.wallSeconds)) ?? time
        }
    }
}

extension TimeZoneRules {
    /// The latest wall time whose instant is `instant` or before. Where the clocks were just put back, that is later than
    /// what they show: a time that comes twice is the first of the two.
    func latestWall(notAfter instant: Instant) -> CivilDateTime? {
        let now = offset(at: instant)
        let dayBefore = Instant(seconds: instant.seconds - 86_400)
        guard let shown = wallTime(at: instant), offset(at: dayBefore) > now else { return wallTime(at: instant) }
        var (before, after) = (dayBefore.seconds, instant.seconds)
        while after - before > 1 {
            let middle = before + (after - before) / 2
            if offset(at: Instant(seconds: middle)) > now { before = middle } else { after = middle }
        }
        return wallTime(at: Instant(seconds: before)).map { max($0, shown) }
    }
}
