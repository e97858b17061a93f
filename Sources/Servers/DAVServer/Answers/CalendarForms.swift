import CivilTime
import ContentLines
import DAVGrammar
import ICalendar

/// A stored calendar object in the form that a client asks for (RFC 4791 §9.6, RFC 7265, RFC 7809 §3.1).
enum CalendarForms {
    /// Throws `CalendarLimitExceeded` where it would be too much. `zone` is where floating times are looked at; instances that are not
    /// in `window` are not shown where instances are told apart.
    static func write(
        _ object: CalendarObjectResource, _ form: ObjectForm, _ zone: any TimeZoneRules, _ timeZones: TimeZoneDatabase,
        shownIn window: InstantRange?
    ) throws -> [UInt8] {
        var document = object.document
        var selection = form.calendar.selection
        if let window {
            switch selection.recurrence {
            case .stored: break
            case .expanded(let range): selection.recurrence = .expanded(range.clipped(to: window))
            case .limited(let range): selection.recurrence = .limited(range.clipped(to: window))
            }
            selection.freeBusyRange = selection.freeBusyRange?.clipped(to: window)
        }
        if !selection.isWhole {
            let zones = CalendarTimeZones(object.calendar, database: timeZones, fallback: zone)
            let bytes = try form.work.withShare { steps throws(CalendarLimitExceeded) in
                try selection.apply(to: object, zones: zones, floatingIn: zone, &steps)
            }
            guard let part = try? CalendarDocument.parse(bytes) else { return bytes }
            document = part
        }
        if form.timeZones != .asStored {
            let bytes = form.timeZones.bytes(of: document, timeZones)
            guard let wanted = try? CalendarDocument.parse(bytes) else { return bytes }
            document = wanted
        }
        guard form.calendar.mediaType == .jCal, let calendar = document.calendars.first else {
            return document.source
        }
        return JCal.json(of: calendar)
    }
}
