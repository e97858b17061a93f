/// Occurrences that follow each other at the same distance, within one day: told by arithmetic instead of one by one.
extension Occurrences {
    struct EvenRun {
        /// Seconds from one to the next.
        let step: Int64
        /// How many there are after the last one that was given.
        let count: Int
    }

    /// The run that the last one given by the rule itself is in; nil where that is not plain.
    var evenRun: EvenRun? {
        // DTSTART may be no occurrence of the rule.
        guard periodIndex >= 0, !isAtEnd, plan.positions == nil, let unit = plan.evenUnit else { return nil }
        let step = plan.frequency < .daily ? Int64(unit).multipliedClamped(by: Int64(plan.interval)) : Int64(unit)
        let second = Int(last - Int64(Int(last).dividedDown(by: 86_400)) * 86_400)
        let blockEnd = plan.times.blockEnd(from: second, unit: unit)
        guard blockEnd > second else { return nil }
        var count = Int((Int64(blockEnd - 1 - second)) / step)
        if limit < .max { count = min(count, Int(clamping: (limit - last) / step)) }
        if let most = plan.count { count = min(count, most - emittedCount) }
        return count > 0 ? EvenRun(step: step, count: count) : nil
    }

    /// Goes on as if the next `count` of the run had been given.
    mutating func skip(_ count: Int, of run: EvenRun) {
        guard count > 0 else { return }
        last += Int64(count) * run.step
        emittedCount += count
        if plan.frequency < .daily {
            // Each period is one unit.
            periodIndex += count
            period = nil
        } else if let period {
            next = period.rank(last + 1)
        }
    }
}

extension RecurrencePlan {
    /// The seconds of the unit in which occurrences of a day follow each other, where there is nothing between.
    fileprivate var evenUnit: Int? {
        let (minutes, seconds) = (times.minutes.nonzeroBitCount, times.seconds.nonzeroBitCount)
        switch frequency {
        case .secondly: return 1
        case .minutely: return seconds == 1 ? 60 : nil
        case .hourly: return seconds == 1 && minutes == 1 ? 3600 : nil
        case .daily, .weekly, .monthly, .yearly:
            if seconds == 60 { return 1 }
            guard seconds == 1 else { return nil }
            return minutes == 60 ? 60 : minutes == 1 ? 3600 : nil
        }
    }
}

extension TimeSet {
    /// Up to where, from a second of the day that is in the set, all units are in it that are `unit` seconds long: seconds, minutes
    /// or hours.
    fileprivate func blockEnd(from second: Int, unit: Int) -> Int {
        if unit == 1, seconds.nonzeroBitCount < 60 { return second }
        if unit < 3600, minutes.nonzeroBitCount < 60 {
            var minute = second / 60 + 1
            while minute % 60 != 0, minutes.hasBit(minute % 60) { minute += 1 }
            return minute * 60
        }
        var hour = second / 3600 + 1
        while hour < 24, hours.hasBit(hour) { hour += 1 }
        return hour * 3600
    }
}
