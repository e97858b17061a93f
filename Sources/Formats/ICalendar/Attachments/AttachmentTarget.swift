import Bytes
import CivilTime
import ContentLines

/// RFC 8607 §3.3.2: what a change of attachments is about.
package enum AttachmentTarget: Hashable, Sendable {
    /// The component without a RECURRENCE-ID.
    case master
    case instance(CalendarTime)

    /// The values of a `rid` parameter: `M`, and what stands in a RECURRENCE-ID. Nil where one is neither.
    package static func list(_ text: String) -> [AttachmentTarget]? {
        var targets: [AttachmentTarget] = []
        for item in text.utf8.split(separator: 0x2C, omittingEmptySubsequences: false) {
            if item.elementsEqual("M".utf8) {
                targets.append(.master)
            } else if let time = CalendarTime([UInt8](item)[...]) {
                targets.append(.instance(time))
            } else {
                return nil
            }
        }
        return targets
    }
}

/// Finds what targets mean in an object: components that are there, and instances that have none of their own.
struct AttachmentTargetSearch<Zones: ZoneResolving> {
    private(set) var components: [Component] = []
    private(set) var instances: [RecurrenceInstance] = []
    private let object: CalendarObjectResource
    private let zones: Zones
    private let set: RecurrenceSet
    /// Where the components begin, and when the instances are, so that nothing is taken twice.
    private var known: Set<Int> = []
    private var knownTimes: Set<Int64> = []

    init(_ object: CalendarObjectResource, _ zones: Zones) {
        self.object = object
        self.zones = zones
        set = RecurrenceSet(object.components, zones: zones)
    }

    mutating func addAll() {
        for component in object.components { add(component) }
    }

    mutating func add(_ target: AttachmentTarget, _ budget: inout StepBudget) throws(AttachmentEdit.Refusal) {
        switch target {
        case .master:
            let masters = object.components.filter { !CalendarObjectResource.isOverride($0) }
            if masters.isEmpty { throw .noInstance(target) }
            for component in masters { add(component) }
        case .instance(let time):
            if let override = set.overrides.first(where: { isOf(time, $0) }) { return add(override.component) }
            guard let instance = try instance(at: time, &budget) else { throw .noInstance(target) }
            if knownTimes.insert(instance.seconds).inserted { instances.append(instance.instance) }
        }
    }

    private mutating func add(_ component: Component) {
        if known.insert(component.sourceRange.lowerBound).inserted { components.append(component) }
    }

    /// By what is written, or by when it is: RFC 8607 wants UTC where RFC 5545 §3.8.4.4 wants the form of DTSTART.
    private func isOf(_ time: CalendarTime, _ override: RecurrenceOverride) -> Bool {
        if override.component.property("RECURRENCE-ID")?.calendarTime == time { return true }
        guard override.day == nil, time.isDate == override.recurrenceID.isDate else { return false }
        let clock = set.series.first?.clock ?? SeriesClock(of: override.recurrenceID, zones)
        return clock.seconds(of: time, zones) == override.originalSeconds
    }

    private func instance(
        at time: CalendarTime, _ budget: inout StepBudget
    ) throws(AttachmentEdit.Refusal) -> (seconds: Int64, instance: RecurrenceInstance)? {
        guard set.isRecurring, let series = set.series.first, time.isDate == series.clock.isDay else { return nil }
        let seconds = series.clock.seconds(of: time, zones)
        let reach = set.farthestShift + 1
        var instances = set.instances(
            overlapping: InstantRange(start: Instant(seconds: seconds - reach), end: Instant(seconds: seconds + reach)),
            floatingIn: FixedOffset.utc)
        do {
            while let next = try instances.next(&budget) {
                if !next.isOverride, series.clock.seconds(of: next.recurrenceID, zones) == seconds { return (seconds, next) }
            }
        } catch {
            throw .tooManySteps
        }
        return nil
    }
}
