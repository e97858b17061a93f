import Calendars
import CivilTime
import CollectionStore
import ContentLines
import ICalendar
import TestRandom
import Testing

/// UTC+3 where the name is Moscow's; no other is known.
private let someZones = TimeZoneDatabase(index: TimeZoneIndex(names: ["Europe/Moscow"])) { name in
    guard name == "Europe/Moscow" else { return nil }
    func block(_ version: UInt8) -> [UInt8] {
        // RFC 9636 §3.1: one local time type and its name.
        [UInt8]("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
            + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 4]
            + [0, 0, 0x2A, 0x30, 0, 0] + [UInt8]("MSK\0".utf8)
    }
    return block(0x32) + block(0x32) + [UInt8]("\nMSK-3\n".utf8)
}

private func occurrences(_ kind: String, _ lines: String...) throws -> [Occurrence] {
    let components = lines.map { "BEGIN:\(kind)\nUID:u\n\($0)\nEND:\(kind)" }.joined(separator: "\n")
    let object = try CalendarObjectResource.validate(calendar(components))
    return ObjectIndex(occurrences: CalendarOccurrences.of(object, timeZones: someZones)).occurrences
}

private func seconds(_ text: String) throws -> Int64 {
    try #require(CalendarTime([UInt8](text.utf8)[...], zoneID: nil)).wall.wallSeconds
}

