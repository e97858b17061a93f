import Bytes
package import CivilTime
import ContentLines

/// Makes one iCalendar stream of many calendar objects, piece by piece.
///
/// A time zone is written once for its TZID, before the first object that brings it. RFC 5545 §3.6.5 lets no two
/// VTIMEZONEs of a calendar have one TZID: where another object has one of that name by which its times are others, such as Outlook's
/// "Customized Time Zone", it gets another name there, with the times that are told by it. So an object means in the stream what
/// it means by itself, also one that names a zone of the database without a VTIMEZONE.
package struct CalendarJoiner {
    /// RFC 5545 §3.7.3
    package static let productID = "-//Tegu//Tegu//EN"

    private let properties: CalendarProperties
    private let database: TimeZoneDatabase?
    /// What each TZID stands for, each with the name under which it is written.
    private var meanings: [String: [Meaning]] = [:]
    private var written: Set<String> = []

    fileprivate struct Meaning {
        let name: String
        /// Nil where the text alone tells.
        var rules: ZoneRules?
        /// What is written under the name; nil: the zone of the database that all know by it.
        var source: [UInt8]?
        /// A day before the first time that is told by it; nil: there is none.
        var firstUse: Instant?
    }

    /// Without a database a zone means what its text is.
    package init(properties: CalendarProperties = CalendarProperties(), database: TimeZoneDatabase? = nil) {
        self.properties = properties
        self.database = database
    }

    /// What stands before the first object.
    package func header() -> [UInt8] {
        var writer = ContentLineWriter()
        writer.begin("VCALENDAR")
        writer.property("VERSION", text: "2.0")
        writer.property("PRODID", text: Self.productID)
        if let name = properties.name {
            writer.property("X-WR-CALNAME", text: name)
            // RFC 7986 §5.1
            writer.property("NAME", text: name)
        }
        if let description = properties.description { writer.property("X-WR-CALDESC", text: description) }
        if let zone = properties.timeZoneID { writer.property("X-WR-TIMEZONE", text: zone) }
        if let color = properties.color { writer.property("X-APPLE-CALENDAR-COLOR", text: color) }
        return writer.bytes
    }

    /// The object's components and the time zones that were not written yet. Nil for bytes that are no iCalendar: the
    /// rest of the calendar is of use without them.
    package mutating func append(_ object: [UInt8]) -> [UInt8]? {
        guard let document = try? CalendarDocument.parse(object) else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(object.count)
        for calendar in document.calendars {
            let (names, additional) = newNames(in: calendar)
            for zone in calendar.children(named: "VTIMEZONE") {
                guard let id = zone.property("TZID")?.text, written.insert(names[id] ?? id).inserted else { continue }
                append(zone, names, to: &out)
            }
            for (name, rules) in additional where written.insert(name).inserted {
                var writer = ContentLineWriter()
                VTimeZoneWriter.append(rules, id: name, to: &writer)
                out += writer.bytes
            }
            for component in calendar.children where !component.isNamed("VTIMEZONE") { append(component, names, to: &out) }
        }
        return out
    }

    /// What stands after the last object.
    package func footer() -> [UInt8] { [UInt8]("END:VCALENDAR\r\n".utf8) }

    /// The other names of those of the calendar's zones whose own is taken by others, and the zones of the database that must be
    /// written, since a name of theirs is taken.
    private mutating func newNames(in calendar: Component) -> (names: [String: String], additional: [(String, ZoneRules)]) {
        var names: [String: String] = [:]
        var additional: [(String, ZoneRules)] = []
        var seen: Set<String> = []
        let uses = database == nil ? [:] : TimeZoneReferences.firstUses(in: calendar)
        for zone in calendar.children(named: "VTIMEZONE") {
            guard let id = zone.property("TZID")?.text, seen.insert(id).inserted else { continue }
            let rules = database.flatMap { self.rules(of: zone, id, $0) }
            let name = self.name(for: id, rules, source: zone.normalizedSource, firstUse: uses[id])
            if name != id { names[id] = name }
        }
        guard let database else { return (names, additional) }
        for (id, firstUse) in uses.sorted(by: { $0.key < $1.key }) where !seen.contains(id) {
            guard let rules = TimeZonesByReference.rules(for: id, database) else { continue }
            let name = self.name(for: id, rules, source: nil, firstUse: firstUse)
            if name == id { continue }
            names[id] = name
            additional.append((name, rules))
        }
        return (names, additional)
    }

    private func rules(of zone: Component, _ id: String, _ database: TimeZoneDatabase) -> ZoneRules? {
        if database.precedence == .database, let name = ZoneNames.databaseName(of: id, in: database) {
            return database.rules(named: name)
        }
        return ZoneDefinition.verdict(on: zone, database).rules
    }

    /// The name for what `id` stands for in an object; `source` is its definition.
    private mutating func name(for id: String, _ rules: ZoneRules?, source: [UInt8]?, firstUse: Instant?) -> String {
        let known = meanings[id] ?? []
        for (place, meaning) in known.enumerated() where meaning.stands(for: rules, source, from: firstUse) {
            if meaning.source == nil, let source {
                meanings[id]?[place].source = source
                meanings[id]?[place].rules = rules
            }
            meanings[id]?[place].firstUse = [meaning.firstUse, firstUse].compactMap(\.self).min()
            return meaning.name
        }
        var name = id
        var number = known.count + 1
        while !known.isEmpty, name == id || meanings[name] != nil {
            name = "\(id) (\(number))"
            number += 1
        }
        meanings[id, default: []].append(Meaning(name: name, rules: rules, source: source, firstUse: firstUse))
        // A name that is taken: nothing else means this.
        if name != id { meanings[name] = [Meaning(name: name, rules: nil, source: [], firstUse: nil)] }
        return name
    }

    private func append(_ component: Component, _ names: [String: String], to out: inout [UInt8]) {
        if names.isEmpty { return component.appendSource(to: &out) }
        component.appendSource(to: &out) { line in
            if line.isNamed("TZID"), let name = names[line.text] {
                var value: [UInt8] = []
                TextValue.appendEscaped(name.utf8, to: &value)
                return Array(line.name) + [0x3A] + value
            }
            return line.parameter("TZID").flatMap { names[$0.value] }.flatMap { line.unfolded(withValue: $0, of: "TZID") }
        }
    }
}

extension CalendarJoiner.Meaning {
    /// Whether the times of an object that tells them by `other`, the first of them at `use`, are the same by this, and those of the
    /// objects before it by what is then written.
    fileprivate func stands(for other: ZoneRules?, _ otherSource: [UInt8]?, from use: Instant?) -> Bool {
        if let source, source == otherSource { return true }
        guard let rules, let other else { return false }
        if rules === other { return true }
        let earlier = source == nil ? firstUse : nil
        guard let first = [use, earlier].compactMap(\.self).min() else { return true }
        return rules.agrees(with: other, from: first)
    }
}
