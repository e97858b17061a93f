import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

@Suite("Calendar filters: RFC 4791 §9.7")
struct CalendarFilterTests {
    private func vevent(_ parts: FilterPart...) -> ComponentFilter { component("VEVENT", nil, parts) }

    private let meeting = """
        DTSTART;TZID=Europe/Berlin:20250102T090000
        DURATION:PT1H
        SUMMARY:Budget\\, and other
          things\\nof the year
        CATEGORIES:Work,Year's end
        ATTENDEE;PARTSTAT=NEEDS-ACTION;CN="Lisa, the first":mailto:lisa@example.com
        ATTENDEE;PARTSTAT=ACCEPTED:mailto:bernard@example.com
        BEGIN:VALARM
        ACTION:AUDIO
        TRIGGER:-PT15M
        END:VALARM
        """

    @Test("Q10: filters nest as components do")
    func nesting() throws {
        let alarm = component("VALARM", nil, [property("ACTION", contains: "audio")])
        #expect(try passes(object(meeting), vevent(.component(alarm))))
        // An alarm is within an event, not beside it; its properties are not the event's.
        #expect(try !passes(object(meeting), alarm))
        #expect(try !passes(object(meeting), vevent(property("ACTION"))))
        #expect(try !passes(object(meeting), component("VALARM", nil, [property("SUMMARY")])))
    }

