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
            let zones = CalendarTimeZones(object.calendar, database: database, policy: .embeddedFirst)
            if let line = object.components.first?.property("DTSTART"), let id = line.zoneID, let time = line.calendarTime {
                sum &+= Int(truncatingIfNeeded: zones.rules(for: id).instant(of: time.wall).seconds)
            }
        }
        for component in object.document.tree.allComponents {
            for line in component.properties { sum &+= visit(line) }
        }
        return sum
    }

    private static let database = TimeZoneDatabase { _ in nil }

    private static func visit(_ line: ContentLine) -> Int {
        var sum = 0
        for parameter in line.parameters {
            parameter.forEachRawValue { sum &+= ParameterValue.decode($0).count }
        }
        switch kind(of: line) {
        case .time: sum &+= line.calendarTime?.wall.dayNumber ?? 0
        case .times: sum &+= CalendarTime.list(line.value, zoneID: line.zoneID).count
        case .rule: sum &+= RecurrenceRule(line.value)?.interval ?? 0
        case .duration: sum &+= line.duration?.seconds ?? 0
        case .trigger: if case .relative(let duration, _)? = Trigger(line) { sum &+= duration.seconds }
        case .offset: sum &+= UTCOffset(line.value)?.seconds ?? 0
        case .number: sum &+= line.value.decimalValue ?? 0
        case .raw: sum &+= line.value.count
        case .list:
            for item in StructuredValue.split(line.transferDecodedValue, at: 0x2C) {
                sum &+= TextValue.unescape(item).count
            }
        case .text: sum &+= TextValue.unescape(line.transferDecodedValue).count
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
        for line in object.card.properties {
            for parameter in line.parameters {
                parameter.forEachRawValue { sum &+= ParameterValue.decode($0).count }
            }
            let value = line.transferDecodedValue
            if line.isNamed("N") || line.isNamed("ADR") || line.isNamed("ORG") {
                for part in StructuredValue.split(value, at: 0x3B) { sum &+= TextValue.unescape(part).count }
            } else if line.isNamed("NICKNAME") || line.isNamed("CATEGORIES") {
                for part in StructuredValue.split(value, at: 0x2C) { sum &+= TextValue.unescape(part).count }
            } else {
                sum &+= TextValue.unescape(value).count
            }
        }
        return sum
    }
}
