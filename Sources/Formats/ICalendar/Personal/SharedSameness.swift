import Bytes
import ContentLines

extension CalendarObjectResource {
    /// Whether two versions of an object say the same to everybody: clients write an object anew for an alarm, in another order, folded in
    /// other places, and with a new stamp.
    ///
    /// - Parameter ignoringTimeZones: whether their VTIMEZONEs may differ, as those that clients bring along do.
    package func saysTheSame(as other: CalendarObjectResource, ignoringTimeZones: Bool) -> Bool {
        Self.parts(of: calendar, ignoringTimeZones) == Self.parts(of: other.calendar, ignoringTimeZones)
    }

    private static func parts(of calendar: Component, _ ignoresTimeZones: Bool) -> [[UInt8]] {
        let own = lines(of: calendar) { $0.isNamed("PRODID") || $0.isNamed("VERSION") || $0.isNamed("CALSCALE") }
        let components = calendar.children.filter { !ignoresTimeZones || !$0.isNamed("VTIMEZONE") }.map(plain)
        return [own] + components.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// A component in an order of its own. The depth is that which the parser allows.
    private static func plain(_ component: Component) -> [UInt8] {
        var out = [UInt8]("BEGIN:".utf8) + component.name.map(\.asciiUppercased) + [0x0A]
        // RFC 5545 §3.8.7.2 and §3.8.7.3: they tell when it was written. X-MOZ-GENERATION: Thunderbird counts how often alarms were seen to.
        out += lines(of: component) {
            $0.isPersonal || $0.isNamed("DTSTAMP") || $0.isNamed("LAST-MODIFIED") || $0.isNamed("X-MOZ-GENERATION")
        }
        let children = component.children.filter { !$0.isNamed("VALARM") }.map(plain)
        for child in children.sorted(by: { $0.lexicographicallyPrecedes($1) }) { out += child }
        out += [UInt8]("END\n".utf8)
        return out
    }

    private static func lines(of component: Component, except isLeftOut: (ContentLine) -> Bool) -> [UInt8] {
        var lines: [[UInt8]] = []
        for line in component.properties where !isLeftOut(line) {
            let parameters = line.parameters.map { parameter in
                var out = [UInt8]([0x3B] + parameter.name.map(\.asciiUppercased))
                for value in parameter.rawValues { out += [0x2C] + value }
                return out
            }
            var out = (line.group.map { [UInt8]($0) + [0x2E] } ?? []) + line.name.map(\.asciiUppercased)
            for parameter in parameters.sorted(by: { $0.lexicographicallyPrecedes($1) }) { out += parameter }
            out += [0x3A] + line.value + [0x0A]
            lines.append(out)
        }
        return lines.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 }
    }
}