    @Test("Q10: of two component filters both must pass")
    func twoComponents() throws {
        let bytes = calendar(zone("Europe/Berlin") + event())
        #expect(try passes(bytes, component("VEVENT"), component("VTIMEZONE")))
        #expect(try !passes(bytes, component("VEVENT"), component("VTODO")))
        #expect(try passes(bytes, component("VTIMEZONE", nil, [
            property("TZID", contains: "berlin"), .component(component("STANDARD", nil, [property("TZOFFSETTO")])),
            .component(absent("DAYLIGHT")),
        ])))
    }

    @Test("Q10: what is not to be there is not there")
    func notDefined() throws {
        #expect(try passes(object(meeting), vevent(absentProperty("LOCATION"))))
        #expect(try !passes(object(meeting), vevent(absentProperty("SUMMARY"))))
        #expect(try passes(object(meeting), absent("VTODO")))
        #expect(try !passes(object(meeting), absent("VEVENT")))
        #expect(try passes(object("SUMMARY:x"), vevent(.component(absent("VALARM")))))
        #expect(try !passes(object(meeting), vevent(.component(absent("VALARM")))))
        let noRole = ParameterFilter(name: "ROLE", test: .isNotDefined)
        let noState = ParameterFilter(name: "partstat", test: .isNotDefined)
        #expect(try passes(object(meeting), vevent(property("ATTENDEE", parameters: [noRole]))))
        #expect(try !passes(object(meeting), vevent(property("ATTENDEE", parameters: [noState]))))
    }

    @Test("a VCALENDAR filter with nothing in it passes each object")
    func all() throws {
        #expect(try passes(object(meeting)))
    }

    @Test("Q11: two property filters are about the same component")
    func sameComponent() throws {
        let bytes = object("""
            DTSTART:20250102T090000Z
            RRULE:FREQ=DAILY;COUNT=3
            SUMMARY:Standup
            LOCATION:Room 1

            RECURRENCE-ID:20250103T090000Z
            DTSTART:20250103T120000Z
            SUMMARY:Lunch
            """)
        #expect(try passes(bytes, vevent(property("SUMMARY", contains: "standup"), property("LOCATION"))))
        #expect(try passes(bytes, vevent(property("SUMMARY", contains: "lunch"))))
        #expect(try !passes(bytes, vevent(property("SUMMARY", contains: "lunch"), property("LOCATION"))))
        #expect(try passes(bytes, vevent(property("SUMMARY", contains: "lunch"), absentProperty("LOCATION"))))
    }

    @Test("an instance is seen with the component that says how it is")
    func instancesAndProperties() throws {
        let bytes = object("""
            DTSTART:20250102T090000Z
            RRULE:FREQ=DAILY
            SUMMARY:Standup

            RECURRENCE-ID:20250103T090000Z
            DTSTART:20250103T120000Z
            SUMMARY:Lunch

            RECURRENCE-ID;RANGE=THISANDFUTURE:20250110T090000Z
            DTSTART:20250110T100000Z
            SUMMARY:Later
            """)
        func passes(_ summary: String, _ start: String, _ end: String?) throws -> Bool {
            let filter = try component("VEVENT", range(start, end), [property("SUMMARY", contains: summary)])
            return try ICalendarTests.passes(bytes, filter, steps: 2_000)
        }
        #expect(try passes("standup", "20250102T000000Z", "20250103T000000Z"))
        #expect(try !passes("lunch", "20250102T000000Z", "20250103T000000Z"))
        #expect(try passes("lunch", "20250103T000000Z", "20250104T000000Z"))
        #expect(try !passes("standup", "20250103T000000Z", "20250104T000000Z"))
        #expect(try passes("later", "20300103T000000Z", nil))
        // Neither walks through all the instances that are not its own.
        #expect(try !passes("standup", "20250110T000000Z", nil))
        #expect(try !passes("lunch", "20250104T000000Z", nil))
    }

    @Test("Q12: collations decide what is the same", arguments: [
        ("йод", "ЙОД", [false, false, true]), ("straße", "STRAßE", [true, false, true]), ("e", "É", [false, false, true]),
        ("room", "ROOM 1", [true, false, true]), ("Room", "The Room", [true, true, true]),
    ])
    func collations(needle: String, value: String, expected: [Bool]) throws {
        for (collation, expected) in zip([Collation.asciiCasemap, .octet, .unicodeCasemap], expected) {
            let filter = vevent(property("LOCATION", contains: needle, collation: collation))
            #expect(try passes(object("LOCATION:\(value)"), filter) == expected, "\(collation)")
        }
    }

    @Test("Q12: a negated test does not hold where there is nothing to test")
    func negated() throws {
        #expect(try passes(object(meeting), vevent(property("SUMMARY", contains: "party", not: true))))
        #expect(try !passes(object(meeting), vevent(property("SUMMARY", contains: "budget", not: true))))
        #expect(try !passes(object(meeting), vevent(property("LOCATION", contains: "party", not: true))))
        let notAccepted = ParameterFilter(
            name: "ROLE", test: .matches(TextMatch("CHAIR", collation: .asciiCasemap, isNegated: true)))
        #expect(try !passes(object(meeting), vevent(property("ATTENDEE", parameters: [notAccepted]))))
    }

    @Test("Q13: a text is found in an item of a list, and in the list")
    func lists() throws {
        #expect(try passes(object(meeting), vevent(property("CATEGORIES", contains: "year's end"))))
        #expect(try passes(object(meeting), vevent(property("CATEGORIES", contains: "work,year"))))
        var whole = CalendarPropertyFilter(name: "CATEGORIES")
        whole.text = TextMatch("WORK", collation: .asciiCasemap, matchType: .equals)
        #expect(try passes(object(meeting), vevent(.property(whole))))
        whole.text = TextMatch("WORK", collation: .asciiCasemap, isNegated: true, matchType: .equals)
        #expect(try !passes(object(meeting), vevent(.property(whole))))
    }

    @Test("Q14: a text is looked for in the value without folds and escapes")
    func decoded() throws {
        #expect(try passes(object(meeting), vevent(property("SUMMARY", contains: "budget, and other things\nof"))))
        #expect(try !passes(object(meeting), vevent(property("SUMMARY", contains: "\\,"))))
    }

    @Test("a test on a parameter is about the property that passes the rest")
    func parameters() throws {
        func attendee(_ address: String, _ state: String) -> ComponentFilter {
            let test = ParameterFilter(name: "PARTSTAT", test: .matches(TextMatch(state, collation: .asciiCasemap)))
            return vevent(property("ATTENDEE", contains: address, parameters: [test]))
        }
        #expect(try passes(object(meeting), attendee("mailto:lisa@example.com", "needs-action")))
        #expect(try !passes(object(meeting), attendee("mailto:lisa@example.com", "accepted")))
        let name = ParameterFilter(name: "CN", test: .matches(TextMatch("lisa, the", collation: .asciiCasemap)))
        #expect(try passes(object(meeting), vevent(property("ATTENDEE", parameters: [name]))))
    }

    @Test("what is no calendar object matches nothing, also no filter for what is absent", arguments: [
        ["BEGIN:VCALENDAR", "END:VCALENDAR"],
        ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR"],
        ["BEGIN:VCALENDAR", "METHOD:REQUEST", "BEGIN:VEVENT", "UID:1", "END:VEVENT", "END:VCALENDAR"],
    ])
    func invalid(lines: [String]) throws {
        #expect(try !passes(document(lines)))
        #expect(try !passes(document(lines), absent("VTODO")))
    }

    @Test("a filter that is not about a VCALENDAR matches nothing")
    func wrongRoot() throws {
        var budget = StepBudget(100)
        let parsed = try CalendarDocument.parse(object(meeting))
        for filter in [component("VEVENT"), absent("VCALENDAR")] {
            #expect(try !CalendarFilterEvaluator(filter).matches(
                parsed, zones: Zones(), floatingIn: FixedOffset.utc, &budget))
        }
    }
}
