import Bytes
import CivilTime
import ContentLines

/// One instance of a series as a component of its own: the component that tells of it now, without the rules, at the
/// instance's time, and with a RECURRENCE-ID in the form of the master's DTSTART (RFC 5545 §3.8.4.4).
struct DerivedOverride<Zones: ZoneResolving> {
    let component: Component
    private let instance: RecurrenceInstance
    private let zones: Zones
    private let startLine: ContentLine?
    private let endLine: ContentLine?
    private let durationLine: ContentLine?

    init(of instance: RecurrenceInstance, _ zones: Zones) {
        self.instance = instance
        self.zones = zones
        let component = instance.component
        self.component = component
        let isJournal = component.isNamed("VJOURNAL")
        let start = component.properties(named: "DTSTART").first { $0.calendarTime != nil }
        let end = isJournal
            ? nil
            : component.properties.first { ($0.isNamed("DTEND") || $0.isNamed("DUE")) && $0.calendarTime != nil }
        // RFC 5545 §3.6.2: a task without a start recurs by its due time.
        startLine = start ?? (component.isNamed("VTODO") ? end : nil)
        endLine = start == nil && component.isNamed("VTODO") ? nil : end
        durationLine = isJournal || end != nil ? nil : component.properties(named: "DURATION").first { $0.duration != nil }
    }

    /// Appends the component without some of its lines, and with others after its own properties.
    func append(without isDropped: (ContentLine) -> Bool, adding lines: [UInt8], to out: inout [UInt8]) {
        appendBoundary("BEGIN:", to: &out)
        var isTimed = false
        var isClosed = false
        func close(_ out: inout [UInt8]) {
            if isClosed { return }
            isClosed = true
            if !isTimed { appendTimes(to: &out) }
            out.append(contentsOf: lines)
        }
        for item in component.items {
            switch item {
            case .property(let line):
                if isSame(line, startLine) {
                    isTimed = true
                    appendTimes(to: &out)
                } else if isSame(line, endLine) {
                    append(end(like: line), as: line, to: &out)
                } else if isSame(line, durationLine) {
                    appendDuration(line, to: &out)
                } else if !line.isOfSeries, !isDropped(line) {
                    line.appendSource(to: &out)
                }
            case .component(let child):
                close(&out)
                child.appendSource(to: &out)
            }
        }
        close(&out)
        appendBoundary("END:", to: &out)
    }

    private func appendBoundary(_ word: StaticString, to out: inout [UInt8]) {
        out.append(word)
        out.append(contentsOf: component.name)
        out.append("\r\n")
    }

    /// The start, and which instance it is.
    private func appendTimes(to out: inout [UInt8]) {
        if let startLine {
            append(instance.start, as: startLine, to: &out)
        } else {
            // An override need not say when it is, if it is when it would have been.
            instance.start.appendLine(named: "DTSTART", to: &out)
        }
        instance.recurrenceID.appendLine(named: "RECURRENCE-ID", to: &out)
        // An RDATE that is a period has an end that its component does not tell.
        guard endLine == nil, durationLine == nil, startLine?.isNamed("DUE") != true, !component.isNamed("VJOURNAL"),
            length != (instance.isAllDay && !component.isNamed("VTODO") ? 86_400 : 0) else { return }
        endInForm(of: instance.start).appendLine(named: component.isNamed("VTODO") ? "DUE" : "DTEND", to: &out)
    }

    private func append(_ time: CalendarTime, as line: ContentLine, to out: inout [UInt8]) {
        var content = [UInt8](line.unfolded.dropLast(line.value.count))
        time.append(to: &content)
        ContentLineFolding.append(content[...], to: &out)
    }

    private func appendDuration(_ line: ContentLine, to out: inout [UInt8]) {
        // RFC 5545 §3.3.6: days are days of the calendar, and stay; only exact time can be another one.
        guard let duration = line.duration, duration.days == 0, length != max(0, duration.nominalSeconds) else {
            return line.appendSource(to: &out)
        }
        var content = [UInt8](line.unfolded.dropLast(line.value.count))
        CivilDuration(seconds: Int(clamping: length)).append(to: &content)
        ContentLineFolding.append(content[...], to: &out)
    }

    private var length: Int64 { instance.interval.end.seconds - instance.interval.start.seconds }

    /// The instance's end, written as `line` writes one.
    private func end(like line: ContentLine) -> CalendarTime {
        guard let form = line.calendarTime else { return instance.start }
        let isFloating = switch form {
        case .date, .floating: true
        case .utc, .zoned: false
        }
        if isFloating == instance.interval.end.isFloating { return endInForm(of: form) }
        // A start and an end on different clocks: both are moved alike.
        let old = startLine?.calendarTime?.wall.wallSeconds ?? instance.start.wall.wallSeconds
        let moved = CivilDateTime(wallSeconds: form.wall.wallSeconds + instance.start.wall.wallSeconds - old)
        return form.withWall(moved ?? form.wall)
    }

    private func endInForm(of form: CalendarTime) -> CalendarTime {
        let seconds = instance.interval.end.seconds
        let wall: CivilDateTime? = if case .zoned(_, let id) = form {
            zones.rules(for: id).wallTime(at: Instant(seconds: seconds))
        } else {
            CivilDateTime(wallSeconds: seconds)
        }
        return wall.map { form.withWall($0) } ?? form
    }

    private func isSame(_ line: ContentLine, _ other: ContentLine?) -> Bool { line.sourceRange == other?.sourceRange }
}

extension ContentLine {
    /// What a component says of a series, and not of one instance.
    fileprivate var isOfSeries: Bool {
        isNamed("RRULE") || isNamed("RDATE") || isNamed("EXDATE") || isNamed("EXRULE") || isNamed("RECURRENCE-ID")
    }
}
