import CivilTime
import CollectionStore
import ContentLines
import ICalendar

/// A time on one of the two lines of the index.
struct LineTime {
    var seconds: Int64
    var isFloating: Bool

    init(_ time: CalendarTime, _ zones: IndexZones) {
        switch time {
        case .date, .floating: (seconds, isFloating) = (time.wall.wallSeconds, true)
        case .utc(let wall): (seconds, isFloating) = (wall.wallSeconds, false)
        case .zoned(let wall, let id): (seconds, isFloating) = (zones.rules(for: id).instant(of: wall).seconds, false)
        }
    }
}

/// Tasks without a start and a due time.
enum TaskTimes {
    /// RFC 4791 §9.9, the last four rows for VTODO: by CREATED and COMPLETED, both in UTC; one without either overlaps
    /// every range.
    static func occurrences(ofUndated task: Component, _ busy: Busy) -> [Occurrence] {
        let completed = time(task, "COMPLETED")
        let created = time(task, "CREATED")
        switch (created, completed) {
        case (.known(let created), .known(let completed)):
            return [run(min(created, completed), max(created, completed), busy)]
        case (.none, .known(let completed)): return [run(completed, completed, busy)]
        // "(end > CREATED)"
        case (.known(let created), .none): return [run(created, .max, busy)]
        default: return Occurrence.always(busy: busy)
        }
    }

    private enum Found {
        case none
        case known(Int64)
        /// It is there, and not as the RFC wants it.
        case unclear
    }

    private static func time(_ task: Component, _ name: StaticString) -> Found {
        guard let line = task.property(name) else { return .none }
        guard case .utc(let wall)? = line.calendarTime else { return .unclear }
        return .known(wall.wallSeconds)
    }

    private static func run(_ start: Int64, _ end: Int64, _ busy: Busy) -> Occurrence {
        Occurrence(start: start, end: end, isFloating: false, isExact: false, busy: busy)
    }
}

/// RFC 4791 §9.9 for VFREEBUSY: by DTSTART and DTEND, or by the periods of FREEBUSY; without either nothing overlaps.
enum FreeBusyTimes {
    static func occurrences(of object: CalendarObjectResource, _ zones: IndexZones, _ busy: Busy) -> [Occurrence] {
        var stretches = Stretches(busy: busy)
        for component in object.components {
            for name: StaticString in ["DTSTART", "DTEND"] {
                if let time = component.property(name)?.calendarTime { stretches.add(LineTime(time, zones)) }
            }
            for line in component.properties(named: "FREEBUSY") {
                for value in line.value.split(separator: 0x2C) {
                    guard let period = PeriodValue(value, zoneID: line.zoneID) else { continue }
                    let start = LineTime(period.start, zones)
                    stretches.add(start)
                    switch period.end {
                    case .time(let end): stretches.add(LineTime(end, zones))
                    case .duration(let duration): stretches.add(start.later(by: duration))
                    }
                }
            }
        }
        return stretches.occurrences(zones)
    }
}

/// RFC 7953 §5: a VAVAILABILITY without a start has always been, one without an end is for ever.
enum AvailabilityTimes {
    static func occurrences(of object: CalendarObjectResource, _ zones: IndexZones, _ busy: Busy) -> [Occurrence] {
        var stretches = Stretches(busy: busy)
        for component in object.components {
            guard let start = component.property("DTSTART")?.calendarTime.map({ LineTime($0, zones) }) else {
                return Occurrence.always(busy: busy)
            }
            stretches.add(start)
            if let end = component.property("DTEND")?.calendarTime {
                stretches.add(LineTime(end, zones))
            } else if let duration = component.property("DURATION")?.duration {
                stretches.add(start.later(by: duration))
            } else {
                stretches.add(LineTime(endOn: start))
            }
        }
        return stretches.occurrences(zones)
    }
}

extension LineTime {
    /// The end of time.
    init(endOn line: LineTime) { (seconds, isFloating) = (.max, line.isFloating) }

    /// A day later than that, where days are counted: one may have 25 hours.
    func later(by duration: CivilDuration) -> LineTime {
        var later = self
        let slack: Int64 = duration.days == 0 ? 0 : 86_400
        let (sum, overflowed) = seconds.addingReportingOverflow(duration.nominalSeconds)
        later.seconds = overflowed || sum > .max - slack ? .max : sum + slack
        return later
    }
}

/// From the first to the last of some times.
private struct Stretches {
    let busy: Busy
    private var lower = Int64.max
    private var upper = Int64.min
    private var lines: Set<Bool> = []

    init(busy: Busy) { self.busy = busy }

    mutating func add(_ time: LineTime) {
        lower = min(lower, time.seconds)
        upper = max(upper, time.seconds)
        lines.insert(time.isFloating)
    }

    /// Where there are times on both lines, or in a zone that nobody knows, by two days more to either side: nobody's wall
    /// is further from UTC.
    func occurrences(_ zones: IndexZones) -> [Occurrence] {
        if lines.isEmpty { return [] }
        return lines.map { line in
            let found = Occurrence(start: lower, end: upper, isFloating: line, isExact: false, busy: busy)
            return lines.count > 1 || zones.metUnknown ? found.loosened(isRecurring: false) : found
        }
    }
}
