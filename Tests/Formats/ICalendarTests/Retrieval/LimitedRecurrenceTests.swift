import Bytes
import CivilTime
import ContentLines
import ICalendar
import Testing

@Suite("Limited recurrence sets: RFC 4791 §9.6.6, row R20 of the corpus")
struct LimitedRecurrenceTests {
    private let master = "DTSTART:20250101T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=60\nSUMMARY:master"

    /// The SUMMARYs of what is left.
    private func limited(_ overrides: String..., from start: String, to end: String) throws -> [String] {
        let object = try calendarObject(([master] + overrides).joined(separator: "\n\n"))
        let made = try CalendarDataSelection.limiting(start, end).applied(to: object)
        return blocks(made).compactMap { $0.first { $0.hasPrefix("SUMMARY:") }.map { String($0.dropFirst(8)) } }
    }

    @Test("RFC 4791 §7.8.2: the override of the day after is left out")
    func example() throws {
        let asked = try CalendarDataSelection.limiting("20060103T000000Z", "20060105T000000Z")
        #expect(try asked.applied(to: rfcObject(CalDAVExamples.abcd2))
            == text(RFCExamples.bytes(CalDAVExamples.withoutOverride6)))
    }

    @Test("R20: an override counts by its time and by the time it had")
    func originalAndCurrent() throws {
        let away = "RECURRENCE-ID:20250110T090000Z\nDTSTART:20250301T090000Z\nDURATION:PT1H\nSUMMARY:moved"
        #expect(try limited(away, from: "20250110T000000Z", to: "20250111T000000Z") == ["master", "moved"])
        #expect(try limited(away, from: "20250301T000000Z", to: "20250302T000000Z") == ["master", "moved"])
        #expect(try limited(away, from: "20250111T000000Z", to: "20250112T000000Z") == ["master"])
        // The hour that it had, not the day.
        #expect(try limited(away, from: "20250110T095959Z", to: "20250111T000000Z") == ["master", "moved"])
        #expect(try limited(away, from: "20250110T100000Z", to: "20250111T000000Z") == ["master"])
    }

    @Test("R20: a RANGE=THISANDFUTURE counts for all that it shifts, up to the next one")
    func thisAndFuture() throws {
        let first = "RECURRENCE-ID;RANGE=THISANDFUTURE:20250110T090000Z\nDTSTART:20250110T140000Z\n"
            + "DURATION:PT1H\nSUMMARY:first"
        let second = "RECURRENCE-ID;RANGE=THISANDFUTURE:20250120T090000Z\nDTSTART:20250120T180000Z\n"
            + "DURATION:PT1H\nSUMMARY:second"
        #expect(try limited(first, second, from: "20250109T000000Z", to: "20250110T000000Z") == ["master"])
        #expect(try limited(first, second, from: "20250115T000000Z", to: "20250116T000000Z") == ["master", "first"])
        #expect(try limited(first, second, from: "20250125T000000Z", to: "20250126T000000Z") == ["master", "second"])
        #expect(try limited(first, second, from: "20250119T140000Z", to: "20250120T180000Z")
            == ["master", "first", "second"])
        // By the time that an instance had, and by the time that it has, and by no other.
        #expect(try limited(first, from: "20250115T090000Z", to: "20250115T100000Z") == ["master", "first"])
        #expect(try limited(first, from: "20250115T140000Z", to: "20250115T150000Z") == ["master", "first"])
        #expect(try limited(first, from: "20250115T110000Z", to: "20250115T130000Z") == ["master"])
        // The rule has ended by then.
        #expect(try limited(first, from: "20250401T000000Z", to: "20250501T000000Z") == ["master"])
    }

    @Test("an override is there that keeps instances away from where the one before it would put them")
    func keepingAway() throws {
        let first = "RECURRENCE-ID;RANGE=THISANDFUTURE:20250220T090000Z\nDTSTART:20250312T090000Z\nSUMMARY:first"
        let range = (from: "20250316T000000Z", to: "20250318T000000Z")
        for parameter in ["", ";RANGE=THISANDFUTURE"] {
            let second = "RECURRENCE-ID\(parameter):20250225T090000Z\nDTSTART:20250601T090000Z\nSUMMARY:second"
            #expect(try limited(first, second, from: range.from, to: range.to) == ["master", "first", "second"])
            #expect(try limited(second, from: range.from, to: range.to) == ["master"])
        }
    }

    @Test("a master is there whatever the range, and so is the zone; without a master overrides count by themselves")
    func masters() throws {
        let stored = try calendarObject("DTSTART;TZID=Z:20250101T090000\nRRULE:FREQ=DAILY;COUNT=2", zones: ["Z"])
        let asked = try CalendarDataSelection.limiting("20300101T000000Z", "20300102T000000Z")
        #expect(try asked.applied(to: stored) == text(stored.document.source))
        let orphans = try calendarObject("""
            RECURRENCE-ID:20250101T090000Z
            DTSTART:20250201T090000Z
            SUMMARY:a

            RECURRENCE-ID:20250102T090000Z
            DTSTART:20250102T090000Z
            SUMMARY:b
            """)
        let february = try CalendarDataSelection.limiting("20250201T000000Z", "20250202T000000Z").applied(to: orphans)
        #expect(february.contains("SUMMARY:a") && !february.contains("SUMMARY:b"))
        let january = try CalendarDataSelection.limiting("20250101T000000Z", "20250102T000000Z").applied(to: orphans)
        #expect(january.contains("SUMMARY:a") && !january.contains("SUMMARY:b"))
    }

    @Test("an override of a day counts by the owner's day, and a period by its own end")
    func forms() throws {
        let day = try calendarObject("""
            DTSTART;VALUE=DATE:20250101
            RRULE:FREQ=DAILY

            RECURRENCE-ID;VALUE=DATE:20250102
            DTSTART;VALUE=DATE:20250601
            SUMMARY:a
            """)
        let night = try CalendarDataSelection.limiting("20250101T230000Z", "20250101T233000Z")
        #expect(try night.applied(to: day, floatingIn: Berlin()).contains("SUMMARY:a"))
        #expect(try !night.applied(to: day).contains("SUMMARY:a"))
        let period = try calendarObject("""
            DTSTART:20250101T090000Z
            RDATE;VALUE=PERIOD:20250105T090000Z/P3D

            RECURRENCE-ID:20250105T090000Z
            DTSTART:20250601T090000Z
            SUMMARY:a
            """)
        let later = try CalendarDataSelection.limiting("20250107T000000Z", "20250108T000000Z")
        #expect(try later.applied(to: period).contains("SUMMARY:a"))
    }

    @Test("looking for what a RANGE shifts does not walk through the series")
    func steps() throws {
        let object = try calendarObject("""
            DTSTART:19900101T000000Z
            RRULE:FREQ=MINUTELY

            RECURRENCE-ID;RANGE=THISANDFUTURE:19900102T000000Z
            DTSTART:19900102T000030Z
            SUMMARY:a
            """)
        let asked = try CalendarDataSelection.limiting("20400101T000000Z", "20400101T000100Z")
        #expect(try asked.applied(to: object, steps: 20_000).contains("SUMMARY:a"))
        #expect(asked.limit(on: object, steps: 0) == .steps)
    }
}
