import Bytes
import CivilTime
import ContentLines

/// Reads a component line by line and makes the template of its instances.
struct InstanceTemplateBuilder<Zones: ZoneResolving> {
    private(set) var pieces: [InstanceTemplate<Zones>.Piece] = []
    private var lines: [UInt8] = []
    private let component: Component
    private let part: SelectedPart
    private let overlap: OverlapRule?
    private let isRecurring: Bool
    /// The line of which each instance has its start, and the one of its end: the first of that name that can be read.
    private let startLine: ContentLine?
    private let endLine: ContentLine?
    private let recurrenceLine: ContentLine?
    private let durationLine: ContentLine?

    init(_ component: Component, _ instance: RecurrenceInstance?, isRecurring: Bool, _ part: SelectedPart) {
        self.component = component
        self.part = part
        self.isRecurring = isRecurring
        overlap = instance?.overlap
        recurrenceLine = component.property("RECURRENCE-ID")
        let isJournal = component.isNamed("VJOURNAL")
        let start = component.properties(named: "DTSTART").first { $0.calendarTime != nil }
        let end = isJournal ? nil : component.properties.first {
            ($0.isNamed("DTEND") || $0.isNamed("DUE")) && $0.calendarTime != nil
        }
        // A task without a start is at its due time.
        startLine = start ?? (component.isNamed("VTODO") ? end : nil)
        endLine = start == nil && component.isNamed("VTODO") ? nil : end
        // RFC 5545 §3.6.1: not both; the end counts.
        durationLine = isJournal || end != nil
            ? nil : component.properties(named: "DURATION").first { $0.duration != nil }
    }

    mutating func build(_ zones: Zones) {
        lines.append("BEGIN:")
        lines.append(contentsOf: component.name)
        lines.append("\r\n")
        for item in component.items {
            switch item {
            case .property(let line): take(line, zones)
            case .component(let child):
                if let childPart = part.part(of: child) { append(child, childPart, zones) }
            }
        }
        lines.append("END:")
        lines.append(contentsOf: component.name)
        lines.append("\r\n")
        close()
    }

    private mutating func take(_ line: ContentLine, _ zones: Zones) {
        guard overlap != nil else {
            if !line.isRecurrence { append(line, part, zones) }
            return
        }
        if line.isSame(as: startLine) {
            append(line) { .start($0) }
            appendAfterStart()
        } else if line.isSame(as: endLine) {
            append(line) { .end($0) }
        } else if line.isSame(as: recurrenceLine) {
            // An override need not say when it is, if it is when it would have been.
            if startLine == nil {
                append(overlap == .due ? "DUE" : "DTSTART") { .start($0) }
                appendAfterStart()
            }
            append(line) { .recurrenceID($0) }
        } else if line.isSame(as: durationLine) {
            appendDuration(line)
        } else if !isTimeOrRule(line) {
            append(line, part, zones)
        }
    }

    /// What an instance has no more (RFC 4791 §9.6.5), and repeated or unreadable lines of what it has once.
    private func isTimeOrRule(_ line: ContentLine) -> Bool {
        switch line.name.count {
        case 3: line.isNamed("DUE") && overlap != .journal
        case 5: line.isRecurrence || (line.isNamed("DTEND") && overlap != .journal)
        case 6: line.isRecurrence
        case 7: line.isNamed("DTSTART")
        case 8: line.isNamed("DURATION") && overlap != .journal
        case 13: line.isNamed("RECURRENCE-ID")
        default: false
        }
    }

    private mutating func appendAfterStart() {
        if isRecurring, recurrenceLine == nil { append("RECURRENCE-ID") { .recurrenceID($0) } }
        if endLine == nil, durationLine == nil, overlap != .journal, overlap != .due {
            append(component.isNamed("VTODO") ? "DUE" : "DTEND", isConditional: true) { .unusualEnd($0) }
        }
    }

    private mutating func append(_ line: ContentLine, _ piece: ([UInt8]) -> InstanceTemplate<Zones>.Piece) {
        var name: [UInt8] = []
        line.appendName(without: ["TZID", "VALUE", "RANGE"], to: &name)
        append(part.extent(of: line.name), name, piece)
    }

    private mutating func append(
        _ name: StaticString, isConditional: Bool = false, _ piece: ([UInt8]) -> InstanceTemplate<Zones>.Piece
    ) {
        let extent = part.extent(of: name)
        if isConditional, extent != .whole { return }
        append(extent, Array("\(name)".utf8), piece)
    }

    private mutating func append(
        _ extent: SelectedPart.Extent, _ name: [UInt8], _ piece: ([UInt8]) -> InstanceTemplate<Zones>.Piece
    ) {
        switch extent {
        case .nothing: break
        case .nameAndParameters: ContentLineFolding.append((name + [0x3A])[...], to: &lines)
        case .whole:
            close()
            pieces.append(piece(name))
        }
    }

    private mutating func appendDuration(_ line: ContentLine) {
        var source: [UInt8] = []
        line.appendSource(to: &source)
        let seconds = max(0, line.duration?.nominalSeconds ?? 0)
        append(line) { .duration(line: source, seconds: seconds, name: $0) }
    }

    private mutating func append(_ child: Component, _ part: SelectedPart, _ zones: Zones) {
        lines.append("BEGIN:")
        lines.append(contentsOf: child.name)
        lines.append("\r\n")
        for item in child.items {
            switch item {
            case .property(let line): append(line, part, zones)
            case .component(let inner):
                if let innerPart = part.part(of: inner) { append(inner, innerPart, zones) }
            }
        }
        lines.append("END:")
        lines.append(contentsOf: child.name)
        lines.append("\r\n")
    }

    private mutating func append(_ line: ContentLine, _ part: SelectedPart, _ zones: Zones) {
        let extent = part.extent(of: line.name)
        if extent == .nothing { return }
        line.appendInUTC(withValue: extent == .whole, zones, to: &lines)
    }

    private mutating func close() {
        if lines.isEmpty { return }
        pieces.append(.lines(lines))
        lines.removeAll()
    }
}

extension ContentLine {
    /// RFC 4791 §9.6.5: "(i.e., EXDATE, EXRULE, RDATE, and RRULE)".
    fileprivate var isRecurrence: Bool {
        isNamed("RRULE") || isNamed("RDATE") || isNamed("EXDATE") || isNamed("EXRULE")
    }

    fileprivate func isSame(as other: ContentLine?) -> Bool { sourceRange == other?.sourceRange }
}
