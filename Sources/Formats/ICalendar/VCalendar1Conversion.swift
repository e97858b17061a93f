import Bytes
import ContentLines

/// vCalendar 1.0 (versit Consortium, 1996) to iCalendar, for imports: what old telephones and organisers wrote.
///
/// Times without a zone stay floating, since the file's own offset (TZ, DAYLIGHT) names no zone.
enum VCalendar1Conversion {
    /// A rule that has no simple counterpart; the object is reported rather than changed in meaning.
    struct Unsupported: Error {
        var property: String

        var sentence: String { "The \(property) of this vCalendar 1.0 object cannot be told in iCalendar." }
    }

    /// Properties of a vCalendar 1.0 calendar that iCalendar does not have.
    static func isOwnHeader(_ line: ContentLine) -> Bool {
        ["VERSION", "TZ", "DAYLIGHT", "GEO"].contains(line.uppercasedName)
    }

    static func convert(_ component: Component) throws(Unsupported) -> [UInt8] {
        var writer = ContentLineWriter()
        let name = component.uppercasedName
        writer.logicalLine("BEGIN:\(name)".utf8)
        var alarms: [ContentLine] = []
        for line in component.properties {
            if ["AALARM", "DALARM"].contains(line.uppercasedName) {
                alarms.append(line)
            } else {
                try convert(line, to: &writer)
            }
        }
        for alarm in alarms { convertAlarm(alarm, to: &writer) }
        writer.logicalLine("END:\(name)".utf8)
        return writer.bytes
    }

    private static func convert(_ line: ContentLine, to writer: inout ContentLineWriter) throws(Unsupported) {
        let name = line.uppercasedName
        switch name {
        case "DTSTART", "DTEND", "DUE", "COMPLETED", "LAST-MODIFIED", "RECURRENCE-ID":
            writeTime(name, line, to: &writer)
        case "DCREATED": writeTime("CREATED", line, to: &writer)
        case "RRULE", "EXRULE":
            guard let rule = VCalendar1Rule.convert(line.rawText) else { throw Unsupported(property: name) }
            writer.logicalLine("\(name):\(rule)".utf8)
        case "RDATE", "EXDATE":
            let dates = line.rawText.split { $0 == ";" || $0 == "," }.map { $0.filter { !$0.isWhitespace } }
            let type = dates.allSatisfy(isDate) ? ";VALUE=DATE" : ""
            if !dates.isEmpty { writer.logicalLine("\(name)\(type):\(dates.joined(separator: ","))".utf8) }
        case "CATEGORIES", "RESOURCES":
            var content = [UInt8]("\(name):".utf8)
            for (number, item) in StructuredValue.components(line.transferDecodedValue).enumerated() {
                if number > 0 { content.append(0x2C) }
                TextValue.appendEscaped(item.utf8, to: &content)
            }
            writer.logicalLine(content)
        case "STATUS": writer.property("STATUS", text: status(line.text))
        case "TRANSP":
            let value = line.text.filter { !$0.isWhitespace }
            writer.property(
                "TRANSP", text: value.allSatisfy(\.isLetter) ? value : value == "0" ? "OPAQUE" : "TRANSPARENT")
        case "ATTENDEE": convertAttendee(line, to: &writer)
        case "URL", "ATTACH", "PRIORITY", "SEQUENCE": writer.logicalLine("\(name):\(line.rawText)".utf8)
        // The count of instances follows from the rule; the others go to a mail address or a program.
        case "RNUM", "MALARM", "PALARM", "GEO": break
        default:
            var content = [UInt8]("\(name):".utf8)
            TextValue.appendEscaped(line.text.utf8, to: &content)
            writer.logicalLine(content)
        }
    }

    private static func writeTime(_ name: String, _ line: ContentLine, to writer: inout ContentLineWriter) {
        let value = line.rawText.filter { !$0.isWhitespace }
        writer.logicalLine("\(name)\(isDate(value) ? ";VALUE=DATE" : ""):\(value)".utf8)
    }

    private static func isDate(_ value: String) -> Bool {
        value.utf8.count == 8 && value.utf8.allSatisfy(\.isASCIIDigit)
    }

    private static func status(_ value: String) -> String {
        switch value.uppercased() {
        case "NEEDS ACTION": "NEEDS-ACTION"
        // Of an attendee who took the object over; iCalendar knows these for events only so.
        case "ACCEPTED", "CONFIRMED": "CONFIRMED"
        case "DECLINED": "CANCELLED"
        case "SENT", "DELEGATED": "TENTATIVE"
        case let other: other
        }
    }

