import Bytes
import CivilTime
import ContentLines

/// RFC 4791 §9.9: what overlaps a time range.
struct TimeRangeTest<Zones: ZoneResolving> {
    let zones: Zones
    /// Where floating times and days are looked at from.
    let zone: any TimeZoneRules
    /// Instances outside of it are not there; nil: all are.
    let window: InstantRange?

    /// In seconds of UTC.
    func seconds(_ time: CalendarTime) -> Int64 {
        switch time {
        case .date, .floating: zone.instant(of: time.wall).seconds
        case .utc(let wall): wall.wallSeconds
        case .zoned(let wall, let id): zones.rules(for: id).instant(of: wall).seconds
        }
    }

    /// In seconds of UTC, `duration` after `time`: days first, on the calendar of the zone (RFC 5545 §3.3.6). Nil beyond the year
    /// 9999.
    func seconds(_ time: CalendarTime, plus duration: CivilDuration) -> Int64? {
        guard let wall = CivilDateTime(wallSeconds: time.wall.wallSeconds + Int64(duration.days) * 86_400) else { return nil }
        // A time of the day after a DATE is no DATE.
        let shifted: CalendarTime = time.isDate ? .floating(wall) : time.withWall(wall)
        return seconds(shifted) + Int64(duration.seconds)
    }

    /// Components whose instances the recurrence engine tells.
    func hasInstance(
        of component: Component, _ instances: ComponentInstances, _ range: InstantRange, _ budget: inout StepBudget
    ) throws(StepBudget.Exhausted) -> Bool {
        try instances.hasInstance(of: component, overlapping: range, floatingIn: zone, &budget)
    }

    /// The last four rows of VTODO: neither DTSTART nor DUE.
    func undatedTask(_ component: Component, _ range: InstantRange) -> Bool {
        let completed = component.property("COMPLETED")?.calendarTime.map(seconds)
        let created = component.property("CREATED")?.calendarTime.map(seconds)
        let (lower, upper) = range.bounds
        switch (completed, created) {
        case (let completed?, let created?):
            return (lower <= created || lower <= completed) && (upper >= created || upper >= completed)
        case (let completed?, nil): return lower <= completed && upper >= completed
        case (nil, let created?): return upper > created
        case (nil, nil): return true
        }
    }

    /// VFREEBUSY: by its own times, or else by those of its FREEBUSY properties.
    func freeBusy(_ component: Component, _ range: InstantRange) -> Bool {
        let (lower, upper) = range.bounds
        if let start = component.property("DTSTART")?.calendarTime, let end = component.property("DTEND")?.calendarTime {
            return lower <= seconds(end) && upper > seconds(start)
        }
        return component.freeBusyPeriods.contains { period in
            guard let end = end(of: period) else { return false }
            return lower < end && upper > seconds(period.start)
        }
    }

    func end(of period: PeriodValue) -> Int64? {
        switch period.end {
        case .time(let time): seconds(time)
        case .duration(let duration): seconds(period.start, plus: duration)
        }
    }

    /// RFC 7953 §3.1: without a start it is from ever, without an end for ever.
    func availability(_ component: Component, _ range: InstantRange) -> Bool {
        let start = component.property("DTSTART")?.calendarTime
        let (lower, upper) = range.bounds
        if let start, upper <= seconds(start) { return false }
        if let end = component.property("DTEND")?.calendarTime { return lower < seconds(end) }
        guard let start, let duration = component.property("DURATION")?.duration, let end = seconds(start, plus: duration)
        else { return true }
        return lower < end
    }

    /// A property whose value is a time, or some.
    func property(_ line: ContentLine, _ range: InstantRange) -> Bool {
        let zoneID = line.zoneID
        return line.value.split(separator: 0x2C).contains { value in
            guard let time = CalendarTime(value, zoneID: zoneID) ?? PeriodValue(value, zoneID: zoneID)?.start else {
                return false
            }
            return contains(seconds(time), range)
        }
    }

    /// "if DTEND is not present in a VEVENT, but DURATION is", and DUE in a VTODO.
    func effectiveEnd(_ name: [UInt8], of component: Component, _ range: InstantRange) -> Bool {
        let isEnd = name.equalsIgnoringASCIICase("DTEND") && component.isNamed("VEVENT")
            || name.equalsIgnoringASCIICase("DUE") && component.isNamed("VTODO")
        guard isEnd, let start = component.property("DTSTART")?.calendarTime,
            let duration = component.property("DURATION")?.duration, let end = seconds(start, plus: duration)
        else { return false }
        return contains(end, range)
    }

    func contains(_ seconds: Int64, _ range: InstantRange) -> Bool {
        let (lower, upper) = range.bounds
        return lower <= seconds && upper > seconds
    }
}

extension InstantRange {
    /// A bound that is not there is the least or greatest number.
    var bounds: (lower: Int64, upper: Int64) { (start?.seconds ?? .min, end?.seconds ?? .max) }
}

extension Component {
    /// RFC 5545 §3.8.2.6: what the FREEBUSY lines list.
    var freeBusyPeriods: some Sequence<PeriodValue> {
        properties(named: "FREEBUSY").lazy.flatMap { line in
            let zoneID = line.zoneID
            return line.value.split(separator: 0x2C).compactMap { PeriodValue($0, zoneID: zoneID) }
        }
    }
}