@Suite("Times of calendar objects")
struct CalendarOccurrencesTests {
    @Test("an event is one exact run")
    func event() throws {
        let found = try occurrences("VEVENT", "DTSTART:20260302T090000Z\nDTEND:20260302T100000Z")
        #expect(
            found == [
                Occurrence(
                    start: try seconds("20260302T090000"), end: try seconds("20260302T100000"), isFloating: false,
                    isExact: true, busy: .busy)
            ])
    }

    @Test("a zone gives the time in UTC, days and floating times stay on the wall")
    func lines() throws {
        let zoned = try occurrences("VEVENT", "DTSTART;TZID=Europe/Moscow:20260302T090000\nDURATION:PT1H")
        #expect(try zoned.map(\.start) == [seconds("20260302T060000")] && !zoned[0].isFloating)
        let floating = try occurrences("VEVENT", "DTSTART:20260302T090000\nDURATION:PT1H")
        #expect(try floating.map(\.start) == [seconds("20260302T090000")] && floating[0].isFloating)
        let day = try occurrences("VEVENT", "DTSTART;VALUE=DATE:20260302")
        #expect(try day.map(\.end) == [seconds("20260303T000000")] && day[0].isFloating && day[0].isExact)
    }

    @Test("the few instances of a rule are exact, one by one; a rule that goes on is one run without an end")
    func rules() throws {
        for count in [5, 64] {
            let few = try occurrences("VEVENT", "DTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=\(count)")
            #expect(few.count == count && few.allSatisfy(\.isExact))
        }
        let many = try occurrences("VEVENT", "DTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=65")
        #expect(many.count == 1 && !many[0].isExact && many[0].end < .max)
        for rule in ["FREQ=WEEKLY", "FREQ=YEARLY", "FREQ=SECONDLY", "FREQ=MONTHLY;BYDAY=5MO"] {
            let endless = try occurrences("VEVENT", "DTSTART:20260302T090000Z\nDURATION:PT1H\nRRULE:\(rule)")
            #expect(endless.count == 1 && !endless[0].isExact && endless[0].end == .max, "\(rule)")
        }
        let leap = try occurrences("VEVENT", "DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY")
        #expect(leap.count <= 8 && leap.last?.end == .max && leap.dropLast().allSatisfy(\.isExact))
    }

    // RFC 4791 §9.9: of a task without a start and a due time COMPLETED and CREATED count; without them it is TRUE.
    @Test("a task without a time is in every range, but for what CREATED and COMPLETED say")
    func undatedTasks() throws {
        #expect(try occurrences("VTODO", "SUMMARY:x") == Occurrence.always(busy: .free))
        #expect(try occurrences("VTODO", "CREATED:20260302T090000").count == 2)
        let created = try occurrences("VTODO", "CREATED:20260302T090000Z")
        #expect(try created.map(\.start) == [seconds("20260302T090000")] && created[0].end == .max)
        let both = try occurrences("VTODO", "CREATED:20260302T090000Z\nCOMPLETED:20260304T090000Z")
        #expect(try both.map(\.end) == [seconds("20260304T090000")])
        let due = try occurrences("VTODO", "DUE:20260302T090000Z\nCREATED:20250302T090000Z")
        #expect(try due.map(\.start) == [seconds("20260302T090000")])
        #expect(try occurrences("VTODO", "SUMMARY:x", "RECURRENCE-ID:20260302T090000Z").count == 3)
    }

    @Test("an event or a journal entry without a time is in no range")
    func undated() throws {
        #expect(try occurrences("VEVENT", "SUMMARY:x") == [])
        #expect(try occurrences("VJOURNAL", "SUMMARY:x") == [])
    }

    // RFC 4791 §9.9, for VFREEBUSY
    @Test("free-busy is by its bounds and its periods")
    func freeBusy() throws {
        let found = try occurrences(
            "VFREEBUSY", "FREEBUSY:20260302T090000Z/PT1H,20260305T090000Z/20260305T100000Z\nFREEBUSY:nonsense")
        #expect(try found.map(\.start) == [seconds("20260302T090000")])
        #expect(try found.map(\.end) == [seconds("20260305T100000")])
        #expect(try occurrences("VFREEBUSY", "SUMMARY:x") == [])
    }

    @Test("an availability without bounds goes on")
    func availability() throws {
        #expect(try occurrences("VAVAILABILITY", "SUMMARY:x") == Occurrence.always(busy: .varies))
        let since = try occurrences("VAVAILABILITY", "DTSTART:20260302T090000Z")
        #expect(since.count == 1 && since[0].end == .max && !since[0].isExact)
        let bound = try occurrences("VAVAILABILITY", "DTSTART:20260302T090000Z\nDTEND:20260402T090000Z")
        #expect(try bound.map(\.end) == [seconds("20260402T090000")])
    }

    @Test("how it takes the owner's time, where all components agree")
    func busy() throws {
        let start = "DTSTART:20260302T090000Z\n"
        for (lines, expected) in [
            (["STATUS:CONFIRMED"], .busy), (["TRANSP:TRANSPARENT"], .free), (["STATUS:cancelled"], .free),
            (["STATUS:TENTATIVE"], .tentative), (["STATUS:TENTATIVE\nTRANSP:TRANSPARENT"], .free),
            (["ATTENDEE:mailto:a@example.org"], .varies),
            (["ATTENDEE:mailto:a@example.org\nTRANSP:TRANSPARENT"], .free),
            (["SUMMARY:x", "RECURRENCE-ID:20260302T090000Z\nSTATUS:TENTATIVE"], .varies),
            (["STATUS:TENTATIVE", "RECURRENCE-ID:20260302T090000Z\nSTATUS:TENTATIVE"], .tentative),
        ] as [([String], Busy)] {
            let components = lines.map { "BEGIN:VEVENT\nUID:u\n\(start)\($0)\nEND:VEVENT" }.joined(separator: "\n")
            let object = try CalendarObjectResource.validate(calendar(components))
            let found = CalendarOccurrences.of(object, timeZones: noZones)
            #expect(!found.isEmpty && found.allSatisfy { $0.busy == expected }, "\(lines)")
        }
    }

    @Test("a zone that nobody knows is nobody's: its times are within a day or two, and never certain")
    func unknownZone() throws {
        let found = try occurrences("VEVENT", "DTSTART;TZID=Nowhere:20260302T090000\nDURATION:PT1H")
        #expect(found.count == 1 && !found[0].isExact)
        #expect(try found[0].start < seconds("20260301T180000") && found[0].end > seconds("20260303T010000"))
    }

    @Test("a birthday is in its part of the year")
    func yearWeeks() throws {
        func weeks(_ lines: String) throws -> YearWeeks { try #require(try occurrences("VEVENT", lines).last).weeks }
        let birthday = try weeks("DTSTART;VALUE=DATE:19880509\nRRULE:FREQ=YEARLY")
        #expect(birthday.rawValue.nonzeroBitCount <= 2)
        #expect(!birthday.isDisjoint(with: YearWeeks(month: 5, day: 9, before: 0, after: 0)))
        let summer = try weeks("DTSTART:20260601T090000Z\nRRULE:FREQ=DAILY;BYMONTH=6,7")
        #expect(9...11 ~= summer.rawValue.nonzeroBitCount)
        for rule in ["FREQ=WEEKLY", "FREQ=YEARLY;BYDAY=1MO", "FREQ=YEARLY;BYYEARDAY=100", "RSCALE=CHINESE;FREQ=YEARLY"]
        {
            #expect(try weeks("DTSTART:20260601T090000Z\nRRULE:\(rule)") == .all, "\(rule)")
        }
        #expect(try weeks("DTSTART:20260601T090000Z\nRRULE:FREQ=YEARLY\nRDATE:20270101T000000Z") == .all)
    }
}

