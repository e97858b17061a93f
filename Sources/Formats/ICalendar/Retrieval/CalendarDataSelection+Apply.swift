package import CivilTime
import ContentLines

// What a report gives out of an object (RFC 4791 §9.6), in the object's order, each line as it stands in the source
// with its folds, group and parameters.
//
// It is exactly what is asked for. A component that is asked for has its BEGIN and END, but VERSION, UID and
// RECURRENCE-ID are only there where they are asked for: the answer of RFC 4791 §7.8.1 has no PRODID either. Where
// recurrences are changed, that comes first, so a RECURRENCE-ID that expanding has made is a property like another.

extension CalendarDataSelection {
    /// How much one object may become.
    package struct Limits: Sendable {
        /// Instances that RFC 4791 §9.6.5 makes.
        package var instances: Int
        /// Of the result of RFC 4791 §9.6.5: a long description comes with each instance.
        package var byteCount: Int

        package init(instances: Int = 10_000, byteCount: Int = 32 << 20) {
            self.instances = instances
            self.byteCount = byteCount
        }
    }

    /// The part of the object that is asked for, as bytes; none where the outermost component that is asked for is no
    /// VCALENDAR. `zone` is where floating times and days are looked at from.
    package func apply(
        to object: CalendarObjectResource, zones: some ZoneResolving, floatingIn zone: any TimeZoneRules,
        limits: Limits = Limits(), _ budget: inout StepBudget
    ) throws(CalendarLimitExceeded) -> [UInt8] {
        if isWhole { return object.document.source }
        let part = component.map { SelectedPart($0) } ?? .everything
        guard component == nil || object.calendar.isNamed(part.name) else { return [] }
        var writer = PartWriter(freeBusy: freeBusyRange.map { PeriodLimit(range: $0, zones: zones, floatingIn: zone) })
        writer.reserve(object.calendar)
        switch recurrence {
        case .stored: writer.append(object.calendar, part)
        case .limited(let range):
            let impact = try OverrideImpact(of: object, on: range, zones: zones, floatingIn: zone, &budget)
            writer.append(object.calendar, part) { impact.contains($0) }
        case .expanded(let range):
            let expansion = Expansion(object: object, range: range, zones: zones, floatingZone: zone, limits: limits)
            try expansion.append(part, to: &writer, &budget)
        }
        return writer.bytes
    }
}
