package import CivilTime
package import CollectionStore
import ContentLines
import ICalendar

/// The days that a calendar shows, as the index and the objects have them.
extension OccurrenceRange {
    /// Times without a zone are taken as in UTC, so that nobody's zone is part of what is shown.
    package init(_ window: VisibleWindow) { self.init(window.instants, floatingIn: FixedOffset.utc) }
}

extension VisibleWindow {
    var instants: InstantRange {
        InstantRange(start: lower.map { Instant(seconds: $0) }, end: upper.map { Instant(seconds: $0) })
    }
}

/// Whether an object of which the index only knows roughly when it is, is in a calendar's window.
package enum VisibleInstances {
    /// Of one object; the same for everybody who asks, so that the answer to a window never differs. It is some hundred
    /// times what an ordinary rule takes.
    private static let maximumSteps = 10_000

    /// True where it cannot be told: what nobody can read, and what would take too long.
    package static func isAny(of bytes: [UInt8], in window: VisibleWindow, timeZones: TimeZoneDatabase) -> Bool {
        guard let object = try? CalendarObjectResource.validate(bytes) else { return true }
        var component = ComponentFilter(name: object.kind.name)
        component.timeRange = window.instants
        var filter = ComponentFilter(name: "VCALENDAR")
        filter.components = [component]
        let zones = CalendarTimeZones(object.calendar, database: timeZones, fallback: FixedOffset.utc)
        var steps = StepBudget(maximumSteps)
        let found = try? CalendarFilterEvaluator(filter).matches(
            object, zones: zones, floatingIn: FixedOffset.utc, &steps)
        return found ?? true
    }
}