    /// `ATTENDEE;ROLE=OWNER;STATUS=CONFIRMED:Henry Cabot <hcabot@example.org>`
    private static func convertAttendee(_ line: ContentLine, to writer: inout ContentLineWriter) {
        let text = line.text
        let parts = text.split(separator: "<", maxSplits: 1, omittingEmptySubsequences: false)
        let hasName = parts.count == 2
        let address = (parts.last ?? "").filter { $0 != ">" && !$0.isWhitespace }
        let name = hasName ? (parts.first ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ") : ""
        let uri = address.contains(":") ? address : "mailto:\(address)"
        let isOwner = line.parameterValues("ROLE").contains { ["OWNER", "ORGANIZER"].contains($0.uppercased()) }
        var parameters: [(name: StaticString, value: String)] = []
        if !name.isEmpty { parameters.append((name: "CN", value: name)) }
        writer.property(isOwner ? "ORGANIZER" : "ATTENDEE", parameters: parameters, value: uri.utf8)
    }

    /// `DALARM:19960415T235000;PT5M;2;Your taxes are due!`: run time, snooze time, repeat count, what is shown.
    private static func convertAlarm(_ line: ContentLine, to writer: inout ContentLineWriter) {
        let parts = StructuredValue.components(line.transferDecodedValue)
        let time = (parts.first ?? "").filter { !$0.isWhitespace }
        // RFC 5545 §3.8.6.3: an absolute trigger is in UTC; a local one could not be said.
        guard time.utf8.count == 16, time.hasSuffix("Z") else { return }
        let isAudio = line.isNamed("AALARM")
        writer.begin("VALARM")
        writer.property("ACTION", text: isAudio ? "AUDIO" : "DISPLAY")
        writer.property("TRIGGER", parameters: [("VALUE", "DATE-TIME")], value: time.utf8)
        if !isAudio { writer.property("DESCRIPTION", text: parts.dropFirst(3).first ?? "") }
        writer.end("VALARM")
    }
}

/// The recurrence rules of vCalendar 1.0: `D2 #5`, `W1 MO TH 19971231T000000Z`, `MP1 1+ MO 2- FR #0`, `MD1 1 15`,
/// `YM1 6`, `YD1 100`.
enum VCalendar1Rule {
    private static let weekdays: Set<Substring> = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

    /// Nil for rules within rules, and for what follows no grammar.
    static func convert(_ rule: String) -> String? {
        if rule.uppercased().hasPrefix("FREQ=") { return rule }
        var words = rule.uppercased().split(whereSeparator: \.isWhitespace)[...]
        guard let first = words.popFirst(), let (frequency, list, interval) = frequency(first) else { return nil }
        var result = "FREQ=\(frequency)"
        if interval > 1 { result += ";INTERVAL=\(interval)" }
        // A rule without an end happens twice.
        var end = ";COUNT=2"
        if let last = words.last {
            if last.hasPrefix("#"), let count = ArraySlice(last.dropFirst().utf8).decimalValue {
                end = count == 0 ? "" : ";COUNT=\(count)"
                words.removeLast()
            } else if last.utf8.count >= 8, last.prefix(8).utf8.allSatisfy(\.isASCIIDigit) {
                end = ";UNTIL=\(last)"
                words.removeLast()
            }
        }
        if !words.isEmpty {
            guard let list, let items = items(Array(words), of: list) else { return nil }
            result += ";\(list)=\(items)"
        }
        return result + end
    }

    private static func frequency(_ word: Substring) -> (String, list: String?, interval: Int)? {
        let letters = word.prefix { $0.isLetter }
        guard let interval = ArraySlice(word.dropFirst(letters.count).utf8).decimalValue, interval > 0 else {
            return nil
        }
        switch letters {
        case "D": return ("DAILY", nil, interval)
        case "W": return ("WEEKLY", "BYDAY", interval)
        case "MP": return ("MONTHLY", "BYDAY", interval)
        case "MD": return ("MONTHLY", "BYMONTHDAY", interval)
        case "YM": return ("YEARLY", "BYMONTH", interval)
        case "YD": return ("YEARLY", "BYYEARDAY", interval)
        default: return nil
        }
    }

    private static func items(_ words: [Substring], of list: String) -> String? {
        var items: [String] = []
        var ordinals: [String] = []
        var isAfterDay = false
        for word in words {
            if list == "BYDAY", weekdays.contains(word) {
                items += ordinals.isEmpty ? [String(word)] : ordinals.map { $0 + word }
                isAfterDay = true
                continue
            }
            if list == "BYMONTHDAY", word == "LD" { items.append("-1"); continue }
            let sign = word.hasSuffix("-") ? "-" : ""
            let digits = word.hasSuffix("-") || word.hasSuffix("+") ? word.dropLast() : word
            guard let number = ArraySlice(digits.utf8).decimalValue, number > 0 else { return nil }
            if list == "BYDAY" {
                // New ordinals begin after the days of the ones before.
                if isAfterDay { ordinals = [] }
                isAfterDay = false
                ordinals.append(sign + String(number))
            } else {
                items.append(sign + String(number))
            }
        }
        return items.isEmpty ? nil : items.joined(separator: ",")
    }
}
