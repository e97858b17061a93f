package import CivilTime

/// Where the rules of the zones that an object names come from. Whoever resolves has an answer for each name, also for one
/// that nobody knows.
package protocol ZoneResolving {
    func rules(for zoneID: String) -> any TimeZoneRules
}

/// A time on one of the two lines on which instances lie: UTC, or the wall of whoever looks, for floating times and days.
package struct TimeOnLine: Hashable, Sendable {
    /// Since 1970-01-01T00:00:00, in UTC or on the wall.
    package var seconds: Int64
    package var isFloating: Bool

    package init(seconds: Int64, isFloating: Bool) {
        self.seconds = seconds
        self.isFloating = isFloating
    }

    /// When that is for somebody in `zone`. Beyond the year 9999 the wall is taken for UTC.
    package func instant(in zone: some TimeZoneRules) -> Instant {
        guard isFloating, let wall = CivilDateTime(wallSeconds: seconds) else { return Instant(seconds: seconds) }
        return zone.instant(of: wall)
    }
}

/// The clock by which a component's start goes, and so its instances.
enum SeriesClock {
    case day
    case floating
    case zoned(any TimeZoneRules)

    init(of time: CalendarTime, _ zones: some ZoneResolving) {
        switch time {
        case .date: self = .day
        case .floating: self = .floating
        case .utc: self = .zoned(FixedOffset.utc)
        case .zoned(_, let id): self = .zoned(zones.rules(for: id))
        }
    }

    var isFloating: Bool {
        if case .zoned = self { false } else { true }
    }
    var isDay: Bool {
        if case .day = self { true } else { false }
    }
    var rules: (any TimeZoneRules)? {
        if case .zoned(let rules) = self { rules } else { nil }
    }

    /// Seconds on the clock's line.
    func seconds(of wall: CivilDateTime) -> Int64 {
        if case .zoned(let rules) = self { rules.instant(of: wall).seconds } else { wall.wallSeconds }
    }

    /// What the clock shows then.
    func wall(at seconds: Int64) -> CivilDateTime? {
        if case .zoned(let rules) = self { rules.wallTime(at: Instant(seconds: seconds)) } else {
            CivilDateTime(wallSeconds: seconds)
        }
    }

    /// `time` as this clock shows it: converted where both have a zone, else by what is written. A day is midnight.
    func wall(of time: CalendarTime, _ zones: some ZoneResolving) -> CivilDateTime {
        guard case .zoned(let own) = self else { return isDay ? CivilDateTime(time.wall.date) : time.wall }
        let instant: Instant
        switch time {
        case .date, .floating: return time.wall
        case .utc(let wall): instant = Instant(seconds: wall.wallSeconds)
        case .zoned(let wall, let id): instant = zones.rules(for: id).instant(of: wall)
        }
        return own.wallTime(at: instant) ?? time.wall
    }

    /// `time` on this clock's line.
    func seconds(of time: CalendarTime, _ zones: some ZoneResolving) -> Int64 {
        guard case .zoned(let own) = self else { return wall(of: time, zones).wallSeconds }
        return switch time {
        case .date, .floating: own.instant(of: time.wall).seconds
        case .utc(let wall): wall.wallSeconds
        case .zoned(let wall, let id): zones.rules(for: id).instant(of: wall).seconds
        }
    }
}
