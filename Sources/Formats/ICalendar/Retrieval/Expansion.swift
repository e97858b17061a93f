import CivilTime
import ContentLines

/// RFC 4791 §9.6.5: an object as its instances in a range, each a component by itself, in UTC and without recurrence.
///
/// Floating times and days stay what they are. What does not recur is an instance too, and is given where it is in the
/// range; what has no time at all is given always, since there is no range that it is outside of. Components that are
/// no events, tasks or notes are given as they are stored, with the time zones that they need.
struct Expansion<Zones: ZoneResolving> {
    let object: CalendarObjectResource
    let range: InstantRange
    let zones: Zones
    let floatingZone: any TimeZoneRules
    let limits: CalendarDataSelection.Limits

    func append(
        _ part: SelectedPart, to writer: inout PartWriter, _ budget: inout StepBudget
    ) throws(CalendarLimitExceeded) {
        let calendar = object.calendar
        let neededZones = neededZones
        var isExpanded = false
        writer.begin(calendar)
        for item in calendar.items {
            switch item {
            case .property(let line): writer.append(line, of: calendar, part)
            case .component(let child):
                guard let childPart = part.part(of: child) else { continue }
                if child.isNamed("VTIMEZONE") {
                    guard let id = child.property("TZID")?.text, neededZones.contains(id) else { continue }
                    writer.append(child, childPart)
                } else if CalendarComponentKind(of: child) == object.kind, object.kind.canRecur {
                    if !isExpanded { try appendInstances(childPart, to: &writer, &budget) }
                    isExpanded = true
                } else {
                    writer.append(child, childPart)
                }
            }
        }
        writer.end(calendar)
    }

    private func appendInstances(
        _ part: SelectedPart, to writer: inout PartWriter, _ budget: inout StepBudget
    ) throws(CalendarLimitExceeded) {
        let set = RecurrenceSet(object.components, zones: zones)
        if set.isWithoutTime {
            for component in object.components {
                let template = InstanceTemplate(of: component, nil, isRecurring: false, part, zones)
                try spend(template, &budget)
                writer.append { template.append(nil, to: &$0) }
            }
            return
        }
        var templates: [Int: InstanceTemplate<Zones>] = [:]
        var instances = set.instances(overlapping: range, floatingIn: floatingZone)
        instances.omitPlaceholders()
        var count = 0
        while let instance = try next(&instances, &budget) {
            count += 1
            if count > limits.instances { throw .instances(limits.instances) }
            let place = instance.component.sourceRange.lowerBound
            let template = templates[place]
                ?? InstanceTemplate(of: instance.component, instance, isRecurring: set.isRecurring, part, zones)
            templates[place] = template
            try spend(template, &budget)
            writer.append { template.append(instance, to: &$0) }
            if writer.bytes.count > limits.byteCount { throw .byteCount(limits.byteCount) }
        }
    }

    private func next(
        _ instances: inout RecurrenceInstances, _ budget: inout StepBudget
    ) throws(CalendarLimitExceeded) -> RecurrenceInstance? {
        do {
            return try instances.next(&budget)
        } catch {
            throw .steps
        }
    }

    /// Writing costs too: about as much as a step for each kilobyte, and for each line that is made.
    private func spend(
        _ template: InstanceTemplate<Zones>, _ budget: inout StepBudget
    ) throws(CalendarLimitExceeded) {
        try budget.take(template.cost)
    }

    /// The TZIDs of what is given as it is stored.
    private var neededZones: Set<String> {
        var needed: Set<String> = []
        for child in object.calendar.children where !child.isNamed("VTIMEZONE") {
            if CalendarComponentKind(of: child) == object.kind, object.kind.canRecur { continue }
            needed.formUnion(TimeZoneReferences.referenced(in: child))
        }
        return needed
    }
}
