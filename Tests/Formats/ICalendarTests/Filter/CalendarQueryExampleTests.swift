import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

/// The queries of RFC 4791 §7.8 on the data of its Appendix B (times as they are there in UTC).
@Suite("The examples of RFC 4791 §7.8")
struct CalendarQueryExampleTests {
    private let files: [(name: String, bytes: [UInt8])] = [
        ("abcd1.ics", object("DTSTART:20060102T170000Z\nDURATION:PT1H\nSUMMARY:Event #1\nDESCRIPTION:Go Steelers!")),
        ("abcd2.ics", object("""
            DTSTART:20060102T170000Z
            DURATION:PT1H
            RRULE:FREQ=DAILY;COUNT=5
            SUMMARY:Event #2

            DTSTART:20060104T190000Z
            DURATION:PT1H
            RECURRENCE-ID:20060104T170000Z
            SUMMARY:Event #2

            DTSTART:20060106T190000Z
            DURATION:PT1H
            RECURRENCE-ID:20060106T170000Z
            SUMMARY:Event #2 bis bis
            """)),
        ("abcd3.ics", object("""
            ATTENDEE;PARTSTAT=ACCEPTED;ROLE=CHAIR:mailto:cyrus@example.com
            ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:lisa@example.com
            DTSTART:20060104T150000Z
            DURATION:PT1H
            ORGANIZER:mailto:cyrus@example.com
            STATUS:TENTATIVE
            SUMMARY:Event #3
            X-ABC-GUID:E1CX5Dr-0007ym-Hz@example.com
            """)),
        ("abcd4.ics", object("""
            DTSTAMP:20060205T235335Z
            DUE;VALUE=DATE:20060104
            STATUS:NEEDS-ACTION
            SUMMARY:Task #1
            BEGIN:VALARM
            ACTION:AUDIO
            TRIGGER;RELATED=START:-PT10M
            END:VALARM
            """, kind: "VTODO")),
        ("abcd5.ics", object("""
            DTSTAMP:20060205T235300Z
            DUE;VALUE=DATE:20060106
            LAST-MODIFIED:20060205T235308Z
            SEQUENCE:1
            STATUS:NEEDS-ACTION
            SUMMARY:Task #2
            BEGIN:VALARM
            ACTION:AUDIO
            TRIGGER;RELATED=START:-PT10M
            END:VALARM
            """, kind: "VTODO")),
        ("abcd6.ics", object("""
            COMPLETED:20051223T122322Z
            DTSTAMP:20060205T235400Z
            DUE;VALUE=DATE:20051225
            STATUS:COMPLETED
            SUMMARY:Task #3
            """, kind: "VTODO")),
        ("abcd7.ics", object("""
            DTSTAMP:20060205T235600Z
            DUE;VALUE=DATE:20060101
            STATUS:CANCELLED
            SUMMARY:Task #4
            """, kind: "VTODO")),
        ("abcd8.ics", object("""
            DTSTAMP:20050125T090000Z
            DTSTART:20060101T000000Z
            DTEND:20060108T000000Z
            FREEBUSY;FBTYPE=BUSY-TENTATIVE:20060102T100000Z/20060102T120000Z
            """, kind: "VFREEBUSY")),
    ]

    private func found(_ filters: ComponentFilter...) throws -> [String] {
        try files.filter { file in try filters.allSatisfy { try passes(file.bytes, $0) } }.map(\.name)
    }

    @Test("§7.8.1: partial retrieval of events by time range")
    func timeRange() throws {
        #expect(try found(component("VEVENT", range("20060104T000000Z", "20060105T000000Z"))) == ["abcd2.ics", "abcd3.ics"])
    }

    @Test("§7.8.2, §7.8.3: recurring events by time range")
    func recurring() throws {
        #expect(try found(component("VEVENT", range("20060103T000000Z", "20060105T000000Z"))) == ["abcd2.ics", "abcd3.ics"])
    }

    @Test("§7.8.4: stored free-busy by time range")
    func freeBusy() throws {
        #expect(try found(component("VFREEBUSY", range("20060102T000000Z", "20060103T000000Z"))) == ["abcd8.ics"])
    }

    @Test("§7.8.5: to-dos by alarm time range")
    func alarms() throws {
        let alarm = try component("VALARM", range("20060106T100000Z", "20060107T100000Z"))
        let filter = component("VTODO", nil, [.component(alarm)])
        // DUE is a day, so it depends on the zone: this is where the RFC's answer, abcd5.ics, is right.
        let west = FixedOffset(seconds: -11 * 3600)
        #expect(try files.filter { try passes($0.bytes, filter, floatingIn: west) }.map(\.name) == ["abcd5.ics"])
        let earlier = try component("VALARM", range("20060105T234000Z", "20060106T000000Z"))
        #expect(try found(component("VTODO", nil, [.component(earlier)])) == ["abcd5.ics"])
    }

    @Test("§7.8.6: an event by UID")
    func uid() throws {
        let one = object("DTSTART:20060104T150000Z").replacing("UID:1", with: "UID:DC6C50A017428C5216A2F1CD@example.com")
        let filter = component("VEVENT", nil, [
            property("UID", contains: "DC6C50A017428C5216A2F1CD@example.com", collation: .octet)
        ])
        #expect(try passes(one, filter))
        #expect(try found(filter) == [])
    }

    @Test("§7.8.7: events by PARTSTAT")
    func partstat() throws {
        let state = ParameterFilter(name: "PARTSTAT", test: .matches(TextMatch("NEEDS-ACTION", collation: .asciiCasemap)))
        let filter = component("VEVENT", nil, [
            property("ATTENDEE", contains: "mailto:lisa@example.com", parameters: [state])
        ])
        #expect(try found(filter) == ["abcd3.ics"])
    }

    @Test("§7.8.8: events only")
    func events() throws {
        #expect(try found(component("VEVENT")) == ["abcd1.ics", "abcd2.ics", "abcd3.ics"])
    }

    @Test("§7.8.9: all pending to-dos")
    func pending() throws {
        let filter = component("VTODO", nil, [
            absentProperty("COMPLETED"), property("STATUS", contains: "CANCELLED", not: true),
        ])
        #expect(try found(filter) == ["abcd4.ics", "abcd5.ics"])
    }
}

extension [UInt8] {
    fileprivate func replacing(_ old: String, with new: String) -> [UInt8] {
        [UInt8](text(self).split(separator: old, omittingEmptySubsequences: false).joined(separator: new).utf8)
    }
}
