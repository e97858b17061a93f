import Bytes
import CivilTime
import ContentLines

/// RFC 4791 §9.7.2, prepared for many components.
struct PreparedPropertyFilter: Sendable {
    private let name: [UInt8]
    private let isNotDefined: Bool
    private let timeRange: InstantRange?
    private let text: PreparedTextMatch?
    private let parameters: [PreparedParameterFilter]
    private let isList: Bool

    init(_ filter: CalendarPropertyFilter) {
        name = [UInt8](filter.name.utf8)
        isNotDefined = filter.isNotDefined
        timeRange = filter.timeRange
        text = filter.text.map(PreparedTextMatch.init)
        parameters = filter.parameters.map(PreparedParameterFilter.init)
        // RFC 5545 §3.8.1.2, §3.8.1.10
        isList = name.equalsIgnoringASCIICase("CATEGORIES") || name.equalsIgnoringASCIICase("RESOURCES")
    }

    /// Whether one property of the component passes, or, where none is wanted, there is none.
    func matches(
        _ component: Component, _ ranges: TimeRangeTest<some ZoneResolving>, scratch: inout [UInt8]
    ) -> Bool {
        var isDefined = false
        for line in component.properties where line.name.count == name.count && line.isNamed(name) {
            if isNotDefined { return false }
            isDefined = true
            if let text, !text.matches(line, isList: isList, scratch: &scratch) { continue }
            guard parameters.allSatisfy({ $0.matches(line, scratch: &scratch) }) else { continue }
            if let timeRange, !ranges.property(line, timeRange) { continue }
            return true
        }
        if isDefined { return false }
        // RFC 4791 §9.9: the end that a length gives stands for the end that is not written.
        if let timeRange, text == nil, parameters.isEmpty, ranges.effectiveEnd(name, of: component, timeRange) { return true }
        return isNotDefined
    }
}
