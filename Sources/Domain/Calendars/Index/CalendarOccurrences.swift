package import CivilTime
package import CollectionStore
import ContentLines
package import ICalendar

/// When a calendar object has instances, as an index holds it. What RFC 4791 §9.9 lets overlap a range is never outside
/// of all that is given here, whatever zone floating times are looked at from.
package enum CalendarOccurrences {
    package static func of(_ object: CalendarObjectResource, timeZones: TimeZoneDatabase) -> [Occurrence] {
        let zones = IndexZones(CalendarTimeZones(object.calendar, database: timeZones))
        var busy = Busy(of: object)
        switch object.kind {
        case .vfreebusy: return FreeBusyTimes.occurrences(of: object, zones, busy)
        case .vavailability: return AvailabilityTimes.occurrences(of: object, zones, busy)
        case .vtodo, .vevent, .vjournal, .vpoll: break
        }
        let set = RecurrenceSet(object.components, zones: zones)
        // What was excluded takes nobody's time.
        if set.isPlaceholder { busy = .free }
        let weeks = set.isRecurring ? YearWeeks(of: object) : .all
        var occurrences = runs(of: set).map {
            Occurrence(
                start: $0.start, end: $0.end, isFloating: $0.isFloating, isExact: $0.isExact, busy: busy,
                weeks: $0.isExact ? .all : weeks)
        }
        if object.kind == .vtodo {
            for component in object.components where !component.hasTime {
                occurrences += TaskTimes.occurrences(ofUndated: component, busy)
            }
        }
        return zones.metUnknown ? occurrences.map { $0.loosened(isRecurring: set.isRecurring) } : occurrences
    }

    /// Each instance where there are a few; else the stretches in which they are, of which there is mostly one.
    private static func runs(of set: RecurrenceSet) -> [RecurrenceRun] {
        let long = set.runs(mergingGapsBelow: set.isRecurring ? longestGap : 0, limit: set.isRecurring ? fewRuns : fewInstances)
        if !set.isRecurring || long.contains(where: { $0.end == .max }) { return long }
        let short = set.runs(mergingGapsBelow: 0, limit: fewInstances)
        return short.allSatisfy(\.isExact) ? short : long
    }

    /// A series of a term or a project; what is told by its rows needs no reading of the object.
    private static let fewInstances = 64
    private static let fewRuns = 8
    /// In days: what comes every year is one run.
    private static let longestGap = 400
}

/// The zones of an object, and whether it names one that nobody knows. Its times are then those of whoever looks.
final class IndexZones: ZoneResolving {
    private let zones: CalendarTimeZones
    private(set) var metUnknown = false

    init(_ zones: CalendarTimeZones) { self.zones = zones }

    func rules(for zoneID: String) -> any TimeZoneRules {
        let found = zones.resolve(zoneID)
        if found.origin == .unresolved { metUnknown = true }
        return found.rules
    }
}

extension Occurrence {
    /// As it must be where a zone is not known: no zone is further than a day from UTC; but a rule whose UNTIL is in UTC
    /// may end with another instance.
    func loosened(isRecurring: Bool) -> Occurrence {
        let day: Int64 = 86_400
        return Occurrence(
            start: start == Occurrence.beginning ? start : start - 2 * day,
            end: isRecurring || end == .max ? .max : end + 2 * day, isFloating: isFloating, isExact: false, busy: busy,
            weeks: isRecurring ? .all : weeks)
    }
}

extension Component {
    /// Whether it says when it is: a RECURRENCE-ID does too.
    var hasTime: Bool {
        for name: StaticString in ["DTSTART", "DUE", "RECURRENCE-ID"] {
            for line in properties(named: name) where line.calendarTime != nil { return true }
        }
        return false
    }
}
