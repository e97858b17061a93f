import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

/// Of the table, V10 and V14 are in CalendarObjectResourceTests, V15 in CardDatesTests; V11 to V13 are the server's.
@Suite("The corpus of tasks, journals, alarms and the rest: rows V1 to V15")
struct TaskCorpusTests {
    private func component(_ lines: [String], kind: String = "VEVENT") throws -> Component {
        let bytes = calendar(["BEGIN:\(kind)", "UID:1"] + lines + ["END:\(kind)"])
        let resource = try CalendarObjectResource.validate(bytes)
        #expect(resource.calendar.normalizedSource == bytes)
        return try #require(resource.master)
    }

    @Test("V1: a task has its instance by what it has of start, due time and duration", arguments: [
        ("DUE:20250101T120000Z", "20250101T120000Z", 0), ("DTSTART:20250101T120000Z\nDUE:20250101T120000Z", "20250101T120000Z", 0),
        ("DTSTART:20250102T120000Z\nDUE:20250101T120000Z", "20250102T120000Z", 0),
        ("DTSTART:20250101T120000Z\nDURATION:PT2H", "20250101T120000Z", 7200),
        ("DTSTART;VALUE=DATE:20250101\nDUE:20250102T120000Z", "20250101", 86_400),
        ("DTSTART:20250101T120000Z\nDUE;VALUE=DATE:20250102", "20250101T120000Z", 43_200),
        ("DUE;VALUE=DATE:20250101", "20250101", 0),
    ])
    func times(lines: String, start: String, seconds: Int64) throws {
        let made = try instances(recurrenceSet(lines, kind: "VTODO"))
        #expect(made.map { text($0.start) } == [start])
        #expect(made.map { $0.interval.end.seconds - $0.interval.start.seconds } == [seconds])
    }

    @Test("V2: a recurring task that was done is the override of one instance, or begins later")
    func recurring() throws {
        let override = """
            DTSTART:20250101T090000Z
            DUE:20250101T100000Z
            RRULE:FREQ=DAILY;COUNT=3

            RECURRENCE-ID:20250102T090000Z
            STATUS:COMPLETED
            COMPLETED:20250102T093000Z
            SUMMARY:done
            """
        #expect(try starts(override, kind: "VTODO") == ["20250101T090000Z", "20250102T090000Z done", "20250103T090000Z"])
        // Its time is the master's, where it has none.
        let made = try instances(recurrenceSet(override, kind: "VTODO"))
        #expect(made.map { $0.interval.end.seconds - $0.interval.start.seconds } == [3600, 3600, 3600])
        #expect(try starts("DTSTART:20250102T090000Z\nRRULE:FREQ=DAILY;COUNT=2", kind: "VTODO").first == "20250102T090000Z")
    }

    @Test("V3: what a task is related to stays as it is, whether it is there or not")
    func relations() throws {
        let task = try component(["RELATED-TO;RELTYPE=PARENT:nobody", "RELATED-TO:", "RELATED-TO;RELTYPE=X-ODD:a\\,b"], kind: "VTODO")
        let relations = task.properties(named: "RELATED-TO").map { $0 }
        #expect(relations.map { $0.parameterValues("RELTYPE") } == [["PARENT"], [], ["X-ODD"]])
        #expect(relations.map(\.text) == ["nobody", "", "a,b"])
    }

    @Test("V4: states that contradict each other are nobody's business here")
    func states() throws {
        let task = try component(["STATUS:NEEDS-ACTION", "COMPLETED:20250101T100000Z", "PERCENT-COMPLETE:100"], kind: "VTODO")
        #expect(task.property("STATUS")?.text == "NEEDS-ACTION" && task.property("PERCENT-COMPLETE")?.text == "100")
        #expect(task.property("COMPLETED")?.calendarTime?.isDate == false)
    }

    @Test("V5: triggers before, after, from the end, absolute with and without VALUE, and none", arguments: [
        ("TRIGGER:-PT15M", "start PT-900S"), ("TRIGGER:PT5M", "start PT300S"), ("TRIGGER;RELATED=END:PT0S", "end PT0S"),
        ("TRIGGER;related=end:-P1W", "end P-7D"), ("TRIGGER;VALUE=DURATION;RELATED=START:-P1D", "start P-1D"),
        ("TRIGGER;VALUE=DATE-TIME:19760401T005545Z", "19760401T005545Z"), ("TRIGGER:19760401T005545Z", "19760401T005545Z"),
        ("TRIGGER:", "none"), ("TRIGGER:P1Y", "none"),
    ])
    func triggers(line: String, expected: String) throws {
        let alarm = ["BEGIN:VALARM", line, "UID:a", "ACKNOWLEDGED:20260101T000000Z", "RELATED-TO;RELTYPE=SNOOZE:b", "END:VALARM"]
        let event = try component(["X-MOZ-LASTACK:20260101T000000Z"] + alarm + ["BEGIN:VALARM", "END:VALARM"])
        #expect(event.children.map { $0.property("TRIGGER") != nil } == [true, false])
        let property = try #require(event.children.first { _ in true }?.property("TRIGGER"))
        #expect(description(Trigger(property)) == expected)
        #expect(event.property("UID")?.text == "1")
    }

