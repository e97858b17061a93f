import Bytes
import ContentLines
import ICalendar
import Testing

@Suite("Partial retrieval: RFC 4791 §9.6.1 to §9.6.4")
struct PartialRetrievalTests {
    private typealias Property = ComponentSelection.Property

    private func selection(_ component: ComponentSelection) -> CalendarDataSelection {
        var selection = CalendarDataSelection()
        selection.component = component
        return selection
    }

    /// VCALENDAR with nothing but these of its VEVENTs.
    private func events(_ properties: [Property]?, _ components: [ComponentSelection]? = []) -> CalendarDataSelection {
        selection(ComponentSelection(
            name: "VCALENDAR", properties: [],
            components: [ComponentSelection(name: "VEVENT", properties: properties, components: components)]))
    }

    @Test("RFC 4791 §7.8.1: only what is asked for is there, and PRODID was not")
    func example() throws {
        let names = [
            "SUMMARY", "UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXRULE", "EXDATE", "RECURRENCE-ID",
        ]
        let asked = selection(ComponentSelection(
            name: "VCALENDAR", properties: [Property(name: "VERSION")],
            components: [
                ComponentSelection(name: "VEVENT", properties: names.map { Property(name: $0) }, components: []),
                ComponentSelection(name: "VTIMEZONE"),
            ]))
        let expected = CalDAVExamples.abcd2.split(separator: "\n").filter {
            !$0.hasPrefix("PRODID") && !$0.hasPrefix("DTSTAMP")
        }
        #expect(try asked.applied(to: rfcObject(CalDAVExamples.abcd2)) == text(document(expected.map(String.init))))
    }

    @Test("everything is what is stored, byte for byte")
    func whole() throws {
        let stored = [UInt8]("BEGIN:VCALENDAR\nBEGIN:VEVENT\nuid:1\nX:a\n b\nEND:VEVENT\nEND:VCALENDAR\n".utf8)
        #expect(try CalendarDataSelection().applied(to: calendarObject(stored)) == text(stored))
        let all = selection(ComponentSelection(name: "vcalendar"))
        #expect(try all.applied(to: rfcObject(CalDAVExamples.abcd3)) == text(RFCExamples.bytes(CalDAVExamples.abcd3)))
    }

    @Test("R21: groups and parameters are kept, names are compared without case and group, folds stay where they are")
    func groups() throws {
        let stored = calendar(event("1", [
            "item1.X-A;X-B=\"a;b:c\";TYPE=\"x\":one", "item1.LOCATION;LANGUAGE=de;ALTREP=\"http://x/\":Kö",
            " ln, ", " Dom", "summary:no", "item2.location:again",
        ]))
        let asked = events([Property(name: "Location"), Property(name: "x-a", isValueOmitted: true)])
        #expect(try blocks(asked.applied(to: calendarObject(stored))) == [[
            "item1.X-A;X-B=\"a;b:c\";TYPE=\"x\":", "item1.LOCATION;LANGUAGE=de;ALTREP=\"http://x/\":Kö", " ln, ",
            " Dom", "item2.location:again",
        ]])
    }

    @Test("novalue leaves name and parameters, and who asks with and without a value wants it")
    func novalue() throws {
        let stored = calendar(event("1", ["ATTACH;ENCODING=BASE64;VALUE=BINARY:AAAA", "SUMMARY:a:b"]))
        let asked = events([
            Property(name: "ATTACH", isValueOmitted: true), Property(name: "SUMMARY", isValueOmitted: true),
            Property(name: "summary"),
        ])
        #expect(try blocks(asked.applied(to: calendarObject(stored)))
            == [["ATTACH;ENCODING=BASE64;VALUE=BINARY:", "SUMMARY:a:b"]])
    }

    @Test("allprop without components leaves out alarms; allcomp without properties leaves these")
    func all() throws {
        let task = try rfcObject(CalDAVExamples.abcd4)
        var part = ComponentSelection(name: "VTODO", properties: nil, components: [])
        let properties = try selection(ComponentSelection(name: "VCALENDAR", properties: [], components: [part]))
            .applied(to: task)
        #expect(!properties.contains("VALARM") && properties.contains("SUMMARY:Task #1\r\n"))
        #expect(!properties.contains("VERSION"))
        part = ComponentSelection(name: "VTODO", properties: [], components: nil)
        let alarms = try selection(ComponentSelection(name: "VCALENDAR", properties: [], components: [part]))
            .applied(to: task)
        #expect(alarms == text(document([
            "BEGIN:VCALENDAR", "BEGIN:VTODO", "BEGIN:VALARM", "ACTION:AUDIO", "TRIGGER;RELATED=START:-PT10M",
            "END:VALARM", "END:VTODO", "END:VCALENDAR",
        ])))
    }

    @Test("properties after components stay after them, and unknown components are asked for by name")
    func order() throws {
        let stored = calendar(event("1", ["BEGIN:X-INNER", "X-A:1", "END:X-INNER", "SUMMARY:after", "BEGIN:VALARM",
            "TRIGGER:-PT5M", "END:VALARM"]))
        let asked = events([Property(name: "SUMMARY")], [ComponentSelection(name: "x-inner")])
        #expect(try blocks(asked.applied(to: calendarObject(stored)))
            == [["BEGIN:X-INNER", "X-A:1", "END:X-INNER", "SUMMARY:after"]])
    }

    @Test("a component that has lost its END gets one, and another outermost component is none of the object")
    func repairs() throws {
        let stored = [UInt8]("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:a".utf8)
        #expect(try events([Property(name: "UID")]).applied(to: calendarObject(stored))
            == "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
        #expect(try selection(ComponentSelection(name: "VEVENT")).applied(to: calendarObject(stored)) == "")
    }

    @Test("RFC 4791 §7.8.4: of the busy time only what overlaps is there")
    func freeBusyLimit() throws {
        var asked = CalendarDataSelection()
        asked.freeBusyRange = try instantRange("20060102T000000Z", "20060103T000000Z")
        let expected = CalDAVExamples.calendar(CalDAVExamples.freeBusy([
            "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20060102T100000Z/20060102T120000Z",
        ]))
        #expect(try asked.applied(to: rfcObject(CalDAVExamples.abcd8)) == text(RFCExamples.bytes(expected)))
        #expect(try asked.applied(to: rfcObject(CalDAVExamples.abcd1)) == text(RFCExamples.bytes(CalDAVExamples.abcd1)))
    }

    @Test("a list of busy times is cut value by value, by their ends and their lengths")
    func freeBusyLists() throws {
        let stored = calendar(["BEGIN:VFREEBUSY", "UID:1",
            "FREEBUSY;X-A=b:20060101T220000Z/PT2H,20060101T230000Z/PT1H1S,20060102T235959Z/PT1H,20060103T000000Z/P1D,x",
            "END:VFREEBUSY"])
        var asked = CalendarDataSelection()
        asked.freeBusyRange = try instantRange("20060102T000000Z", "20060103T000000Z")
        #expect(try blocks(asked.applied(to: calendarObject(stored)), kind: "VFREEBUSY") == [[
            "FREEBUSY;X-A=b:20060101T230000Z/PT1H1S,20060102T235959Z/PT1H",
        ]])
    }
}
