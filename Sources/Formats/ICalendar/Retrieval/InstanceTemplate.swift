import Bytes
import CivilTime
import ContentLines

/// A component as each of its instances shows it: what is the same in all of them as bytes, and the times between.
struct InstanceTemplate<Zones: ZoneResolving> {
    enum Piece {
        case lines([UInt8])
        /// Name and parameters of a line whose value is the instance's.
        case start([UInt8])
        case end([UInt8])
        case recurrenceID([UInt8])
        /// The line as it stands, for an instance that lasts so long on a clock that never changes.
        case duration(line: [UInt8], seconds: Int64, name: [UInt8])
        /// Where the component does not say how long it lasts, for an instance that lasts longer than such a one does.
        case unusualEnd([UInt8])
    }

    private var pieces: [Piece] = []
    private let zones: Zones
    /// In steps.
    private(set) var cost = 1

    /// `instance` is one of the component's; nil for a component without time.
    init(
        of component: Component, _ instance: RecurrenceInstance?, isRecurring: Bool, _ part: SelectedPart,
        _ zones: Zones
    ) {
        self.zones = zones
        var builder = InstanceTemplateBuilder<Zones>(component, instance, isRecurring: isRecurring, part)
        builder.build(zones)
        pieces = builder.pieces
        for case .lines(let bytes) in pieces { cost += bytes.count >> 10 }
        cost += pieces.count
    }

    func append(_ instance: RecurrenceInstance?, to out: inout [UInt8]) {
        for piece in pieces {
            if case .lines(let lines) = piece {
                out.append(contentsOf: lines)
            } else if let instance {
                append(piece, instance, to: &out)
            }
        }
    }

    private func append(_ piece: Piece, _ instance: RecurrenceInstance, to out: inout [UInt8]) {
        let interval = instance.interval
        switch piece {
        case .lines: break
        case .start(let name): Self.append(name, instance.start.at(interval.start), to: &out)
        case .end(let name): Self.append(name, instance.start.at(interval.end), to: &out)
        case .recurrenceID(let name): Self.append(name, recurrenceID(of: instance), to: &out)
        case .duration(let line, let seconds, let name):
            // RFC 5545 §3.3.6: a day of the calendar may have 23 or 25 hours, in UTC it has 24.
            if instance.length == seconds { return out.append(contentsOf: line) }
            var content = name
            content.append(0x3A)
            instance.duration.append(to: &content)
            ContentLineFolding.append(content[...], to: &out)
        case .unusualEnd(let name):
            // RFC 5545 §3.6.1
            let isDayOfEvent = instance.isAllDay && instance.overlap == .event
            if instance.length == (isDayOfEvent ? 86_400 : 0) { return }
            Self.append(name, instance.start.at(interval.end), to: &out)
        }
    }

    private func recurrenceID(of instance: RecurrenceInstance) -> CalendarTime {
        // Of a time that comes twice the start knows which one it is.
        if !instance.isOverride, instance.recurrenceID == instance.start {
            return instance.start.at(instance.interval.start)
        }
        return instance.recurrenceID.inUTC(zones)
    }

    private static func append(_ name: [UInt8], _ time: CalendarTime, to out: inout [UInt8]) {
        var content = name
        if time.isDate { content.append(";VALUE=DATE") }
        content.append(0x3A)
        time.append(to: &content)
        ContentLineFolding.append(content[...], to: &out)
    }
}

extension RecurrenceInstance {
    /// In seconds that pass, or for a floating time and a day, on the wall.
    fileprivate var length: Int64 { interval.end.seconds - interval.start.seconds }

    fileprivate var duration: CivilDuration {
        isAllDay ? CivilDuration(days: Int(length / 86_400)) : CivilDuration(seconds: Int(length))
    }
}

extension CalendarTime {
    /// RFC 4791 §9.6.5: a time of the form's kind, where there is a zone in UTC.
    fileprivate func at(_ time: TimeOnLine) -> CalendarTime {
        guard let wall = CivilDateTime(wallSeconds: time.seconds) else { return self }
        return switch self {
        case .date: .date(wall.date)
        case .floating: .floating(wall)
        case .utc, .zoned: .utc(wall)
        }
    }

    /// RFC 4791 §9.6.5: "Date and local time with reference to time zone information MUST be converted".
    func inUTC(_ zones: some ZoneResolving) -> CalendarTime {
        guard case .zoned(let wall, let id) = self else { return self }
        return .utc(CivilDateTime(wallSeconds: zones.rules(for: id).instant(of: wall).seconds) ?? wall)
    }
}
