import CivilTime
import CollectionStore
import ContentLines
import DAVGrammar
import ICalendar
import VCard

/// An object in another form than it is stored in, where a GET wants that more (RFC 9110 §12).
struct Representation {
    /// Nil: that of the stored bytes.
    let contentType: String?
    let bytes: [UInt8]
    /// What makes its tag another than that of the stored bytes.
    private let suffix: String

    /// Whether what is in such a collection can be given in several forms.
    static func hasSeveral(in kind: CollectionKind) -> Bool { kind == .calendar || kind == .book }

    /// RFC 9110 §8.8.3: a strong tag names the stored bytes, and these are others; so it is weak, and not the same text either: who
    /// has the one form does not have the other.
    func tag(of member: Member) -> String { member.etag + suffix }

    /// The tag of the stored bytes, and those of all forms of them: who changes an object may have seen any.
    static func tags(of member: Member) -> [String] {
        let zones = [TimeZonesWanted.asStored, .all, .nonstandard].map(\.tagSuffix)
        return (zones + zones.map { $0 + "-json" } + ["-3.0", "-4.0"]).map { member.etag + $0 }
    }

    /// RFC 9110 §12.5.5: the fields by which the form is chosen.
    static func vary(in kind: CollectionKind) -> String { kind == .calendar ? "Accept, CalDAV-Timezones" : "Accept" }

    /// Whether the wishes may be for another form; else the object need not be looked at.
    static func isPossible(in kind: CollectionKind, accept: Accept?, zones: TimeZonesWanted) -> Bool {
        if kind == .calendar, zones != .asStored { return true }
        guard let accept else { return false }
        switch kind {
        case .calendar: return accept.quality(of: "application/calendar+json") > accept.quality(of: "text/calendar", ["version": "2.0"])
        case .book:
            let qualities = ["3.0", "4.0"].map { accept.quality(of: "text/vcard", ["version": $0]) }
            return qualities[0] != qualities[1] || accept.quality(of: "application/vcard+json", ["version": "4.0"]) > qualities[0]
        case .folder, .calendarHome, .bookHome, .fileHome, .notifications: return false
        }
    }

    /// Nil where the stored bytes are what is wanted, or all that there is.
    init?(
        of bytes: [UInt8], in kind: CollectionKind, accept: Accept?, zones: TimeZonesWanted, _ timeZones: TimeZoneDatabase
    ) {
        switch kind {
        case .calendar:
            let wanted = zones.bytes(of: bytes, timeZones)
            if let accept, accept.quality(of: "application/calendar+json") > accept.quality(of: "text/calendar", ["version": "2.0"]),
                let calendar = (try? CalendarDocument.parse(wanted))?.calendars.first {
                (contentType, suffix) = ("application/calendar+json", zones.tagSuffix + "-json")
                self.bytes = JCal.json(of: calendar)
            } else {
                guard wanted != bytes else { return nil }
                (contentType, suffix, self.bytes) = (nil, zones.tagSuffix, wanted)
            }
        case .book:
            guard let accept, let card = (try? VCardDocument.parse(bytes))?.cards.first else { return nil }
            let stored = VCardVersion(of: card)
            var form = AddressDataForm()
            var best = accept.quality(of: "text/vcard", ["version": (stored ?? .v3_0).rawValue])
            var type: String?
            var suffix = ""
            for version in [VCardVersion.v3_0, .v4_0] where version != stored {
                let quality = accept.quality(of: "text/vcard", ["version": version.rawValue])
                guard quality > best else { continue }
                (best, form.mediaType, suffix) = (quality, .vCard(version), "-" + version.rawValue)
                type = "text/vcard; charset=utf-8; version=\(version.rawValue)"
            }
            if accept.quality(of: "application/vcard+json", ["version": "4.0"]) > best {
                (form.mediaType, type, suffix) = (.jCard, "application/vcard+json", "-json")
            }
            guard let type else { return nil }
            (contentType, self.suffix) = (type, suffix)
            self.bytes = CardForms.write(bytes, form)
        case .folder, .calendarHome, .bookHome, .fileHome, .notifications: return nil
        }
    }
}
