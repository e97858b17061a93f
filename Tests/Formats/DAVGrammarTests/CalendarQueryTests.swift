import CivilTime
import ContentLines
import ICalendar
import Testing
import XML

@testable import DAVGrammar

@Suite("Bodies of CalDAV's queries")
struct CalendarQueryTests {
    private func report(_ text: String) throws -> ReportBody { try ReportBody.parse([UInt8](text.utf8)) }

    private func query(_ filter: String, prop: String = "<D:getetag/>", rest: String = "") throws -> CalendarQueryRequest {
        let body = try report("""
            <C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop>\(prop)</D:prop>
            <C:filter>\(filter)</C:filter>\(rest)</C:calendar-query>
            """)
        guard case .calendarQuery(let request) = body else { throw Wrong() }
        return request
    }

    private func event(_ inner: String) -> String {
        "<C:comp-filter name='VCALENDAR'><C:comp-filter name='VEVENT'>\(inner)</C:comp-filter></C:comp-filter>"
    }

    private struct Wrong: Error {}

    @Test("a filter is a tree (RFC 4791 §7.8.7)")
    func tree() throws {
        let request = try query(event("""
            <C:prop-filter name="ATTENDEE"><C:text-match collation="i;ascii-casemap">mailto:lisa@example.com</C:text-match>
            <C:param-filter name="PARTSTAT"><C:text-match negate-condition="yes">NEEDS-ACTION</C:text-match></C:param-filter>
            </C:prop-filter>
            """))
        let event = try #require(request.filter.components.first)
        #expect(request.filter.name == "VCALENDAR" && event.name == "VEVENT" && request.zone == nil)
        let property = try #require(event.properties.first)
        #expect(property.name == "ATTENDEE")
        #expect(property.text == TextMatch("mailto:lisa@example.com", collation: .asciiCasemap))
        #expect(property.parameters == [ParameterFilter(
            name: "PARTSTAT", test: .matches(TextMatch("NEEDS-ACTION", collation: .asciiCasemap, isNegated: true)))])
    }

    @Test("a range is of times in UTC, and may be open at one side (RFC 4791 §9.9)")
    func ranges() throws {
        let closed = try query(event("<C:time-range start='20060104T000000Z' end='20060105T000000Z'/>"))
        #expect(closed.filter.components.first?.timeRange
            == InstantRange(start: Instant(seconds: 1_136_332_800), end: Instant(seconds: 1_136_419_200)))
        let open = try query(event("<C:time-range start='20060104T000000Z'/>"))
        #expect(open.filter.components.first?.timeRange == InstantRange(start: Instant(seconds: 1_136_332_800)))
    }

    @Test("a range may be for things of any kind")
    func rangeOfAnyKind() throws {
        let filter = try query("<C:comp-filter name='VCALENDAR'><C:time-range start='20060104T000000Z'/></C:comp-filter>").filter
        #expect(filter.timeRange == InstantRange(start: Instant(seconds: 1_136_332_800)) && filter.components.isEmpty)
    }

    @Test("a filter that breaks the rules is no valid filter (RFC 4791 §7.8)", arguments: [
        "", "<C:comp-filter name='VEVENT'/>", "<C:comp-filter/>", "<C:comp-filter name='VCALENDAR'><C:is-not-defined/></C:comp-filter>",
        "<C:comp-filter name='VCALENDAR'><C:comp-filter name='VEVENT'><C:time-range/></C:comp-filter></C:comp-filter>",
        "<C:comp-filter name='VCALENDAR'><C:comp-filter name='VEVENT'><C:time-range start='20060104T000000'/></C:comp-filter></C:comp-filter>",
        "<C:comp-filter name='VCALENDAR'><C:comp-filter name='VEVENT'><C:time-range start='20060104'/></C:comp-filter></C:comp-filter>",
        "<C:comp-filter name='VCALENDAR'><C:comp-filter name='VEVENT'><C:time-range start='20060104T000000Z' end='20060104T000000Z'/></C:comp-filter></C:comp-filter>",
        "<C:comp-filter name='VCALENDAR'><C:comp-filter name='VEVENT'><C:time-range start='20060105T000000Z' end='20060104T000000Z'/></C:comp-filter></C:comp-filter>",
        "<C:comp-filter name='VCALENDAR'><C:comp-filter name='VEVENT'><C:is-not-defined/><C:prop-filter name='UID'/></C:comp-filter></C:comp-filter>",
        "<C:comp-filter name='VCALENDAR'><C:prop-filter name='X'><C:text-match>a</C:text-match><C:text-match>b</C:text-match></C:prop-filter></C:comp-filter>",
    ])
    func invalid(_ filter: String) {
        #expect { try query(filter) } throws: { error in
            if case .refused(.caldav(.validFilter), _)? = error as? RequestBodyError { true } else { false }
        }
    }

    @Test("a filter with what is not known is not supported, and so is one without an end (RFC 4791 §7.8)")
    func unsupported() {
        let many = String(repeating: "<C:prop-filter name='X'/>", count: 300)
        let parameters = String(repeating: "<C:param-filter name='X'/>", count: 300)
        for filter in [event("<C:other-test/>"), event(many), event("<C:prop-filter name='X'>\(parameters)</C:prop-filter>")] {
            #expect { try query(filter) } throws: { error in
                if case .refused(.caldav(.supportedFilter), _)? = error as? RequestBodyError { true } else { false }
            }
        }
    }

    @Test("a collation that is not known is told by its precondition; default is the protocol's (RFC 4791 §7.5)")
    func collations() throws {
        #expect {
            try query(event("<C:prop-filter name='SUMMARY'><C:text-match collation='i;klingon'>a</C:text-match></C:prop-filter>"))
        } throws: { error in
            if case .refused(.caldav(.supportedCollation), _)? = error as? RequestBodyError { true } else { false }
        }
        for (name, collation) in [("default", Collation.asciiCasemap), ("i;octet", .octet), ("i;unicode-casemap", .unicodeCasemap)] {
            let request = try query(event(
                "<C:prop-filter name='SUMMARY'><C:text-match collation='\(name)'>a</C:text-match></C:prop-filter>"))
            #expect(request.filter.components.first?.properties.first?.text?.collation == collation)
        }
    }

    @Test("the query's own time zone, whole or by name (RFC 4791 §9.8, RFC 7809 §5.2)")
    func zones() throws {
        let filter = event("<C:time-range start='20060104T000000Z'/>")
        #expect(try query(filter, rest: "<C:timezone-id>Europe/Berlin</C:timezone-id>").zone == .id("Europe/Berlin"))
        #expect(try query(filter, rest: "<C:timezone>BEGIN:VCALENDAR</C:timezone>").zone == .definition([UInt8]("BEGIN:VCALENDAR".utf8)))
    }

    @Test("calendar-data asks for parts, by name and without values (RFC 4791 §9.6)")
    func parts() throws {
        let request = try query(event(""), prop: """
            <C:calendar-data><C:comp name="VCALENDAR"><C:prop name="VERSION"/><C:comp name="VEVENT"><C:prop name="SUMMARY"/>
            <C:prop name="DTSTART" novalue="yes"/></C:comp><C:comp name="VTIMEZONE"/></C:comp></C:calendar-data>
            """)
        let form = try #require(request.properties.properties.first?.calendarData)
        #expect(form.selection.component == ComponentSelection(
            name: "VCALENDAR", properties: [.init(name: "VERSION")],
            components: [
                ComponentSelection(
                    name: "VEVENT", properties: [.init(name: "SUMMARY"), .init(name: "DTSTART", isValueOmitted: true)], components: []),
                ComponentSelection(name: "VTIMEZONE"),
            ]))
        #expect(form.selection.recurrence == .stored && !form.selection.isWhole)
    }

    @Test("expand, limit-recurrence-set and limit-freebusy-set have both ends (RFC 4791 §9.6.5 to §9.6.7)")
    func recurrences() throws {
        let range = InstantRange(start: Instant(seconds: 1_136_332_800), end: Instant(seconds: 1_136_419_200))
        let attributes = "start='20060104T000000Z' end='20060105T000000Z'"
        func selection(_ inner: String) throws -> CalendarDataSelection? {
            try query(event(""), prop: "<C:calendar-data>\(inner)</C:calendar-data>").properties.properties.first?.calendarData?.selection
        }
        #expect(try selection("<C:expand \(attributes)/>")?.recurrence == .expanded(range))
        #expect(try selection("<C:limit-recurrence-set \(attributes)/>")?.recurrence == .limited(range))
        #expect(try selection("<C:limit-freebusy-set \(attributes)/>")?.freeBusyRange == range)
        #expect(throws: RequestBodyError.self) { try selection("<C:expand start='20060104T000000Z'/>") }
    }

    @Test("calendar data is served as iCalendar 2.0 and as jCal (RFC 4791 §9.6, RFC 7265)")
    func mediaTypes() throws {
        func form(_ attributes: String) throws -> CalendarDataForm? {
            try query(event(""), prop: "<C:calendar-data \(attributes)/>").properties.properties.first?.calendarData
        }
        #expect(try form("")?.mediaType == .iCalendar && form("")?.selection.isWhole == true)
        #expect(try form("content-type='application/calendar+json'")?.mediaType == .jCal)
        for refused in ["version='1.0'", "content-type='text/html'"] {
            #expect { try form(refused) } throws: { error in
                if case .refused(.caldav(.supportedCalendarData), _)? = error as? RequestBodyError { true } else { false }
            }
        }
    }

    @Test("a free-busy-query has a range with both ends (RFC 4791 §7.10)")
    func freeBusy() throws {
        func request(_ inner: String) throws -> ReportBody {
            try report("<C:free-busy-query xmlns:C='urn:ietf:params:xml:ns:caldav'>\(inner)</C:free-busy-query>")
        }
        guard case .freeBusyQuery(let query) = try request("<C:time-range start='20060104T000000Z' end='20060105T000000Z'/>") else {
            throw Wrong()
        }
        #expect(query.range.start == Instant(seconds: 1_136_332_800))
        #expect(throws: RequestBodyError.self) { try request("") }
        #expect(throws: RequestBodyError.self) { try request("<C:time-range start='20060104T000000Z'/>") }
    }
}
