import Bytes
import CivilTime
package import ContentLines

/// Which time zones a VCALENDAR defines and which it needs, by TZID.
package enum TimeZoneReferences {
    /// The TZIDs of its VTIMEZONEs, in their order, each once.
    package static func defined(in calendar: Component) -> [String] {
        var found = OrderedNames()
        for zone in calendar.children(named: "VTIMEZONE") {
            if let line = zone.property("TZID") { found.insert(line.text) }
        }
        return found.names
    }

    /// The TZID parameters of all properties in `component` and in what stands within it, time zones apart, in their
    /// order, each once.
    package static func referenced(in component: Component) -> [String] {
        var found = OrderedNames()
        collect(component, into: &found)
        return found.names
    }

    private static func collect(_ component: Component, into found: inout OrderedNames) {
        for line in component.properties {
            if let zone = line.parameterValue("TZID") { found.insert(zone) }
        }
        for child in component.children where !child.isNamed("VTIMEZONE") { collect(child, into: &found) }
    }

    /// A day before the first time that is told by each TZID: the history before that is of no use.
    static func firstUses(in calendar: Component) -> [String: Instant] {
        var first: [String: Instant] = [:]
        var open = Array(calendar.children)
        while let component = open.popLast() {
            if component.isNamed("VTIMEZONE") { continue }
            open.append(contentsOf: component.children)
            for line in component.properties {
                guard let id = line.parameterValue("TZID") else { continue }
                for value in line.value.split(separator: 0x2C) {
                    guard let time = CalendarTime(value.prefix { $0 != 0x2F }) else { continue }
                    let instant = Instant(seconds: time.wall.wallSeconds - 86_400)
                    first[id] = min(first[id] ?? instant, instant)
                }
            }
        }
        return first
    }
}

/// Names in the order in which they were met first.
struct OrderedNames {
    private(set) var names: [String] = []
    private var known: Set<String> = []

    mutating func insert(_ name: String) {
        if known.insert(name).inserted { names.append(name) }
    }
}
