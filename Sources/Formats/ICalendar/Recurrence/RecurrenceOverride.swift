import CivilTime
import ContentLines

/// A component with a RECURRENCE-ID.
struct RecurrenceOverride {
    let component: Component
    /// What it replaces: on the line of the master's clock, and in the master's form.
    let originalSeconds: Int64
    let recurrenceID: CalendarTime
    /// A RECURRENCE-ID that is a day replaces whatever the series has on it first.
    let day: Int?
    let start: CalendarTime
    let clock: SeriesClock
    let timing: InstanceTiming
    /// RFC 5545 §3.2.13: how later instances are shifted.
    let shift: Shift?

    struct Shift {
        /// Seconds on the wall.
        let delta: Int64
        let clock: SeriesClock
        let form: CalendarTime
    }

    /// `series` is nil where there is no master. Nil for a component without any time.
    init?(_ properties: RecurrenceProperties, of series: RecurrenceSeries?, _ zones: some ZoneResolving) {
        guard let writtenID = properties.recurrenceID ?? properties.start else { return nil }
        component = properties.component
        var properties = properties
        let inheritsTime = properties.start == nil && !(properties.component.isNamed("VTODO") && properties.end != nil)
        if inheritsTime { properties.start = writtenID }
        var anchor: CalendarTime?
        guard var timing = InstanceTiming(properties, anchor: &anchor, zones), let start = anchor else { return nil }
        if inheritsTime, properties.end == nil, properties.duration == nil, let series { timing = series.timing }
        self.timing = timing
        self.start = start
        clock = SeriesClock(of: start, zones)
        guard let series else {
            recurrenceID = writtenID
            originalSeconds = SeriesClock(of: writtenID, zones).seconds(of: writtenID, zones)
            day = nil
            shift = nil
            return
        }
        var wall = series.clock.wall(of: writtenID, zones)
        let isDayAmongTimes = writtenID.isDate && !series.clock.isDay
        if isDayAmongTimes { wall = CivilDateTime(wall.date, secondOfDay: series.start.wall.secondOfDay) }
        day = isDayAmongTimes ? wall.dayNumber : nil
        recurrenceID = series.start.withWall(wall)
        originalSeconds = isDayAmongTimes ? series.clock.seconds(of: wall) : series.clock.seconds(of: writtenID, zones)
        shift = properties.isThisAndFuture ? Self.shift(from: wall, to: start, clock, series, zones) : nil
    }

    private static func shift(
        from original: CivilDateTime, to start: CalendarTime, _ clock: SeriesClock, _ series: RecurrenceSeries,
        _ zones: some ZoneResolving
    ) -> Shift {
        if case .zoned = series.clock, case .zoned = clock {
            let wall = series.clock.wall(of: start, zones)
            return Shift(delta: wall.wallSeconds - original.wallSeconds, clock: series.clock, form: series.start)
        }
        let from = start.isDate ? CivilDateTime(original.date) : original
        return Shift(delta: start.wall.wallSeconds - from.wallSeconds, clock: clock, form: start)
    }

    var instance: RecurrenceInstance {
        let seconds = clock.seconds(of: start.wall)
        let end = timing.end(wall: start.wall, seconds: seconds, clock)
        return RecurrenceInstance(
            component: component, start: start, interval: .init(start: seconds, end: end, isFloating: clock.isFloating),
            recurrenceID: recurrenceID, isOverride: true, overlap: timing.overlap)
    }

    /// The instance that `candidate` of the series becomes; nil beyond the year 9999.
    func shifted(_ candidate: RecurrenceSeries.Candidate, of series: RecurrenceSeries) -> RecurrenceInstance? {
        guard let shift else { return nil }
        let original = shift.clock.isDay ? CivilDateTime(candidate.wall.date) : candidate.wall
        guard let wall = CivilDateTime(wallSeconds: original.wallSeconds + shift.delta) else { return nil }
        let seconds = shift.clock.seconds(of: wall)
        let end = timing.end(wall: wall, seconds: seconds, shift.clock)
        return RecurrenceInstance(
            component: component, start: shift.form.withWall(wall),
            interval: .init(start: seconds, end: end, isFloating: shift.clock.isFloating),
            recurrenceID: series.start.withWall(candidate.wall), isOverride: false, overlap: timing.overlap)
    }
}

extension RecurrenceInstance.Interval {
    init(start: Int64, end: Int64, isFloating: Bool) {
        self.init(
            start: TimeOnLine(seconds: start, isFloating: isFloating), end: TimeOnLine(seconds: end, isFloating: isFloating))
    }
}

extension RecurrenceSeries {
    /// The instance that `candidate` is without overrides.
    func instance(_ candidate: Candidate) -> RecurrenceInstance {
        let end = candidate.ownEnd ?? timing.end(wall: candidate.wall, seconds: candidate.seconds, clock)
        let start = start.withWall(candidate.wall)
        return RecurrenceInstance(
            component: component, start: start,
            interval: .init(start: candidate.seconds, end: end, isFloating: clock.isFloating), recurrenceID: start,
            isOverride: false, overlap: timing.overlap)
    }
}
