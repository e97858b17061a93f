import Bytes
import CivilTime
import ContentLines

extension TimeRangeTest {
    /// RFC 4791 §9.9, VALARM: whether the alarm of `owner`, or a repetition of it, goes off in the range. A relative one goes off
    /// for each instance that `owner` says how it is.
    func alarm(
        _ alarm: Component, of owner: Component, _ instances: ComponentInstances, _ range: InstantRange,
        _ budget: inout StepBudget
    ) throws(StepBudget.Exhausted) -> Bool {
        let repetition = AlarmRepetition(alarm)
        switch alarm.property("TRIGGER").flatMap(Trigger.init) {
        case nil: return false
        case .absolute(let time): return repetition.isIn(range, first: seconds(time))
        case .relative(let duration, let anchor):
            return try instances.hasInstance(
                of: owner, overlapping: range.reached(by: duration, repetition), floatingIn: zone, &budget
            ) { instance in
                if let window, !instance.overlaps(window, floatingIn: zone) { return false }
                return first(duration, anchor, instance).map { repetition.isIn(range, first: $0) } ?? false
            }
        }
    }

    /// RFC 5545 §3.8.6.3: when an alarm goes off first. Days are counted on the calendar of the instance's zone.
    private func first(_ duration: CivilDuration, _ anchor: Trigger.Anchor, _ instance: RecurrenceInstance) -> Int64? {
        if anchor == .start { return seconds(instance.start, plus: duration) }
        let end = instance.interval.end
        let clock = SeriesClock(of: instance.start, zones)
        guard let wall = clock.wall(at: end.seconds) else { return nil }
        if duration.days == 0 { return end.instant(in: zone).seconds + Int64(duration.seconds) }
        return seconds(instance.start.isDate ? .floating(wall) : instance.start.withWall(wall), plus: duration)
    }
}

/// RFC 5545 §3.8.6.2: how often an alarm goes off after the first time.
struct AlarmRepetition {
    let count: Int64
    /// Between two; a day is taken for 24 hours.
    let seconds: Int64

    init(_ alarm: Component) {
        let count = alarm.property("REPEAT")?.value.trimmingASCIIWhitespace.decimalValue ?? 0
        let seconds = alarm.property("DURATION")?.duration?.nominalSeconds ?? 0
        let isRepeated = count > 0 && seconds > 0
        // More than one for each second of 10,000 years is as many.
        self.count = isRepeated ? min(Int64(count), 315_569_520_000) : 0
        self.seconds = isRepeated ? seconds : 0
    }

    /// From the first to the last.
    var length: Int64 { count.multipliedClamped(by: seconds) }

    func isIn(_ range: InstantRange, first: Int64) -> Bool {
        let (lower, upper) = range.bounds
        if first >= lower || seconds == 0 { return first >= lower && first < upper }
        // The first one that is not before the range.
        let (distance, overflowed) = lower.subtractingReportingOverflow(first)
        if overflowed { return false }
        let number = (distance - 1) / seconds + 1
        return number <= count && first.addingClamped(number.multipliedClamped(by: seconds)) < upper
    }
}

extension InstantRange {
    /// A range that has all instances for which an alarm can go off in this one.
    fileprivate func reached(by duration: CivilDuration, _ repetition: AlarmRepetition) -> InstantRange {
        // Clocks that change, and days that are looked at from elsewhere, move a time by less than that.
        let slack: Int64 = 3 * 86_400
        let offset = duration.nominalSeconds
        return InstantRange(
            start: start.map {
                Instant(seconds: $0.seconds.addingClamped(-offset).addingClamped(-slack).addingClamped(-repetition.length))
            },
            end: end.map { Instant(seconds: $0.seconds.addingClamped(-offset).addingClamped(slack)) })
    }
}
