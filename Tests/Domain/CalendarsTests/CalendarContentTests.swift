import Calendars
import CivilTime
import CollectionStore
import Database
import Directory
import TestEngines
import Testing

/// RFC 5545 §4, the first example, with CRLF.
let event = calendar(
    """
    BEGIN:VEVENT
    DTSTAMP:19960704T120000Z
    UID:uid1@example.com
    ORGANIZER:mailto:jsmith@example.com
    DTSTART:19960918T143000Z
    DTEND:19960920T220000Z
    STATUS:CONFIRMED
    CATEGORIES:CONFERENCE
    SUMMARY:Networld+Interop Conference
    DESCRIPTION:Networld+Interop Conference and Exhibit\\nAtlanta World Congress Center\\n Atlanta\\, Georgia
    END:VEVENT
    """)

/// A time zone database without a zone.
let noZones = TimeZoneDatabase { _ in nil }

func calendar(_ inner: String, version: String = "2.0") -> [UInt8] {
    let text =
        "BEGIN:VCALENDAR\nVERSION:\(version)\nPRODID:-//xyz Corp//NONSGML PDA Calendar Version 1.0//EN\n"
        + "\(inner)\nEND:VCALENDAR\n"
    return [UInt8](text.utf8.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] })
}

private func component(_ name: String, uid: String? = "u", _ more: String = "") -> String {
    "BEGIN:\(name)\n" + (uid.map { "UID:\($0)\n" } ?? "") + "DTSTAMP:19960704T120000Z\n\(more)END:\(name)"
}

@Suite("Calendar objects")
struct CalendarContentTests {
    private func refusal(_ bytes: [UInt8], maximumSize: Int = 1 << 20) -> CalendarRefusal? {
        do throws(CalendarRefusal) {
            _ = try CalendarContent(bytes, maximumSize: maximumSize, timeZones: noZones)
            return nil
        } catch {
            return error
        }
    }

    @Test("an event is stored as sent, with its UID and its kind")
    func stored() throws {
        let made = try CalendarContent(event, maximumSize: event.count, timeZones: noZones).content
        guard case .bytes(let bytes) = made.place else { Issue.record("\(made.place)"); return }
        #expect(bytes == event)
        #expect(made.size == event.count && made.etag == ETag.of(event))
        #expect(made.facts.uid == "uid1@example.com" && made.facts.component == "vevent")
        #expect(try CalendarContent.facts(of: event, timeZones: noZones) == made.facts)
        guard case .folded(let text) = made.facts.index.text else { Issue.record("no text"); return }
        #expect(String(decoding: text, as: UTF8.self).contains("NETWORLD+INTEROP CONFERENCE"))
        #expect(made.facts.index.occurrences.count == 1)
    }

    @Test("each kind of component is known", arguments: CalendarComponents.all)
    func kinds(name: String) throws {
        let made = try CalendarContent(calendar(component(name)), maximumSize: 1 << 20, timeZones: noZones).content
        #expect(made.facts.component == name.lowercased())
    }

    @Test("a byte more than the limit is refused")
    func tooLarge() {
        #expect(refusal(event, maximumSize: event.count - 1) == .tooLarge(limit: event.count - 1))
    }

    // RFC 4791 §5.2.9: of each instance, so of each component.
    @Test("an attendee more than the limit is refused, in any component", arguments: [(2, 2, true), (3, 0, false), (0, 3, false)])
    func attendees(master: Int, override: Int, isTaken: Bool) {
        func lines(_ count: Int) -> String { (0..<count).map { "ATTENDEE;CN=A:mailto:\($0)@example.com\n" }.joined() }
        let bytes = calendar(
            component("VEVENT", lines(master)) + "\n" + component("VEVENT", "RECURRENCE-ID:19960704T120000Z\n" + lines(override)))
        do throws(CalendarRefusal) {
            _ = try CalendarContent(bytes, maximumSize: 1 << 20, maximumAttendees: 2, timeZones: noZones)
            #expect(isTaken)
        } catch {
            #expect(!isTaken && error == .tooManyAttendees(limit: 2))
        }
        #expect(refusal(bytes) == nil)
    }

