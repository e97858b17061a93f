import Bytes
import ContentLines
import ICalendar
import Testing

@Suite("vCalendar 1.0 in imports (L18)")
struct VCalendar1ConversionTests {
    private func converted(_ lines: [String], _ name: String = "VEVENT") throws -> [String] {
        let bytes = calendar(
            ["BEGIN:\(name)", "UID:1"] + lines + ["END:\(name)"],
            header: ["VERSION:1.0", "PRODID:-//Old//EN", "TZ:+03", "DAYLIGHT:FALSE"])
        let (objects, refusals) = try split(bytes)
        if let refusal = refusals.first { return ["refused: " + refusal.reason] }
        let resource = try CalendarObjectResource.validate(try #require(objects.first).bytes)
        #expect(resource.calendar.properties.map { text($0.unfolded) } == ["VERSION:2.0", "PRODID:-//Old//EN"])
        return resource.components.flatMap { component in
            component.properties.map { text($0.unfolded) }
                + component.children.flatMap { $0.properties.map { text($0.unfolded) } }
        }
    }

    @Test("text in quoted-printable and other encodings, dates, lists and states")
    func properties() throws {
        #expect(try converted([
            "SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=windows-1251:=CF=F0, =", "=E8", "DCREATED:20010101T000000Z",
            "DTSTART:20010102", "DTEND:20010103T100000Z", "CATEGORIES:A;B", "STATUS:NEEDS ACTION", "TRANSP:1", "RNUM:3",
            "EXDATE:20010105T090000Z;20010106T090000Z", "DESCRIPTION:one\\;two",
            "ATTENDEE;ROLE=ATTENDEE;STATUS=SENT:Henry Cabot <hcabot@example.org>",
            "DALARM:20010102T080000Z;PT5M;2;Wake up", "AALARM:20010102T080000;;;",
        ]) == [
                "UID:1", "SUMMARY:Пр\\, и", "CREATED:20010101T000000Z", "DTSTART;VALUE=DATE:20010102",
                "DTEND:20010103T100000Z",
            "CATEGORIES:A,B", "STATUS:NEEDS-ACTION", "TRANSP:TRANSPARENT", "EXDATE:20010105T090000Z,20010106T090000Z",
            "DESCRIPTION:one\\;two", "ATTENDEE;CN=Henry Cabot:mailto:hcabot@example.org",
            "ACTION:DISPLAY", "TRIGGER;VALUE=DATE-TIME:20010102T080000Z", "DESCRIPTION:Wake up",
        ])
    }

    @Test("rules of the simple kinds", arguments: [
        ("D1 #10", "FREQ=DAILY;COUNT=10"), ("D2 #0", "FREQ=DAILY;INTERVAL=2"), ("D1", "FREQ=DAILY;COUNT=2"),
        ("W1 MO TH 19971231T000000Z", "FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=19971231T000000Z"),
        ("MP1 1+ MO 2- FR TU #3", "FREQ=MONTHLY;BYDAY=1MO,-2FR,-2TU;COUNT=3"),
        ("MD1 1 15 LD #0", "FREQ=MONTHLY;BYMONTHDAY=1,15,-1"), ("MD1 3- #4", "FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=4"),
        ("YM1 6 7 #0", "FREQ=YEARLY;BYMONTH=6,7"), ("YD1 1 100 #5", "FREQ=YEARLY;BYYEARDAY=1,100;COUNT=5"),
        ("FREQ=DAILY", "FREQ=DAILY"),
    ])
    func rules(old: String, new: String) throws {
        #expect(try converted(["RRULE:" + old]) == ["UID:1", "RRULE:" + new])
    }

    @Test("rules within rules and nonsense are reported, not guessed at", arguments: [
        "MD1 1 #1 M5 #2", "D", "X1 #1", "D0 #1", "D1 MO #1", "", "D99999999999999999999 #1",
    ])
    func unsupported(rule: String) throws {
        #expect(try converted(["RRULE:" + rule])
            == ["refused: The RRULE of this vCalendar 1.0 object cannot be told in iCalendar."])
    }
}