    private func description(_ trigger: Trigger?) -> String {
        switch trigger {
        case .relative(let duration, let anchor):
            (anchor == .end ? "end " : "start ") + (duration.days != 0 ? "P\(duration.days)D" : "PT\(duration.seconds)S")
        case .absolute(let time): text(time)
        case nil: "none"
        }
    }

    @Test("V6: a journal has as many descriptions as it likes, and is on its day")
    func journal() throws {
        let journal = try component(["DESCRIPTION:one", "DESCRIPTION:two", "DTSTART;VALUE=DATE:20260601"], kind: "VJOURNAL")
        #expect(journal.properties(named: "DESCRIPTION").map(\.text) == ["one", "two"])
        #expect(try starts("DTSTART;VALUE=DATE:20260601", kind: "VJOURNAL") == ["20260601"])
        #expect(try recurrenceSet("SUMMARY:x", kind: "VJOURNAL").isWithoutTime)
    }

    @Test("V7: an attachment is read with broken padding, and ten megabytes of it")
    func attachments() throws {
        let event = try component(["ATTACH;ENCODING=BASE64;VALUE=BINARY;FMTTYPE=text/plain:QUI", "ATTACH;MANAGED-ID=1;FMTTYPE=x:http://x/"])
        let attachments = event.properties(named: "ATTACH").map { $0 }
        #expect(attachments.first.flatMap { Base64.decode($0.value) } == [0x41, 0x42])
        #expect(attachments.map { $0.parameterValues("MANAGED-ID") } == [[], ["1"]])
        let large = try component(["ATTACH;ENCODING=BASE64;VALUE=BINARY:" + String(repeating: "QUJD", count: 2_500_000)])
        #expect(large.property("ATTACH")?.value.count == 10_000_000)
    }

    @Test("V8: what RFC 7986, RFC 9073 and RFC 9253 add goes through JSON with its types and comes back")
    func extensions() throws {
        let lines = [
            "COLOR:turquoise", "IMAGE;VALUE=URI;DISPLAY=BADGE:http://x/i.png", "CONFERENCE;VALUE=URI;FEATURE=PHONE:tel:+1",
            "LINK;LINKREL=related;VALUE=URI:http://x/", "CONCEPT:http://x/c", "REFID:r", "STRUCTURED-DATA;VALUE=TEXT:{}",
            "BEGIN:PARTICIPANT", "UID:p", "PARTICIPANT-TYPE:SPEAKER", "END:PARTICIPANT", "BEGIN:VLOCATION", "UID:l", "NAME:Place",
            "END:VLOCATION", "BEGIN:VRESOURCE", "UID:r", "RESOURCE-TYPE:ROOM", "END:VRESOURCE",
        ]
        let event = try component(lines)
        #expect(event.children.map(\.uppercasedName) == ["PARTICIPANT", "VLOCATION", "VRESOURCE"])
        #expect(event.property("UID")?.text == "1")
        let root = try #require(CalendarDocument.parse(calendar(["BEGIN:VEVENT", "UID:1"] + lines + ["END:VEVENT"])).calendars.first { _ in true })
        let json = JCal.json(of: root)
        #expect(text(json).contains(#"["color",{},"text","turquoise"]"#) && text(json).contains(#"["concept",{},"uri","http://x/c"]"#))
        let back = try CalendarObjectResource.validate(JCal.iCalendar(from: json))
        #expect(back.uid == "1" && JCal.json(of: back.calendar) == json)
    }

    @Test("V9: places that are none and empty texts are kept, and are no title")
    func oddValues() throws {
        let lines = ["GEO:north", "GEO:1", "URL:", "LOCATION:", "SUMMARY:", "PRIORITY:high", "SEQUENCE:-1", "TRANSP:maybe"]
        let resource = try CalendarObjectResource.validate(calendar(event("1", lines)))
        #expect(resource.summary == nil)
        #expect(resource.master?.properties(named: "GEO").map(\.rawText) == ["north", "1"])
        // In JSON, what does not fit its type goes as it is and comes back.
        let back = try JCal.iCalendar(from: JCal.json(of: resource.calendar))
        #expect(try CalendarObjectResource.validate(back).master?.properties(named: "GEO").map(\.rawText) == ["north", "1"])
    }
}
