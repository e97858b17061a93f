import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

func range(_ start: String?, _ end: String?) throws -> InstantRange {
    try InstantRange(start: start.map(instant), end: end.map(instant))
}

/// A filter on a component, with what `change` adds to it.
func component(
    _ name: String, _ timeRange: InstantRange? = nil, _ parts: [FilterPart] = []
) -> ComponentFilter {
    var filter = ComponentFilter(name: name)
    filter.timeRange = timeRange
    for part in parts {
        switch part {
        case .component(let inner): filter.components.append(inner)
        case .property(let inner): filter.properties.append(inner)
        }
    }
    return filter
}

enum FilterPart {
    case component(ComponentFilter)
    case property(CalendarPropertyFilter)
}

func absent(_ name: String) -> ComponentFilter {
    var filter = ComponentFilter(name: name)
    filter.isNotDefined = true
    return filter
}

func property(
    _ name: String, contains text: String? = nil, not: Bool = false, collation: Collation = .asciiCasemap,
    timeRange: InstantRange? = nil, parameters: [ParameterFilter] = []
) -> FilterPart {
    var filter = CalendarPropertyFilter(name: name)
    filter.text = text.map { TextMatch($0, collation: collation, isNegated: not) }
    filter.timeRange = timeRange
    filter.parameters = parameters
    return .property(filter)
}

func absentProperty(_ name: String) -> FilterPart {
    var filter = CalendarPropertyFilter(name: name)
    filter.isNotDefined = true
    return .property(filter)
}

/// Blocks separated by blank lines, each a component with a UID unless its first line begins one itself.
func object(_ lines: String, kind: String = "VEVENT") -> [UInt8] {
    calendar(lines.split(separator: "\n\n").flatMap { block in
        let lines = block.split(separator: "\n").map(String.init)
        return block.hasPrefix("BEGIN:VTIMEZONE") ? lines : ["BEGIN:\(kind)", "UID:1"] + lines + ["END:\(kind)"]
    })
}

/// Whether an object passes a VCALENDAR filter around `filters`.
func passes(
    _ bytes: [UInt8], _ filters: ComponentFilter..., floatingIn zone: any TimeZoneRules = FixedOffset.utc, steps: Int = 100_000
) throws -> Bool {
    try passesAsWhole(bytes, component("VCALENDAR", nil, filters.map { .component($0) }), floatingIn: zone, steps: steps)
}

/// - Parameter filter: for the VCALENDAR.
func passesAsWhole(
    _ bytes: [UInt8], _ filter: ComponentFilter, floatingIn zone: any TimeZoneRules = FixedOffset.utc, steps: Int = 100_000
) throws -> Bool {
    var budget = StepBudget(steps)
    let evaluator = CalendarFilterEvaluator(filter)
    return try evaluator.matches(CalendarDocument.parse(bytes), zones: Zones(), floatingIn: zone, &budget)
}
