import Bytes
import CivilTime
import ContentLines
import ICalendar
import VCard

/// Reads an object and gives every value its type: times, durations, rules, offsets, texts, parameters. The numbers that
/// come back only keep the work from being left out.
enum TypedCalendar {
    static func visit(_ bytes: [UInt8], compilesZones: Bool) -> Int {
        guard let object = try? CalendarObjectResource.validate(bytes) else { fatalError("the object is none") }
        var sum = 0
        if compilesZones {
            let zones = CalendarTimeZones(object.calendar, database: database)
            if let line = object.components.first?.property("DTSTART"), let id = line.zoneID, let time = line.calendarTime {
                sum &+= Int(truncatingIfNeeded: zones.rules(for: id).instant(of: time.wall).seconds)
            }
        }
        object.document.tree.forEachComponent { component in
            component.forEachProperty { sum &+= visit($0) }
        }
        return sum
    }

    private static let database = TimeZoneDatabase { _ in nil }

    private static func visit(_ line: ContentLine) -> Int {
        var sum = 0
        line.forEachParameterValue { sum &+= $0.count }
        switch kind(of: line) {
        case .time: sum &+= line.calendarTime?.wall.dayNumber ?? 0
        case .times: sum &+= line.calendarTimes.count
        case .rule: sum &+= line.recurrenceRule?.interval ?? 0
        case .duration: sum &+= line.duration?.seconds ?? 0
        case .trigger: if case .relative(let duration, _)? = Trigger(line) { sum &+= duration.seconds }
        case .offset: sum &+= line.withValue { UTCOffset($0)?.seconds ?? 0 }
        case .number: sum &+= line.withValue { $0.decimalValue ?? 0 }
        case .raw: sum &+= line.withValue { $0.count }
        case .list:
            line.forEachPart(separator: 0x2C) { sum &+= $0.count }
        case .text: sum &+= line.withText { $0.count }
        }
        return sum
    }

    private enum Kind { case time, times, rule, duration, trigger, offset, number, raw, list, text }

    private static func kind(of line: ContentLine) -> Kind {
        switch line.nameCount {
        case 3 where line.isNamed("DUE"): .time
        case 3 where line.isNamed("URL"): .raw
        case 5 where line.isNamed("DTEND"): .time
        case 5 where line.isNamed("RRULE"): .rule
        case 5 where line.isNamed("RDATE"): .times
        case 6 where line.isNamed("EXDATE"): .times
        case 6 where line.isNamed("EXRULE"): .rule
        case 7 where line.isNamed("DTSTART") || line.isNamed("DTSTAMP") || line.isNamed("CREATED"): .time
        case 7 where line.isNamed("TRIGGER"): .trigger
        case 8 where line.isNamed("SEQUENCE") || line.isNamed("PRIORITY"): .number
        case 8 where line.isNamed("DURATION"): .duration
        case 8 where line.isNamed("ATTENDEE"): .raw
        case 9 where line.isNamed("ORGANIZER"): .raw
        case 9 where line.isNamed("COMPLETED"): .time
        case 10 where line.isNamed("CATEGORIES"): .list
        case 10 where line.isNamed("TZOFFSETTO"): .offset
        case 12 where line.isNamed("TZOFFSETFROM"): .offset
        case 13 where line.isNamed("LAST-MODIFIED") || line.isNamed("RECURRENCE-ID"): .time
        default: .text
        }
    }
}

/// The same for a card.
enum TypedCard {
    static func visit(_ bytes: [UInt8]) -> Int {
        guard let object = try? AddressObjectResource.validate(bytes) else { fatalError("the card is none") }
        var sum = 0
        object.card.forEachProperty { line in
            line.forEachParameterValue { sum &+= $0.count }
            if line.isNamed("N") || line.isNamed("ADR") || line.isNamed("ORG") {
                line.forEachPart(separator: 0x3B) { sum &+= $0.count }
            } else if line.isNamed("NICKNAME") || line.isNamed("CATEGORIES") {
                line.forEachPart(separator: 0x2C) { sum &+= $0.count }
            } else {
                sum &+= line.withText { $0.count }
            }
        }
        return sum
    }
}
