import Bytes
import ContentLines

/// What is somebody's alone in a calendar object, for its master and for its instances.
///
/// It is taken out of an object, kept, and put into another version of it. An instance of which nothing was kept has the
/// alarms of the master, so whoever had one for a series has it too for an instance that another has moved since.
package struct PersonalParts: Sendable, Equatable {
    struct Part: Sendable, Equatable {
        /// Whole lines of the component.
        var lines: [UInt8] = []
        /// Whole components.
        var alarms: [UInt8] = []

        var isEmpty: Bool { lines.isEmpty && alarms.isEmpty }
    }

    private var master = Part()
    /// By what names the instance; those that the master tells of are not there.
    private var instances: [[UInt8]: Part] = [:]

    /// Nobody's.
    package init() {}

    /// Those in an object.
    package init(of object: CalendarObjectResource) { self.init(object.components) }

    /// Those that were kept; of bytes that are damaged, none.
    package init(kept bytes: [UInt8]) {
        let calendar = (try? CalendarDocument.parse(bytes))?.calendars.first
        self.init(calendar?.children.filter { $0.isNamed("VEVENT") } ?? [])
    }

    private init(_ components: [Component]) {
        if let found = components.first(where: { $0.instanceKey.isEmpty }) { master = Self.part(of: found) }
        for component in components {
            let key = component.instanceKey
            if key.isEmpty || instances[key] != nil { continue }
            let part = Self.part(of: component)
            if part != inherited { instances[key] = part }
        }
    }

    private static func part(of component: Component) -> Part {
        var part = Part()
        for line in component.personalLines { line.appendSource(to: &part.lines) }
        for alarm in component.alarms { alarm.appendSource(to: &part.alarms) }
        return part
    }

    private var inherited: Part { Part(alarms: master.alarms) }

    /// Whether there is nothing.
    package var isEmpty: Bool { master.isEmpty && instances.values.allSatisfy(\.isEmpty) }

    /// To be kept: iCalendar, the same bytes for the same parts.
    package func kept() -> [UInt8] {
        var out: [UInt8] = []
        out.append("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
        Self.append(master, key: [], to: &out)
        for (key, part) in instances.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) { Self.append(part, key: key, to: &out) }
        out.append("END:VCALENDAR\r\n")
        return out
    }

    private static func append(_ part: Part, key: [UInt8], to out: inout [UInt8]) {
        out.append("BEGIN:VEVENT\r\n")
        if !key.isEmpty { out += [UInt8]("RECURRENCE-ID:".utf8) + key + [0x0D, 0x0A] }
        out += part.lines
        out += part.alarms
        out.append("END:VEVENT\r\n")
    }

    // MARK: In an object

    /// How many bytes of the master's alarms are repeated in instances, of which there may be a hundred thousand: those that come later
    /// have none.
    static let repeatedLimit = 1 << 20

    /// The object's bytes with these in the place of those that are in it. All else stays as it is, byte for byte.
    package func view(of object: CalendarObjectResource) -> [UInt8] {
        var edits = SourceEdits(object.document.source)
        var repeated = 0
        for component in object.components {
            let alarms = component.alarms
            for line in component.personalLines { edits.replaceLine(line.sourceRange, by: []) }
            for alarm in alarms { edits.replaceLine(alarm.sourceRange, by: []) }
            let key = component.instanceKey
            let own = key.isEmpty ? master : instances[key]
            if own == nil { repeated += master.alarms.count }
            guard let part = own ?? (repeated <= Self.repeatedLimit ? inherited : nil), !part.isEmpty else { continue }
            let end = component.endOfContent(in: object.document.source)
            // Properties stand before components (RFC 5545 §3.6).
            let firstChild = component.children.first { !$0.isNamed("VALARM") }?.sourceRange.lowerBound
            Self.insert(part.lines, at: firstChild.map(Component.End.before) ?? end, &edits)
            Self.insert(part.alarms, at: end, &edits)
        }
        return edits.result()
    }

    private static func insert(_ lines: [UInt8], at place: Component.End, _ edits: inout SourceEdits) {
        if lines.isEmpty { return }
        switch place {
        case .before(let place): edits.insert(lines, before: place)
        case .after(let place): edits.insert(lines, after: place)
        }
    }
}

extension CalendarObjectResource {
    /// Whether there is anything in it that is somebody's alone.
    package var hasPersonal: Bool { components.contains { $0.properties.contains { $0.isPersonal } || !$0.alarms.isEmpty } }
}

extension Component {
    fileprivate enum End {
        /// Where its END begins.
        case before(Int)
        /// It has none: where its last line ends.
        case after(Int)
    }

    fileprivate func endOfContent(in source: [UInt8]) -> End {
        let range = sourceRange
        // Its END may be folded: that line begins where no white space does.
        var start = range.upperBound
        while start > range.lowerBound {
            start -= 1
            guard start > range.lowerBound, source[start - 1] == 0x0A || source[start - 1] == 0x0D else { continue }
            if source[start] != 0x20, source[start] != 0x09, source[start] != 0x0A { break }
        }
        let line = source[start..<range.upperBound].filter { $0 > 0x20 }
        let name = [UInt8]("END:".utf8) + self.name
        return line.prefix(4 + self.name.count).equalsIgnoringASCIICase(name) ? .before(start) : .after(range.upperBound)
    }
}
