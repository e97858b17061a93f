import ContentLines
import DAVGrammar
import ICalendar
import VCard

/// As what a whole calendar or book is given (RFC 9110 §12.5.1): as iCalendar or vCard, or as the JSON of RFC 7265 and RFC 7095.
enum ExportForm: Sendable {
    case iCalendar
    case jCal
    /// Each card in the version in which it is stored.
    case vCard
    case vCardOf(VCardVersion)
    case jCard

    /// What of the collection's forms is wanted most; of equals the stored one.
    init(ofCalendar isCalendar: Bool, accept: Accept?) {
        self = isCalendar ? .iCalendar : .vCard
        guard let accept else { return }
        if isCalendar {
            if accept.quality(of: "application/calendar+json") > accept.quality(of: "text/calendar", ["version": "2.0"]) { self = .jCal }
            return
        }
        let (version3, version4) = (
            accept.quality(of: "text/vcard", ["version": "3.0"]), accept.quality(of: "text/vcard", ["version": "4.0"]))
        if version3 != version4 { self = .vCardOf(version4 > version3 ? .v4_0 : .v3_0) }
        if accept.quality(of: "application/vcard+json", ["version": "4.0"]) > max(version3, version4) { self = .jCard }
    }

    var contentType: String {
        switch self {
        case .iCalendar: "text/calendar; charset=utf-8"
        case .jCal: "application/calendar+json"
        case .vCard: "text/vcard; charset=utf-8"
        case .vCardOf(let version): "text/vcard; charset=utf-8; version=\(version.rawValue)"
        case .jCard: "application/vcard+json"
        }
    }

    var fileExtension: String {
        switch self {
        case .iCalendar: "ics"
        case .vCard, .vCardOf: "vcf"
        case .jCal, .jCard: "json"
        }
    }
}

/// Puts objects together to one stream of such a form, piece by piece.
struct ExportWriter {
    private let form: ExportForm
    private var joiner: CalendarJoiner
    private var hasObjects = false

    init(_ form: ExportForm, _ joiner: CalendarJoiner) {
        self.form = form
        self.joiner = joiner
    }

    /// What stands before the first object.
    func header() -> [UInt8] {
        switch form {
        case .iCalendar: return joiner.header()
        // RFC 7265 §3.3: one calendar, whose components come one by one.
        case .jCal:
            let empty = joiner.header() + joiner.footer()
            guard let calendar = Self.calendar(empty) else { return [] }
            return Array(JCal.json(of: calendar).dropLast(2))
        case .vCard, .vCardOf: return []
        // RFC 7095 §3.2: several in an array.
        case .jCard: return [0x5B]
        }
    }

    /// What an object adds; nil for bytes that are none: the rest is of use without them.
    mutating func append(_ object: [UInt8]) -> [UInt8]? {
        switch form {
        case .iCalendar: return joiner.append(object)
        case .jCal:
            guard let joined = joiner.append(object) else { return nil }
            let whole = [UInt8]("BEGIN:VCALENDAR\r\n".utf8) + joined + [UInt8]("END:VCALENDAR\r\n".utf8)
            guard let calendar = Self.calendar(whole) else { return nil }
            return separated(JCal.json(ofComponentsIn: calendar))
        case .vCard: return VCardJoiner.append(object)
        case .vCardOf(let version):
            var form = AddressDataForm()
            form.mediaType = .vCard(version)
            return VCardJoiner.append(CardForms.write(object, form))
        case .jCard:
            guard let card = (try? VCardDocument.parse(object))?.cards.first else { return nil }
            return separated(JCard.json(of: card))
        }
    }

    /// What stands after the last object.
    func footer() -> [UInt8] {
        switch form {
        case .iCalendar: joiner.footer()
        case .jCal: [UInt8]("]]".utf8)
        case .vCard, .vCardOf: []
        case .jCard: [0x5D]
        }
    }

    private mutating func separated(_ json: [UInt8]) -> [UInt8] {
        if json.isEmpty { return json }
        defer { hasObjects = true }
        return hasObjects ? [0x2C] + json : json
    }

    private static func calendar(_ bytes: [UInt8]) -> Component? {
        (try? CalendarDocument.parse(bytes))?.calendars.first
    }
}
