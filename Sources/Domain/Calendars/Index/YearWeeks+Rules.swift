import CivilTime
import CollectionStore
import ContentLines
import ICalendar

extension YearWeeks {
    /// In which parts of a year an object's instances may be; `.all` where that is not plain to see.
    init(of object: CalendarObjectResource) {
        self = .all
        // What was moved, or added one by one, may be anywhere.
        guard object.components.count == 1, let event = object.components.first, event.property("RDATE") == nil,
            let start = event.calendarTime("DTSTART"), let length = Self.longest(event, start)
        else { return }
        // A day to either side for the zones, and what an instance takes.
        let after = length / 86_400 + 2
        let first = start.wall.date
        var weeks = YearWeeks(month: first.month, day: first.day, before: 1, after: after)
        for line in event.properties(named: "RRULE") {
            guard let rule = line.recurrenceRule else { continue }
            guard rule.calendarScale == nil else { return }
            if let months = rule.byMonth {
                for month in months { weeks.formUnion(YearWeeks(month: month.number, after: after)) }
            } else if !rule.isEachYearOnThatDay {
                return
            }
        }
        self = weeks
    }

    private init(month: Int, after: Int) {
        self = YearWeeks(month: month, day: 1, before: 1, after: 30 + after)
    }

    /// In seconds; nil where it is so long that it does not matter when it begins.
    private static func longest(_ event: Component, _ start: CalendarTime) -> Int? {
        var seconds: Int64 = start.isDate ? 86_400 : 0
        if let end = event.calendarTime("DTEND") ?? event.calendarTime("DUE") {
            // Their zones may differ.
            seconds = max(seconds, end.wall.wallSeconds - start.wall.wallSeconds + 86_400)
        }
        if let duration = event.property("DURATION")?.duration { seconds = max(seconds, duration.nominalSeconds) }
        return seconds < 90 * 86_400 ? Int(seconds) : nil
    }

    /// Of the days from `lower` to `upper`, in seconds since 1970, and of some around them.
    init(from lower: Int64, to upper: Int64) {
        let day: Int64 = 86_400
        self = .all
        guard upper > lower, upper.subtractingReportingOverflow(lower).overflow == false, upper - lower < 300 * day,
            let first = CivilDateTime(wallSeconds: lower)?.date
        else { return }
        self = YearWeeks(month: first.month, day: first.day, before: 2, after: Int((upper - lower) / day) / 2 + 3)
        if let last = CivilDateTime(wallSeconds: upper)?.date {
            formUnion(YearWeeks(month: last.month, day: last.day, before: Int((upper - lower) / day) / 2 + 3, after: 2))
        } else {
            self = .all
        }
    }
}

extension RecurrenceRule {
    /// Whether an instance is always on the day and in the month of DTSTART (RFC 5545 §3.3.10).
    fileprivate var isEachYearOnThatDay: Bool {
        frequency == .yearly && byMonth == nil && byWeekNumber == nil && byYearDay == nil && byMonthDay == nil
            && byDay == nil
    }
}

extension Component {
    fileprivate func calendarTime(_ name: StaticString) -> CalendarTime? {
        for line in properties(named: name) {
            if let time = line.calendarTime { return time }
        }
        return nil
    }
}
