package import CivilTime
package import ContentLines

/// RFC 5545 §3.8.6.3: when an alarm goes off.
package enum Trigger: Hashable, Sendable {
    package enum Anchor: Sendable {
        case start, end
    }

    case relative(CivilDuration, to: Anchor)
    /// In UTC; other forms are understood as what they are.
    case absolute(CalendarTime)

    /// Nil for what is neither a duration nor a time.
    package init?(_ line: __shared ContentLine) {
        if let duration = line.duration {
            let isEnd = line.parameter("RELATED")?.hasValue("END") ?? false
            self = .relative(duration, to: isEnd ? .end : .start)
        } else if let time = line.calendarTime {
            self = .absolute(time)
        } else {
            return nil
        }
    }
}
