import Bytes
import ContentLines
import ICalendar
import Testing

@Suite("Calendar object resources: RFC 4791 §4.1 and §5.3.2.1")
struct CalendarObjectResourceTests {
    @Test("the examples of RFC 5545 §4 and RFC 7953 §5 are taken", arguments: zip(RFCExamples.rfc5545, [
                ("uid1@example.com", CalendarComponentKind.vevent), ("guid-1.example.com", .vevent),
                ("uid4@example.com", .vtodo),
        ("uid5@example.com", .vjournal), ("19970901T115957Z-76A912@example.com", .vfreebusy),
        ("0428C7D2-688E-4D2E-AC52-CD112E2469DF", .vavailability),
    ]))
    func examples(source: String, expected: (String, CalendarComponentKind)) throws {
        let bytes = RFCExamples.bytes(source)
        let resource = try CalendarObjectResource.validate(bytes)
        #expect(resource.uid == expected.0)
        #expect(resource.kind == expected.1)
        #expect(resource.hasMaster && resource.overrideCount == 0 && resource.components.count == 1)
        #expect(resource.document.tree.repairs.isEmpty)
        #expect(resource.document.source == bytes)
        #expect(resource.calendar.normalizedSource == bytes)
    }

    @Test("folded and escaped text of the RFC's first example is decoded")
    func decoded() throws {
        let resource = try CalendarObjectResource.validate(RFCExamples.bytes(RFCExamples.rfc5545[0]))
        #expect(resource.summary == "Networld+Interop Conference")
        #expect(resource.master?.property("DESCRIPTION")?.text
            == "Networld+Interop Conference and Exhibit\nAtlanta World Congress Center\nAtlanta, Georgia")
        let zoned = try CalendarObjectResource.validate(RFCExamples.bytes(RFCExamples.rfc5545[1]))
        #expect(TimeZoneReferences.defined(in: zoned.calendar) == ["America/New_York"])
        #expect(TimeZoneReferences.referenced(in: zoned.calendar) == ["America/New_York"])
        #expect(zoned.master?.property("ATTENDEE")?.rawText == "mailto:employee-A@example.com")
    }

    @Test("what is no iCalendar is refused", arguments: [
        "", "<html></html>", "BEGIN:VCARD\r\nEND:VCARD\r\n", "BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n",
    ])
    func notICalendar(source: String) {
        #expect(refusal([UInt8](source.utf8)) == .notICalendar(ParseError(at: 0, expected: "BEGIN:VCALENDAR")))
    }

    @Test("L7: names in any case")
    func anyCase() throws {
        let resource = try CalendarObjectResource.validate(
            document(["begin:vcalendar", "begin:vevent", "uid:a", "summary:S", "end:vevent", "end:vcalendar"]))
        #expect(resource.uid == "a" && resource.kind == .vevent && resource.summary == "S")
    }

    @Test("L9: a NUL is refused; other broken text is taken and shown by replacement or as Latin-1")
    func controlsAndCharsets() throws {
        #expect(refusal(calendar(event("1", ["SUMMARY:a\0b"]))) == .containsNUL)
        var bytes = calendar(event("1", ["SUMMARY:M?ller"]))
        let place = try #require(bytes.firstIndex(of: 0x3F))
        bytes[place] = 0xFC
        #expect(try CalendarObjectResource.validate(bytes).summary == "Müller")
        bytes.replaceSubrange(place...place, with: [0xC0, 0x80, 0xD0, 0xB6])
        #expect(try CalendarObjectResource.validate(bytes).summary == "M\u{FFFD}\u{FFFD}жller")
        #expect(refusal(calendar(event("1", ["SUMMARY:a\u{7}\u{1B}b"]))) == nil)
    }

    @Test("L11: unknown components and properties stand where they stood")
    func unknown() throws {
        let bytes = calendar(
            ["X-A;X-P=1:x", "BEGIN:X-COMP", "IANA:1", "END:X-COMP"]
                + event("1", ["FOO:1", "BEGIN:X-IN", "END:X-IN", "BAR:2"]))
        let resource = try CalendarObjectResource.validate(bytes)
        #expect(resource.calendar.normalizedSource == bytes)
        #expect(resource.calendar.children.map(\.uppercasedName) == ["X-COMP", "VEVENT"])
    }

    @Test("L12: a missing END is repaired, text after the end passed over, a second VCALENDAR refused")
    func ends() throws {
        let whole = calendar(event("1", ["SUMMARY:S"]))
        for lost in ["END:VCALENDAR\r\n", "END:VEVENT\r\nEND:VCALENDAR\r\n"] {
            let resource = try CalendarObjectResource.validate(Array(whole.dropLast(lost.utf8.count)))
            #expect(resource.uid == "1" && resource.summary == "S")
            #expect(resource.document.tree.repairs == .missingEnd)
            #expect(resource.calendar.normalizedSource == whole)
        }
        #expect(try CalendarObjectResource.validate(whole + Array("\r\n-- \r\nsent from\r\n".utf8)).uid == "1")
        #expect(refusal(whole + whole) == .severalCalendars(2))
        #expect(refusal(whole.dropLast(15) + whole) == .severalCalendars(2))
        // An END of something else within the event.
        #expect(
            try CalendarObjectResource.validate(calendar(event("1", ["END:VALARM"]))).document.tree.repairs == .strayEnd
        )
        #expect(try CalendarObjectResource.validate(calendar(event("1", ["BEGIN:VALARM"]))).components.count == 1)
    }

    @Test("L12: an event that has lost its END does not swallow the next one")
    func lostEndBetween() {
        let lines = event("1").dropLast() + event("2")
        #expect(refusal(calendar(Array(lines))) == .mixedUIDs("1", "2"))
    }

    @Test("L13: VERSION, PRODID and DTSTAMP may be missing")
    func missingProperties() throws {
        #expect(refusal(calendar(["BEGIN:VEVENT", "UID:1", "DTSTART:20250101", "END:VEVENT"], header: [])) == nil)
    }

    @Test("L14: METHOD is refused")
    func method() {
        #expect(refusal(calendar(event(), header: ["VERSION:2.0", "METHOD:REQUEST"])) == .methodPresent("REQUEST"))
    }

    @Test("L15: two DTSTART that differ are refused; the same line twice is one; others may differ")
    func repeated() {
        #expect(refusal(calendar(event("1", ["DTSTART:20250103T090000Z"]))) == .repeatedProperty("DTSTART"))
        #expect(refusal(calendar(event("1", ["DTSTART:20250102T090000Z"]))) == nil)
        #expect(
            refusal(calendar(event("1", ["SUMMARY:a", "SUMMARY:b", "RRULE:FREQ=DAILY", "RRULE:FREQ=DAILY"]))) == nil)
        #expect(refusal(calendar(event("1", ["RECURRENCE-ID:20250102", "RECURRENCE-ID:20250103"])))
            == .repeatedProperty("RECURRENCE-ID"))
    }

    @Test("L16: addresses of every form are kept as they are", arguments: [
            "MAILTO:a@b.c", "mailto:%D0%B0@b.c", "mailto:", "invalid:nomail", "urn:uuid:1", "/principals/a/",
            "https://x/p/", ""
    ])
    func addresses(uri: String) throws {
        let resource = try CalendarObjectResource.validate(calendar(event("1", ["ATTENDEE;CN=\"A, B\":" + uri])))
        #expect(resource.master?.property("ATTENDEE")?.rawText == uri)
    }

    @Test("L18: VERSION:1.0 is refused as a version")
    func version1() {
        #expect(refusal(calendar(event(), header: ["VERSION:1.0"])) == .unsupportedVersion("1.0"))
    }

    @Test("V10: UIDs of every form; an empty or missing one is refused")
    func uids() throws {
        for uid in ["a/b", "100%", "with space", "{0428C7D2}", String(repeating: "x", count: 1000), "жуть"] {
            #expect(try CalendarObjectResource.validate(calendar(event(uid))).uid == uid)
        }
        #expect(try CalendarObjectResource.validate(calendar(event(#"a\,b\\c"#))).uid == #"a,b\c"#)
        #expect(refusal(calendar(event(""))) == .emptyUID(.vevent))
        #expect(refusal(calendar(event("  "))) == .emptyUID(.vevent))
        #expect(refusal(calendar(["BEGIN:VTODO", "SUMMARY:x", "END:VTODO"])) == .noUID(.vtodo))
        #expect(refusal(calendar(event(String(repeating: "x", count: 2049)))) == .uidTooLong(2049))
    }

    @Test("several masters of one UID are taken, but not any number")
    func masters() {
        func events(_ count: Int) -> [String] { (0..<count).flatMap { _ in event("1") } }
        #expect(refusal(calendar(events(64))) == nil)
        #expect(refusal(calendar(events(65))) == .tooManyMasters(65))
    }

    @Test("V14: mixed UIDs, mixed components, only a time zone, nothing")
    func mixed() {
        #expect(refusal(calendar(event("1") + event("2"))) == .mixedUIDs("1", "2"))
        #expect(refusal(calendar(event("1", ["UID:2"]))) == .mixedUIDs("1", "2"))
        #expect(refusal(calendar(event("1", ["UID:1"]))) == nil)
        #expect(
            refusal(calendar(event("1") + ["BEGIN:VTODO", "UID:1", "END:VTODO"])) == .mixedComponents(.vevent, .vtodo))
        #expect(refusal(calendar(zone("Europe/Moscow"))) == .onlyTimeZones)
        #expect(refusal(calendar([])) == .noComponent)
        #expect(refusal(calendar(["BEGIN:X-FOO", "UID:1", "END:X-FOO"])) == .noComponent)
    }

    @Test("master and overrides are counted; overrides alone are an object too")
    func overrides() throws {
        let override = event("1", ["RECURRENCE-ID:20250103T090000Z", "SUMMARY:moved"])
        let series = try CalendarObjectResource.validate(
            calendar(override + event("1", ["RRULE:FREQ=DAILY", "SUMMARY:series"]) + override))
        #expect(series.components.count == 3 && series.overrideCount == 2 && series.hasMaster)
        #expect(series.summary == "series")
        let alone = try CalendarObjectResource.validate(calendar(override))
        #expect(!alone.hasMaster && alone.master == nil && alone.summary == "moved")
    }

    @Test("a VPOLL keeps its candidates to itself")
    func poll() throws {
        let poll = ["BEGIN:VPOLL", "UID:p"] + event("1") + event("2") + ["END:VPOLL"]
        let resource = try CalendarObjectResource.validate(calendar(poll))
        #expect(resource.kind == .vpoll && resource.uid == "p")
        #expect(resource.components.first?.children.map(\.uppercasedName) == ["VEVENT", "VEVENT"])
    }

    @Test("V1 to V9: odd tasks, alarms, journals and attachments are taken as they are", arguments: [
        ["DUE:20250101"], ["DTSTART:20250102", "DUE:20250101T000000Z"], ["DTSTART:20250101", "DURATION:P1DT"],
        ["RRULE:FREQ=DAILY", "COMPLETED:20250101T000000Z", "STATUS:NEEDS-ACTION", "PERCENT-COMPLETE:100"],
        ["RELATED-TO;RELTYPE=PARENT:missing"], ["BEGIN:VALARM", "TRIGGER:19760401T005545Z", "END:VALARM"],
            [
                "BEGIN:VALARM", "UID:alarm", "ACTION:NONE", "TRIGGER;RELATED=END:PT5M", "X-MOZ-LASTACK:x",
                "ACKNOWLEDGED:y", "END:VALARM"
            ],
            ["DESCRIPTION:a", "DESCRIPTION:b"],
            ["ATTACH;ENCODING=BASE64;VALUE=BINARY;FMTTYPE=a/b:QQ=", "ATTACH;MANAGED-ID=1:u"],
        ["COLOR:red", "IMAGE;VALUE=URI:x", "CONFERENCE:tel:1", "BEGIN:PARTICIPANT", "UID:inner", "END:PARTICIPANT"],
        ["BEGIN:VLOCATION", "UID:place", "END:VLOCATION", "LINK;LINKREL=x:y", "STRUCTURED-DATA:z"],
            [
                "GEO:malformed", "URL:", "LOCATION:", "SUMMARY:", "DTSTAMP:nonsense", "RRULE:nonsense",
                "DTSTART;TZID=:yesterday"
            ]
    ])
    func odd(lines: [String]) throws {
        let bytes = calendar(["BEGIN:VTODO", "UID:1"] + lines + ["END:VTODO"])
        let resource = try CalendarObjectResource.validate(bytes)
        #expect(resource.uid == "1" && resource.kind == .vtodo && resource.summary == nil)
        #expect(resource.document.tree.repairs.isEmpty)
        #expect(resource.calendar.normalizedSource == bytes)
    }

    @Test("T7: any TZID is taken, defined or not", arguments: [
        "Russian Standard Time", "Москва, Санкт-Петербург", "(UTC+03:00) Moscow", "tzone://Microsoft/Custom",
        "/mozilla.org/20050126_1/Europe/Berlin", "GMT+3 ", "",
    ])
    func zones(id: String) throws {
        let resource = try CalendarObjectResource.validate(
            calendar(event("1", ["DTEND;TZID=\"\(id)\":20250102T100000"])))
        #expect(TimeZoneReferences.referenced(in: resource.calendar) == [id])
        #expect(TimeZoneReferences.defined(in: resource.calendar).isEmpty)
    }

    @Test("every refusal says what is wrong in a sentence", arguments: [
        .notICalendar(ParseError(at: 1, expected: "x")), .containsNUL, .unsupportedVersion("1.0"), .severalCalendars(2),
        .noComponent, .onlyTimeZones, .mixedComponents(.vevent, .vtodo), .noUID(.vevent), .emptyUID(.vevent),
        .uidTooLong(9), .mixedUIDs("a", "b"), .methodPresent("ADD"), .repeatedProperty("DTSTART"),
        .tooManyMasters(65),
    ] as [CalendarObjectInvalid])
    func sentences(refusal: CalendarObjectInvalid) {
        #expect(refusal.sentence.hasSuffix(".") && refusal.sentence.count > 20)
    }
}