@Suite("Candidates of ranges of time")
struct CandidatePropertyTests {
    private static let rules = [
        "", "", "", "RRULE:FREQ=DAILY;COUNT=3", "RRULE:FREQ=WEEKLY;COUNT=40", "RRULE:FREQ=WEEKLY;INTERVAL=3",
        "RRULE:FREQ=MONTHLY",
        "RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=9", "RRULE:FREQ=YEARLY", "RRULE:FREQ=YEARLY;BYMONTH=2,3",
        "RRULE:FREQ=YEARLY;INTERVAL=7",
        "RRULE:FREQ=DAILY;BYMONTH=12;BYDAY=SU", "RRULE:FREQ=YEARLY;UNTIL=20290101T000000Z",
        "RDATE:20270101T000000Z,20300601T000000Z",
        "RRULE:FREQ=WEEKLY\nEXDATE:20260105T090000Z", "RRULE:FREQ=YEARLY;BYDAY=20MO",
    ]

    private static func time(_ random: inout some RandomNumberGenerator, _ years: ClosedRange<Int>) -> CivilDateTime? {
        CivilDateTime(
            year: .random(in: years, using: &random), month: .random(in: 1...12, using: &random),
            day: .random(in: 1...28, using: &random), hour: .random(in: 0...23, using: &random), minute: 0, second: 0)
    }

    private static func line(_ name: StaticString, _ random: inout some RandomNumberGenerator) -> String? {
        guard let wall = time(&random, 2024...2028) else { return nil }
        let form: CalendarTime =
            switch Int.random(in: 0..<5, using: &random) {
            case 0: .date(wall.date)
            case 1: .floating(wall)
            case 2: .zoned(wall, "Europe/Moscow")
            case 3: .zoned(wall, "Nowhere")
            default: .utc(wall)
            }
        var bytes: [UInt8] = []
        form.appendLine(named: name, to: &bytes)
        return String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "")
    }

    // RFC 4791 §9.9, by the evaluator of instances.
    @Test(
        "an object that overlaps a range is never outside of its index, and what is certain overlaps",
        arguments: 1...300 as ClosedRange<UInt64>)
    func neverMissed(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let start = try #require(Self.line("DTSTART", &random))
        let kind = ["VEVENT", "VEVENT", "VTODO", "VJOURNAL"].randomElement(using: &random) ?? "VEVENT"
        let rule = Self.rules.randomElement(using: &random) ?? ""
        let length =
            ["", "DURATION:PT1H", "DURATION:P1D", "DURATION:P40D", "DURATION:PT0S"].randomElement(using: &random) ?? ""
        var blocks = [[start, rule, length]]
        if !rule.isEmpty, Bool.random(using: &random) {
            let moved = try #require(Self.line("DTSTART", &random))
            let id = start.replacing("DTSTART", with: "RECURRENCE-ID")
            blocks.append([
                Bool.random(using: &random)
                    ? id : id.replacing("RECURRENCE-ID", with: "RECURRENCE-ID;RANGE=THISANDFUTURE"), moved, length,
            ])
        }
        let components = blocks.map {
            "BEGIN:\(kind)\nUID:u\n" + $0.filter { !$0.isEmpty }.joined(separator: "\n") + "\nEND:\(kind)"
        }
        let text = components.joined(separator: "\n")
        let object = try CalendarObjectResource.validate(calendar(text))
        let index = CalendarOccurrences.of(object, timeZones: someZones)
        for _ in 0..<30 {
            let zone = FixedOffset(seconds: Int.random(in: -12...14, using: &random) * 3600)
            let lower = try #require(Self.time(&random, 2023...2040)).wallSeconds
            let span = Int64.random(in: 1...400, using: &random) * [3600, 86_400].randomElement(using: &random)!
            let asked = InstantRange(start: Instant(seconds: lower), end: Instant(seconds: lower + span))
            let zones = CalendarTimeZones(object.calendar, database: someZones, fallback: zone)
            let set = RecurrenceSet(object.components, zones: zones)
            var budget = StepBudget(100_000)
            var instances = set.instances(overlapping: asked, floatingIn: zone)
            let overlaps = try instances.next(&budget) != nil
            let range = OccurrenceRange(asked, floatingIn: zone)
            let isCandidate = index.contains { range.mayOverlap($0) }
            let isCertain = kind != "VTODO" && index.contains { $0.isExact && range.surelyOverlaps($0) }
            if overlaps { #expect(isCandidate, "\(text)\n\(lower) \(span) \(zone)\n\(index)") }
            if isCertain { #expect(overlaps, "\(text)\n\(lower) \(span) \(zone)\n\(index)") }
        }
    }
}
