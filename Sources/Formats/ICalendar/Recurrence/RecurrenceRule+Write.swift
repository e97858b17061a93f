import Bytes
import CivilTime

extension RecurrenceRule {
    /// Appends the value: FREQ first (as RFC 2445 wanted it), then what differs from the default.
    package func append(to out: inout [UInt8]) {
        if calendarScale != nil || skip != .omit {
            // RFC 7529 §4.1: SKIP needs an RSCALE.
            out.append("RSCALE=")
            out.append(calendarScale ?? "GREGORIAN")
            out.append(0x3B)
        }
        out.append("FREQ=")
        out.append(frequency.name)
        if interval != 1 { appendPart("INTERVAL", to: &out) { $0.append(decimal: interval) } }
        if let count { appendPart("COUNT", to: &out) { $0.append(decimal: count) } }
        if let until { appendPart("UNTIL", to: &out) { until.append(to: &$0) } }
        appendList("BYSECOND", bySecond, to: &out) { $1.append(decimal: $0) }
        appendList("BYMINUTE", byMinute, to: &out) { $1.append(decimal: $0) }
        appendList("BYHOUR", byHour, to: &out) { $1.append(decimal: $0) }
        appendList("BYDAY", byDay, to: &out) { day, out in
            if day.ordinal != 0 { out.append(decimal: day.ordinal) }
            out.append(day.weekday.twoLetters)
        }
        appendList("BYMONTHDAY", byMonthDay, to: &out) { $1.append(decimal: $0) }
        appendList("BYYEARDAY", byYearDay, to: &out) { $1.append(decimal: $0) }
        appendList("BYWEEKNO", byWeekNumber, to: &out) { $1.append(decimal: $0) }
        appendList("BYMONTH", byMonth, to: &out) { month, out in
            out.append(decimal: month.number)
            if month.isLeap { out.append(0x4C) }
        }
        appendList("BYSETPOS", bySetPosition, to: &out) { $1.append(decimal: $0) }
        if weekStart != .monday { appendPart("WKST", to: &out) { $0.append(weekStart.twoLetters) } }
        if skip != .omit { appendPart("SKIP", to: &out) { $0.append(skip.rawValue) } }
        for part in otherParts {
            out.append(0x3B)
            out.append(part.name)
            out.append(0x3D)
            out.append(part.value)
        }
    }

    private func appendPart(_ name: StaticString, to out: inout [UInt8], _ write: (inout [UInt8]) -> Void) {
        out.append(0x3B)
        out.append(name)
        out.append(0x3D)
        write(&out)
    }

    private func appendList<Value>(
        _ name: StaticString, _ values: [Value]?, to out: inout [UInt8], _ write: (Value, inout [UInt8]) -> Void
    ) {
        guard let values else { return }
        appendPart(name, to: &out) { out in
            for (place, value) in values.enumerated() {
                if place > 0 { out.append(0x2C) }
                write(value, &out)
            }
            // A value that no calendar has, so that the part stays one that never matches.
            if values.isEmpty { out.append("-0") }
        }
    }
}
