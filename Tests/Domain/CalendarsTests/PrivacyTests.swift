import Bytes
import Calendars
import CollectionStore
import Testing

/// RFC 5545 §3.8.1.3.
@Suite("What is private")
struct PrivacyTests {
    private func privacy(_ lines: String..., component: String = "VEVENT") throws -> Privacy {
        let parts = lines.enumerated().map { place, line in
            "BEGIN:\(component)\nUID:u\nDTSTAMP:20260101T000000Z\nDTSTART:20260601T100000Z\n"
                + (place > 0 ? "RECURRENCE-ID:2026060\(place)T100000Z\n" : "") + line + "\nEND:\(component)"
        }
        return try CalendarContent.facts(of: calendar(parts.joined(separator: "\n")), timeZones: noZones).index.privacy
    }

    @Test("a confidential event is masked, and what is private or not understood hidden; the strictest component counts")
    func classes() throws {
        #expect(try privacy("CLASS:PUBLIC") == .open)
        #expect(try privacy("X-CLASS:PRIVATE") == .open)
        #expect(try privacy("class;X-A=b:confidential") == .masked)
        #expect(try privacy("CLASS:PRIVATE") == .hidden)
        #expect(try privacy("CLASS:X-SECRET") == .hidden)
        #expect(try privacy("CLASS:PUBLIC", "CLASS:CONFIDENTIAL") == .masked)
        #expect(try privacy("CLASS:CONFIDENTIAL", "CLASS:PRIVATE") == .hidden)
        #expect(try privacy("CLASS:CONFIDENTIAL", component: "VTODO") == .hidden)
    }

    @Test("the times are kept with what they need, and nothing else")
    func times() {
        let stored = calendar("""
            BEGIN:VTIMEZONE
            TZID:Zone
            BEGIN:STANDARD
            DTSTART:19700101T000000
            TZOFFSETFROM:+0100
            TZOFFSETTO:+0100
            END:STANDARD
            END:VTIMEZONE
            BEGIN:VEVENT
            UID:u
            item1.DTSTART;X-NOTE="a:b";TZID=Zone:20260601T100000
            dtend;TZID=Zone;VALUE=DATE-TIME:20260601T110000
            RRULE:FREQ=DAILY
            DTSTAMP:20260101T000000Z
            SUMMARY:Secret
            X-SECRET:Secret
            CLASS:CONFIDENTIAL
            LAST-MODIFIED:20260101T000000Z
            BEGIN:VALARM
            ACTION:DISPLAY
            END:VALARM
            END:VEVENT
            """)
        #expect(String(utf8: TimesOnly.bytes(of: stored)) == """
            BEGIN:VCALENDAR\r
            VERSION:2.0\r
            PRODID:-//Tegu//Times only//EN\r
            BEGIN:VTIMEZONE\r
            TZID:Zone\r
            BEGIN:STANDARD\r
            DTSTART:19700101T000000\r
            TZOFFSETFROM:+0100\r
            TZOFFSETTO:+0100\r
            END:STANDARD\r
            END:VTIMEZONE\r
            BEGIN:VEVENT\r
            UID:u\r
            DTSTART;TZID=Zone:20260601T100000\r
            dtend;TZID=Zone;VALUE=DATE-TIME:20260601T110000\r
            RRULE:FREQ=DAILY\r
            DTSTAMP:20260101T000000Z\r
            CLASS:CONFIDENTIAL\r
            SUMMARY:Busy\r
            END:VEVENT\r
            END:VCALENDAR\r\n
            """)
    }

    @Test("what is no object is an empty calendar")
    func damaged() {
        let bytes = TimesOnly.bytes(of: Array("Secret".utf8))
        #expect(String(utf8: bytes).hasPrefix("BEGIN:VCALENDAR\r\n") && !String(utf8: bytes).contains("Secret"))
    }
}
