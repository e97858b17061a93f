import CivilTime
import ContentLines
import DAVGrammar
import ICalendar

/// A stored calendar object in the form that a client asks for (RFC 4791 §9.6, RFC 7265, RFC 7809 §3.1).
enum CalendarForms {
    /// Throws `StepBudget.Exhausted` where it would be too much. `zone` is where floating times are looked at.
    static func write(
        _ object: CalendarObjectResource, _ form: ObjectForm, _ zone: any TimeZoneRules, _ timeZones: TimeZoneDatabase
    ) throws -> [UInt8] {
        var bytes = object.document.source
        let selection = form.calendar.selection
        if !selection.isWhole {
            let zones = CalendarTimeZones(object.calendar, database: timeZones, fallback: zone)
            bytes = try selection.apply(to: object, zones: zones, floatingIn: zone, &form.work.steps)
        }
        if !form.hasTimeZones { bytes = TimeZoneReferences.removingKnown(from: bytes, timeZones) }
        guard form.calendar.mediaType == .jCal,
            let calendar = (try? CalendarDocument.parse(bytes))?.calendars.first(where: { _ in true }) else { return bytes }
        return JCal.json(of: calendar)
    }
}
