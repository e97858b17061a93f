import CivilTime
import ContentLines

/// What one component says about when it is, read in one pass over its lines.
struct RecurrenceProperties {
    let component: Component
    var start: CalendarTime?
    /// DTEND, or the DUE of a task.
    var end: CalendarTime?
    var duration: CivilDuration?
    var recurrenceID: CalendarTime?
    /// RFC 5545 §3.2.13. THISANDPRIOR of RFC 2445 is one instance's, as if nothing were said.
    var isThisAndFuture = false
    var rules: [RecurrenceRule] = []
    var exclusionRules: [RecurrenceRule] = []
    var additions: [PeriodOrTime] = []
    var exclusions: [CalendarTime] = []

    enum PeriodOrTime {
        case time(CalendarTime)
        case period(PeriodValue)

        var start: CalendarTime {
            switch self {
            case .time(let time): time
            case .period(let period): period.start
            }
        }
    }

    init(of component: Component) {
        self.component = component
        component.forEachProperty { take($0) }
    }

    private mutating func take(_ line: ContentLine) {
        switch line.nameCount {
        case 3: if line.isNamed("DUE") { end = end ?? line.calendarTime }
        case 5: takeRule(line)
        case 6: takeDates(line)
        case 7: if line.isNamed("DTSTART") { start = start ?? line.calendarTime }
        case 8: if line.isNamed("DURATION") { duration = duration ?? line.duration }
        case 13 where line.isNamed("RECURRENCE-ID"):
            recurrenceID = recurrenceID ?? line.calendarTime
            isThisAndFuture = line.parameter("RANGE")?.hasValue("THISANDFUTURE") ?? false
        default: break
        }
    }

    private mutating func takeRule(_ line: ContentLine) {
        if line.isNamed("DTEND") {
            end = end ?? line.calendarTime
        } else if line.isNamed("RRULE") {
            guard let rule = line.recurrenceRule, rules.count < Self.ruleLimit else { return }
            if !rules.contains(rule) { rules.append(rule) }
        } else if line.isNamed("RDATE") {
            let zoneID = line.zoneID
            for value in line.value.split(separator: 0x2C) {
                if let period = PeriodValue(value, zoneID: zoneID) {
                    additions.append(.period(period))
                } else if let time = CalendarTime(value, zoneID: zoneID) {
                    additions.append(.time(time))
                }
            }
        }
    }

    private mutating func takeDates(_ line: ContentLine) {
        if line.isNamed("EXDATE") {
            exclusions += line.calendarTimes
        } else if line.isNamed("EXRULE") {
            // RFC 2445 §4.8.5.2
            guard let rule = line.recurrenceRule, exclusionRules.count < Self.ruleLimit else { return }
            if !exclusionRules.contains(rule) { exclusionRules.append(rule) }
        }
    }

    /// RFC 5545 §3.8.5.3 wants one; more than a few are an attack.
    private static let ruleLimit = 32
}
