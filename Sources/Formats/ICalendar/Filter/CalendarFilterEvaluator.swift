package import CivilTime
import ContentLines

/// Tells which objects a filter asks for (RFC 4791 §9.7). It is prepared once for a query.
///
/// What the RFC leaves open:
///
/// - All tests of one component filter are about the same component. An instance counts for the component that says how it is:
///   a master does not pass because an override of it is in the range, nor the other way round. An override has its own properties
///   and alarms only.
/// - Time ranges of a component and of one within it need not be met by the same instance.
/// - A range for the VCALENDAR itself, of which §9.9 says nothing, is met where one of its components meets it: clients ask so for things
///   of any kind.
/// - A negated text or parameter test does not hold where there is no such property or parameter.
package struct CalendarFilterEvaluator: Sendable {
    private let root: PreparedComponentFilter

    /// `filter` is about the VCALENDAR.
    package init(_ filter: ComponentFilter) {
        root = PreparedComponentFilter(filter)
    }

    /// Whether the object in `document` passes; what is no calendar object (RFC 4791 §4.1) does not.
    package func matches(
        _ document: CalendarDocument, zones: some ZoneResolving, floatingIn zone: any TimeZoneRules,
        _ budget: inout StepBudget
    ) throws(StepBudget.Exhausted) -> Bool {
        guard let object = try? CalendarObjectResource.validate(document) else { return false }
        return try matches(object, zones: zones, floatingIn: zone, &budget)
    }

    /// Whether the object passes. `zones` is what its TZIDs mean, `zone` where floating times and days are looked at from
    /// (RFC 4791 §7.3). Alarms of instances that are not in `window` do not go off.
    package func matches(
        _ object: CalendarObjectResource, zones: some ZoneResolving, floatingIn zone: any TimeZoneRules, within window: InstantRange? = nil,
        _ budget: inout StepBudget
    ) throws(StepBudget.Exhausted) -> Bool {
        guard !root.isNotDefined, object.calendar.isNamed(root.name) else { return false }
        var evaluation = CalendarFilterEvaluation(object, zones, ranges: TimeRangeTest(zones: zones, zone: zone, window: window), budget)
        defer { budget = evaluation.budget }
        return try evaluation.passes(root, object.calendar, within: nil)
    }
}

/// A component filter with its names and texts prepared.
struct PreparedComponentFilter: Sendable {
    let name: [UInt8]
    let isNotDefined: Bool
    let timeRange: InstantRange?
    let properties: [PreparedPropertyFilter]
    let components: [PreparedComponentFilter]

    init(_ filter: ComponentFilter) {
        name = [UInt8](filter.name.utf8)
        isNotDefined = filter.isNotDefined
        timeRange = filter.timeRange
        properties = filter.properties.map(PreparedPropertyFilter.init)
        components = filter.components.map(PreparedComponentFilter.init)
    }
}

/// The evaluation of one filter on one object.
struct CalendarFilterEvaluation<Zones: ZoneResolving> {
    let object: CalendarObjectResource
    let zones: Zones
    let ranges: TimeRangeTest<Zones>
    var budget: StepBudget
    private var scratch: [UInt8] = []
    /// Of the components of the object, made when a range is first asked for.
    private var instances: ComponentInstances?

    init(_ object: CalendarObjectResource, _ zones: Zones, ranges: TimeRangeTest<Zones>, _ budget: StepBudget) {
        self.object = object
        self.zones = zones
        self.ranges = ranges
        self.budget = budget
    }

    /// RFC 4791 §9.7.1, for a component with the filter's name.
    mutating func passes(
        _ filter: PreparedComponentFilter, _ component: Component, within owner: Component?
    ) throws(StepBudget.Exhausted) -> Bool {
        try budget.spend()
        for property in filter.properties {
            try budget.spend()
            guard property.matches(component, ranges, scratch: &scratch) else { return false }
        }
        if let range = filter.timeRange, try !overlaps(component, range, within: owner) { return false }
        for inner in filter.components {
            guard try hasOne(inner, in: component) else { return false }
        }
        return true
    }

    /// Whether one of the components directly within passes, or, where none is wanted, there is none.
    private mutating func hasOne(
        _ filter: PreparedComponentFilter, in component: Component
    ) throws(StepBudget.Exhausted) -> Bool {
        for child in component.children {
            try budget.spend()
            guard child.isNamed(filter.name) else { continue }
            if filter.isNotDefined { return false }
            if try passes(filter, child, within: component) { return true }
        }
        return filter.isNotDefined
    }

    /// RFC 4791 §9.9. What has no rule there or in RFC 7953 overlaps nothing.
    private mutating func overlaps(
        _ component: Component, _ range: InstantRange, within owner: Component?
    ) throws(StepBudget.Exhausted) -> Bool {
        switch component.nameCount {
        case 9 where component.isNamed("VCALENDAR"):
            for child in component.children where CalendarComponentKind(of: child) != nil {
                try budget.spend()
                if try overlaps(child, range, within: component) { return true }
            }
            return false
        case 9 where component.isNamed("VFREEBUSY"): return ranges.freeBusy(component, range)
        case 13 where component.isNamed("VAVAILABILITY"): return ranges.availability(component, range)
        case 6 where component.isNamed("VALARM"):
            guard let owner else { return false }
            let instances = try instances(of: owner, within: owner.parent)
            return try ranges.alarm(component, of: owner, instances, range, &budget)
        case 5 where component.isNamed("VTODO"):
            let instances = try instances(of: component, within: owner)
            if !instances.isTimed(component) { return ranges.undatedTask(component, range) }
            return try ranges.hasInstance(of: component, instances, range, &budget)
        case 6 where component.isNamed("VEVENT"), 8 where component.isNamed("VJOURNAL"), 5 where component.isNamed("VPOLL"),
            9 where component.isNamed("AVAILABLE"):
            let instances = try instances(of: component, within: owner)
            return try ranges.hasInstance(of: component, instances, range, &budget)
        default: return false
        }
    }

    private mutating func instances(
        of component: Component, within owner: Component?
    ) throws(StepBudget.Exhausted) -> ComponentInstances {
        if let owner, owner.isSame(as: object.calendar) {
            if let instances { return instances }
            try budget.spend(object.components.count)
            let made = ComponentInstances(RecurrenceSet(object.components, zones: zones))
            instances = made
            return made
        }
        // RFC 7953 §3.1: AVAILABLEs of one UID are a master and its overrides. A VEVENT in a VPOLL stands for itself.
        guard component.isNamed("AVAILABLE"), let owner else {
            return ComponentInstances(RecurrenceSet([component], zones: zones))
        }
        let uid = component.property("UID")?.value
        var related: [Component] = []
        for sibling in owner.children {
            try budget.spend()
            guard sibling.isNamed("AVAILABLE"), sibling.property("UID")?.value == uid else { continue }
            related.append(sibling)
        }
        return ComponentInstances(RecurrenceSet(related, zones: zones))
    }
}