    // RFC 4791 §5.3.2.1: valid-calendar-data, supported-calendar-data, valid-calendar-object-resource.
    @Test(
        "what is no calendar object is refused with the reason that fits",
        arguments: [
            ("not iCalendar", [UInt8]("hello".utf8), "notCalendarData"),
            ("empty", [], "notCalendarData"),
            ("a card", [UInt8]("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nEND:VCARD\r\n".utf8), "notCalendarData"),
            ("a NUL", calendar(component("VEVENT", "SUMMARY:a\u{0}b\n")), "notCalendarData"),
            ("version 1.0", calendar(component("VEVENT"), version: "1.0"), "unsupportedData"),
            ("no UID", calendar(component("VEVENT", uid: nil)), "notObjectResource"),
            ("an empty UID", calendar(component("VEVENT", uid: "")), "notObjectResource"),
            (
                "a UID that no index holds", calendar(component("VEVENT", uid: String(repeating: "u", count: 3000))),
                "notObjectResource"
            ),
            ("two UIDs", calendar(component("VEVENT") + "\n" + component("VEVENT", uid: "v")), "notObjectResource"),
            ("two kinds", calendar(component("VEVENT") + "\n" + component("VTODO")), "notObjectResource"),
            ("two calendars", event + event, "notObjectResource"),
            ("a METHOD", calendar("METHOD:REQUEST\n" + component("VEVENT")), "notObjectResource"),
            ("nothing in it", calendar("X-WR-CALNAME:x"), "notObjectResource"),
            ("a rule by no calendar", calendar("BEGIN:VEVENT\nUID:1\nDTSTART:20260101T000000Z\nRRULE:RSCALE=KLINGON;FREQ=DAILY\nEND:VEVENT"), "unsupportedScale"),
            ("only a time zone", calendar("BEGIN:VTIMEZONE\nTZID:x\nEND:VTIMEZONE"), "notObjectResource"),
        ] as [(String, [UInt8], String)])
    func refused(what: String, bytes: [UInt8], expected: String) {
        let kind =
            switch refusal(bytes) {
            case nil: "taken"
            case .notCalendarData: "notCalendarData"
            case .notObjectResource: "notObjectResource"
            case .unsupportedData: "unsupportedData"
            case .unsupportedComponent: "unsupportedComponent"
            case .unsupportedScale: "unsupportedScale"
            case .tooLarge: "tooLarge"
            case .tooManyAttendees: "tooManyAttendees"
            case .tooManyAlarms: "tooManyAlarms"
            }
        #expect(kind == expected, "\(what)")
    }

    @Test("a reason says what is wrong, in a sentence")
    func sentences() {
        guard case .notObjectResource(let text) = refusal(calendar(component("VEVENT", uid: nil))) else {
            Issue.record("taken, or another reason")
            return
        }
        #expect(text == "The VEVENT has no UID.")
    }

    // RFC 4791 §5.2.3, §5.3.2.1: supported-calendar-component.
    @Test("a calendar takes the components it was made for, and without a set all", arguments: CalendarComponents.all)
    func components(name: String) throws {
        let content = try CalendarContent(calendar(component(name)), maximumSize: 1 << 20, timeZones: noZones)
        let database = try TestEngine.current.temporary()
        func refusal(in components: [String]?) throws -> CalendarRefusal? {
            let made = try database.write { tx throws in
                let home = try Collections.makeHome(tx, of: PrincipalID(rawValue: 1), kind: .calendarHome, now: 1)
                let name = components?.joined(separator: "-") ?? "all"
                return try Collections.make(tx, in: home, name: name, kind: .calendar, components: components, now: 1)
            }
            let stored = try #require(try database.read { tx throws in try Collections.find(tx, made.id) })
            do throws(CalendarRefusal) {
                _ = try content.admitted(to: stored)
                return nil
            } catch {
                return error
            }
        }
        #expect(try refusal(in: nil) == nil)
        #expect(try refusal(in: [name]) == nil)
        #expect(try refusal(in: CalendarComponents.all.filter { $0 != name }) == .unsupportedComponent(name))
    }

    @Test("two spellings of a letter are two UIDs")
    func spellings() throws {
        let one = try CalendarContent.facts(of: calendar(component("VEVENT", uid: "\u{E9}")), timeZones: noZones)
        let other = try CalendarContent.facts(of: calendar(component("VEVENT", uid: "e\u{301}")), timeZones: noZones)
        #expect(one != other)
    }
}

@Suite("The time zone of a calendar")
struct CalendarTimeZoneTests {
    /// RFC 4791 §5.2.2, the example.
    private let zone = """
        BEGIN:VTIMEZONE
        TZID:US-Eastern
        LAST-MODIFIED:19870101T000000Z
        BEGIN:STANDARD
        DTSTART:19671029T020000
        RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
        TZOFFSETFROM:-0400
        TZOFFSETTO:-0500
        TZNAME:Eastern Standard Time (US & Canada)
        END:STANDARD
        BEGIN:DAYLIGHT
        DTSTART:19870405T020000
        RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=4
        TZOFFSETFROM:-0500
        TZOFFSETTO:-0400
        TZNAME:Eastern Daylight Time (US & Canada)
        END:DAYLIGHT
        END:VTIMEZONE
        """

    @Test("it is one VTIMEZONE with a TZID, and nothing else")
    func valid() {
        #expect(CalendarTimeZone.isValid(calendar(zone)))
        #expect(CalendarTimeZone.isValid(calendar("X-LIC:1\n" + zone)))
        #expect(!CalendarTimeZone.isValid(calendar(zone + "\n" + zone)))
        #expect(!CalendarTimeZone.isValid(calendar(zone + "\n" + component("VEVENT"))))
        #expect(!CalendarTimeZone.isValid(calendar(zone) + calendar(zone)))
        #expect(!CalendarTimeZone.isValid(calendar("BEGIN:VTIMEZONE\nBEGIN:STANDARD\nEND:STANDARD\nEND:VTIMEZONE")))
        #expect(!CalendarTimeZone.isValid(calendar("X:1")))
        #expect(!CalendarTimeZone.isValid(event))
        #expect(!CalendarTimeZone.isValid([UInt8]("Europe/Berlin".utf8)))
        #expect(!CalendarTimeZone.isValid([]))
    }
}
