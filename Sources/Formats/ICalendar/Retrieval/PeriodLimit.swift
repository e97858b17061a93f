import Bytes
import CivilTime
import ContentLines

/// RFC 4791 §9.6.7: of FREEBUSY, only the values that overlap a range.
struct PeriodLimit {
    private let overlaps: (PeriodValue) -> Bool

    init(range: InstantRange, zones: some ZoneResolving, floatingIn zone: any TimeZoneRules) {
        overlaps = { period in
            let (start, end) = period.bounds(zones, floatingIn: zone)
            return start.seconds < range.end?.seconds ?? .max && end.seconds > range.start?.seconds ?? .min
        }
    }

    /// Appends the line with those values; nothing where there are none. What is no period overlaps nothing.
    func append(_ line: ContentLine, to out: inout [UInt8]) {
        let zoneID = line.zoneID
        let values = line.value.split(separator: 0x2C)
        let kept = values.filter { PeriodValue($0, zoneID: zoneID).map(overlaps) ?? false }
        if kept.isEmpty { return }
        if kept.count == values.count { return line.appendSource(to: &out) }
        var content = Array(line.unfolded.dropLast(line.value.count))
        for (place, value) in kept.enumerated() {
            if place > 0 { content.append(0x2C) }
            content.append(contentsOf: value)
        }
        ContentLineFolding.append(content[...], to: &out)
    }
}

extension CalendarTime {
    /// When that is; `zone` is where floating times and days are looked at from.
    func instant(_ zones: some ZoneResolving, floatingIn zone: any TimeZoneRules) -> Instant {
        switch self {
        case .date, .floating: zone.instant(of: wall)
        case .utc(let wall): Instant(seconds: wall.wallSeconds)
        case .zoned(let wall, let id): zones.rules(for: id).instant(of: wall)
        }
    }
}

extension PeriodValue {
    /// From when to when; an end before the start is none.
    func bounds(_ zones: some ZoneResolving, floatingIn zone: any TimeZoneRules) -> (start: Instant, end: Instant) {
        let first = start.instant(zones, floatingIn: zone)
        let last: Instant
        switch end {
        case .time(let time): last = time.instant(zones, floatingIn: zone)
        case .duration(let duration):
            let clock = SeriesClock(of: start, zones)
            let rules = clock.rules ?? zone
            last = Instant(seconds: CivilDuration.end(
                of: duration, wall: start.wall, seconds: first.seconds, .zoned(rules)))
        }
        return (first, max(first, last))
    }
}
