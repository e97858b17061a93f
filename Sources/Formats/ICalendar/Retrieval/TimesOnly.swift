import Bytes
import ContentLines

extension CalendarObjectResource {
    /// The object as those see it who may only know when it is: its times, whether they are busy, and what tells it from others. It is
    /// made from a list of what is kept, so what a client invents tomorrow is not shown.
    package func timesOnly() -> [UInt8] {
        var out = ContentLineWriter()
        out.begin("VCALENDAR")
        out.property("VERSION", value: "2.0".utf8)
        out.property("PRODID", value: "-//Tegu//Times only//EN".utf8)
        // RFC 5545 §3.6.5: the rules that the times need.
        for zone in calendar.children(named: "VTIMEZONE") {
            var bytes: [UInt8] = []
            zone.appendSource(to: &bytes)
            out.verbatim(bytes)
        }
        for component in components where kind == .vevent {
            out.begin("VEVENT")
            for line in component.properties {
                guard Self.keptProperties.contains(where: { line.isNamed($0) }) else { continue }
                var kept = [UInt8](line.name)
                for parameter in line.parameters where Self.keptParameters.contains(where: { parameter.isNamed($0) }) {
                    if parameter.isBareWord { continue }
                    kept.append(0x3B)
                    kept += parameter.name
                    kept.append(0x3D)
                    kept += parameter.rawValue
                }
                kept.append(0x3A)
                kept += line.value
                out.logicalLine(kept)
            }
            out.property("CLASS", value: "CONFIDENTIAL".utf8)
            // Clients show an event without a title as a mistake, or not at all.
            out.property("SUMMARY", value: "Busy".utf8)
            out.end("VEVENT")
        }
        out.end("VCALENDAR")
        return out.bytes
    }

    private static let keptProperties: [StaticString] = [
        "UID", "RECURRENCE-ID", "SEQUENCE", "DTSTAMP", "STATUS", "TRANSP", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE",
        "EXRULE", "EXDATE",
    ]

    private static let keptParameters: [StaticString] = ["TZID", "VALUE", "RANGE"]
}
