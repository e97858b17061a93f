import Bytes
import ContentLines
import ICalendar
import Testing

@Suite("jCal: RFC 7265")
struct JCalTests {
    private func component(_ lines: [String]) throws -> Component {
        let bytes = [UInt8]((["BEGIN:VCALENDAR"] + lines + ["END:VCALENDAR", ""]).joined(separator: "\r\n").utf8)
        return try #require(try CalendarDocument.parse(bytes).tree.roots.first { _ in true })
    }

    /// The lines without folds.
    private func lines(_ bytes: [UInt8]) -> [String] {
        String(utf8: bytes).replacing("\r\n ", with: "").split(separator: "\r\n").map(String.init)
    }

    private func json(_ line: String) throws -> String {
        let text = String(utf8: JCal.json(of: try component([line])))
        return String(text.dropFirst("[\"vcalendar\",[".count).dropLast("],[]]".count))
    }

    private func text(_ property: String) throws -> String {
        let bytes = try JCal.iCalendar(from: [UInt8]("[\"vcalendar\",[\(property)],[]]".utf8))
        return lines(bytes).dropFirst().dropLast().joined(separator: "|")
    }

    @Test("the examples of RFC 7265 Appendix B, both ways", arguments: [JCalExamples.planning, JCalExamples.recurring])
    func examples(example: (iCalendar: String, jCal: String)) throws {
        let source = [UInt8](example.iCalendar.utf8)
        let calendar = try #require(try CalendarDocument.parse(source).tree.roots.first { _ in true })
        let expected = try JSONValue.parse([UInt8](example.jCal.utf8))
        #expect(try JSONValue.parse(JCal.json(of: calendar)) == expected)
        let unfolded = example.iCalendar.replacing("\n ", with: "").split(separator: "\n").map(String.init)
        let back = lines(try JCal.iCalendar(from: [UInt8](example.jCal.utf8)))
        // The order of parameters says nothing.
        #expect(
            back.map { $0.replacing("RDATE;VALUE=PERIOD;TZID=US/Eastern", with: "RDATE;TZID=US/Eastern;VALUE=PERIOD") } == unfolded)
    }

    @Test("values of each type, both ways", arguments: [
        // RFC 7265 §3.4.1
        ("GEO:37.386013;-122.082932", #"["geo",{},"float",[37.386013,-122.082932]]"#),
        ("REQUEST-STATUS:2.0;Success", #"["request-status",{},"text",["2.0","Success"]]"#),
        (
            "REQUEST-STATUS:3.7;Invalid calendar user;ATTENDEE:mailto:jsmith@example.org",
            #"["request-status",{},"text",["3.7","Invalid calendar user","ATTENDEE:mailto:jsmith@example.org"]]"#
        ),
        // RFC 7986 §5.7, §5.10 and §5.11: VALUE is required.
        ("REFRESH-INTERVAL;VALUE=DURATION:P1W", #"["refresh-interval",{},"duration","P1W"]"#),
        ("IMAGE;VALUE=URI:https://a.example/i", #"["image",{},"uri","https://a.example/i"]"#),
        ("CONFERENCE;VALUE=URI:tel:+1", #"["conference",{},"uri","tel:+1"]"#),
        ("CATEGORIES:Meetings,Work\\, hard", #"["categories",{},"text","Meetings","Work, hard"]"#),
        // RFC 7265 §3.5
        (
            "ATTENDEE;PARTSTAT=ACCEPTED;RSVP=TRUE;ROLE=REQ-PARTICIPANT:mailto:jsmith@example.org",
            #"["attendee",{"partstat":"ACCEPTED","rsvp":"TRUE","role":"REQ-PARTICIPANT"},"cal-address","mailto:jsmith@example.org"]"#
        ),
        (
            "ATTENDEE;DELEGATED-TO=\"mailto:jdoe@example.org\",\"mailto:jqpublic@example.org\":mailto:jsmith@example.org",
            #"["attendee",{"delegated-to":["mailto:jdoe@example.org","mailto:jqpublic@example.org"]},"cal-address","mailto:jsmith@example.org"]"#
        ),
        // RFC 6868 is on one side only.
        ("ATTENDEE;CN=a^nb ^'c^' ^^:mailto:a", #"["attendee",{"cn":"a\nb \"c\" ^"},"cal-address","mailto:a"]"#),
        // RFC 7265 §3.6
        ("ATTACH;VALUE=BINARY;ENCODING=BASE64:SGVsbG8gV29ybGQh", #"["attach",{},"binary","SGVsbG8gV29ybGQh"]"#),
        ("X-NON-SMOKING;VALUE=BOOLEAN:TRUE", #"["x-non-smoking",{},"boolean",true]"#),
        ("DTSTART;VALUE=DATE:20110517", #"["dtstart",{},"date","2011-05-17"]"#),
        ("DTEND;TZID=Europe/Berlin:20111017T130000", #"["dtend",{"tzid":"Europe/Berlin"},"date-time","2011-10-17T13:00:00"]"#),
        ("DURATION:P1D", #"["duration",{},"duration","P1D"]"#), ("X-GRADE;VALUE=FLOAT:1.3", #"["x-grade",{},"float",1.3]"#),
        ("PERCENT-COMPLETE:42", #"["percent-complete",{},"integer",42]"#),
        (
            "FREEBUSY;FBTYPE=FREE:19970308T160000Z/P1D,19970309T160000Z/19970309T170000Z",
            #"["freebusy",{"fbtype":"FREE"},"period",["1997-03-08T16:00:00Z","P1D"],["1997-03-09T16:00:00Z","1997-03-09T17:00:00Z"]]"#
        ),
        ("RRULE:FREQ=YEARLY;COUNT=5;BYDAY=-1SU,2MO;BYMONTH=10", #"["rrule",{},"recur",{"freq":"YEARLY","count":5,"byday":["-1SU","2MO"],"bymonth":10}]"#),
        (
            "RRULE:FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=1,15,-1;UNTIL=20131001",
            #"["rrule",{},"recur",{"freq":"MONTHLY","interval":2,"bymonthday":[1,15,-1],"until":"2013-10-01"}]"#
        ),
        ("RRULE:FREQ=DAILY;UNTIL=20131001T000000Z", #"["rrule",{},"recur",{"freq":"DAILY","until":"2013-10-01T00:00:00Z"}]"#),
        ("RRULE:FREQ=YEARLY;RSCALE=CHINESE;BYMONTH=5L,6", #"["rrule",{},"recur",{"freq":"YEARLY","rscale":"CHINESE","bymonth":["5L",6]}]"#),
        ("X-TIME-UTC;VALUE=TIME:123000Z", #"["x-time-utc",{},"time","12:30:00Z"]"#),
        ("TZURL:http://example.org/tz.ics", #"["tzurl",{},"uri","http://example.org/tz.ics"]"#),
        ("TZOFFSETTO:+1245", #"["tzoffsetto",{},"utc-offset","+12:45"]"#), ("TZOFFSETTO:-004430", #"["tzoffsetto",{},"utc-offset","-00:44:30"]"#),
        ("EXDATE;VALUE=DATE:20110512,20110513", #"["exdate",{},"date","2011-05-12","2011-05-13"]"#),
        ("TRIGGER;VALUE=DATE-TIME:20110512T120000Z", #"["trigger",{},"date-time","2011-05-12T12:00:00Z"]"#),
        // RFC 7265 §5.3
        ("X-COMPLAINT-DEADLINE:20110512T120000Z", #"["x-complaint-deadline",{},"unknown","20110512T120000Z"]"#),
        ("X-COFFEE-DATA:Stenophylla;Guinea\\,Africa", #"["x-coffee-data",{},"unknown","Stenophylla;Guinea\\,Africa"]"#),
        ("DTSTART;VALUE=DATE;X-SLACK=30.3:20110512", #"["dtstart",{"x-slack":"30.3"},"date","2011-05-12"]"#),
        ("X-A;VALUE=X-FOO:a\\,b", #"["x-a",{},"x-foo","a\\,b"]"#),
        // What is not of its type is kept as it is.
        ("GEO:here", #"["geo",{},"unknown","here"]"#), ("PRIORITY:high", #"["priority",{},"unknown","high"]"#),
        ("RRULE:FREQ=DAILY;FREQ=DAILY", #"["rrule",{},"unknown","FREQ=DAILY;FREQ=DAILY"]"#), ("RRULE:x", #"["rrule",{},"unknown","x"]"#),
        ("DTSTART:2011", #"["dtstart",{},"unknown","2011"]"#), ("DURATION:soon", #"["duration",{},"unknown","soon"]"#),
        ("SUMMARY:a\\nb\\;c\\\\", #"["summary",{},"text","a\nb;c\\"]"#), ("LOCATION:", #"["location",{},"text",""]"#),
    ])
    func values(line: String, property: String) throws {
        #expect(try json(line) == property)
        let back = try text(property)
        let parameters = { (line: String) in Set(line.split(separator: ":")[0].split(separator: ";")) }
        #expect(parameters(back) == parameters(line) && back.count == line.count)
        #expect(back.split(separator: ":").dropFirst() == line.split(separator: ":").dropFirst())
        #expect(try json(back) == property)
    }

    @Test("what is written in another way becomes what it means", arguments: [
        ("DTSTART:20110512", #"["dtstart",{},"date","2011-05-12"]"#), ("SUMMARY:a, b; c", #"["summary",{},"text","a, b; c"]"#),
        ("PRIORITY:+05", #"["priority",{},"integer",5]"#), ("ATTENDEE;CN=Doe, J:mailto:a", #"["attendee",{"cn":["Doe"," J"]},"cal-address","mailto:a"]"#),
        ("ATTENDEE;MEMBER=a;MEMBER=b:mailto:a", #"["attendee",{"member":["a","b"]},"cal-address","mailto:a"]"#),
    ])
    func repaired(line: String, property: String) throws {
        #expect(try json(line) == property)
    }

    @Test("lines and components whose names no name could be are left out")
    func oddNames() throws {
        let wide = String(repeating: "\u{FFFD}", count: 100)
        let calendar = try component(["BEGIN;X=1:VEVENT", "A B:1", "SUMMARY:x", "BEGIN:\(wide)", "END:\(wide)", "BEGIN:A B", "END:A B"])
        let json = JCal.json(of: calendar)
        #expect(String(utf8: json) == #"["vcalendar",[["summary",{},"text","x"]],[]]"#)
    }

    @Test("JSON that no iCalendar can hold is refused", arguments: [
        (#"["begin",{},"text","VEVENT"]"#, .propertyName("begin")), (#"["a:b",{},"text",""]"#, .propertyName("a:b")),
        (#"["a\nb",{},"text",""]"#, .propertyName("a\nb")), (#"["",{},"text",""]"#, .propertyName("")),
        (#"["summary",{"x":"\u0000"},"text","a"]"#, .parameter(property: "summary", name: "x")),
        (#"["summary",{"x:y":"a"},"text","a"]"#, .parameter(property: "summary", name: "x:y")),
        (#"["summary",{"x":1},"text","a"]"#, .parameter(property: "summary", name: "x")),
        (#"["summary",{"value":"text"},"text","a"]"#, .parameter(property: "summary", name: "value")),
        (#"["summary",{},"text","\u0001"]"#, .value(property: "summary")), (#"["summary",{},"text",1]"#, .value(property: "summary")),
        (#"["summary",{},"text",null]"#, .value(property: "summary")), (#"["url",{},"uri","a\nDTSTART:1"]"#, .value(property: "url")),
        (#"["x-a",{},"unknown","a\r\nEND:VCALENDAR"]"#, .value(property: "x-a")), (#"["x-a",{},"a;b=c:","x"]"#, .value(property: "x-a")),
        (#"["dtstart",{},"date-time","2011-05-12"]"#, .value(property: "dtstart")), (#"["dtstart",{},"date","2011-05"]"#, .value(property: "dtstart")),
        (#"["priority",{},"integer",1.5]"#, .value(property: "priority")), (#"["priority",{},"integer",1e3]"#, .value(property: "priority")),
        (#"["rrule",{},"recur",{"count":1}]"#, .value(property: "rrule")), (#"["rrule",{},"recur",{"freq":"DAILY;COUNT=1"}]"#, .value(property: "rrule")),
        (#"["rrule",{},"recur",{"freq":"DAILY","until":"x"}]"#, .value(property: "rrule")),
        (#"["freebusy",{},"period",["1997-03-08T16:00:00Z"]]"#, .value(property: "freebusy")),
        (#"["x-a",{},"boolean","TRUE"]"#, .value(property: "x-a")), (#"["x-a",{},"unknown",["a","b"]]"#, .value(property: "x-a")),
        (#"["attach",{},"binary","a:b"]"#, .value(property: "attach")),
        (#"["summary",{},"text"]"#, .structure("a property as [name, {parameters}, type, value, ...]")),
    ] as [(String, JSONContentError)])
    func refused(property: String, error: JSONContentError) {
        #expect(throws: error) { try text(property) }
        #expect(!error.sentence.isEmpty)
    }

    @Test("components are refused as well", arguments: [
        "[]", "{}", "1", "[\"vcalendar\"]", "[\"vcalendar\",[]]", "[\"vcalendar\",[],[[\"a b\",[],[]]]]", "[\"\",[],[]]", "[\"a\\nb\",[],[]]",
        "[\"vcalendar\",[],{}]", "[\"vcalendar\",[],[]",
    ])
    func noComponents(json: String) {
        #expect(throws: JSONContentError.self) { try JCal.iCalendar(from: [UInt8](json.utf8)) }
    }

    @Test("RFC 7265 §3.2: several calendars in an array; a period as text; a name in any case")
    func lenient() throws {
        let one = #"["VCalendar",[["Version",{},"TEXT","2.0"]],[]]"#
        #expect(
            lines(try JCal.iCalendar(from: [UInt8]("[\(one),\(one)]".utf8)))
                == ["BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR", "BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR"])
        #expect(try text(#"["rdate",{},"period","2006-01-02T15:00:00/PT2H"]"#) == "RDATE;VALUE=PERIOD:20060102T150000/PT2H")
        #expect(try text(#"["summary",{"x":"a\r\nb"},"text","a\r\nb\rc"]"#) == "SUMMARY;X=a^nb:a\\nb\\nc")
    }
}
