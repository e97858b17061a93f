import Bytes
import CivilTime
import ContentLines
import ICalendar
import TestRandom
import Testing

@Suite("What an index holds of an object, and what the filter says")
struct CalendarIndexSpansTests {
    private static let times = [
        "20250102T090000Z", "20250102T100000Z", "20250103T090000Z", "20250330T003000Z", "20250330T010000Z", "20251026T003000Z",
        "20250401T000000Z",
    ]
    private static let walls = ["20250102T090000", "20250330T023000", "20250330T030000", "20251026T023000", "20250403T000000"]
    private static let days = ["20250102", "20250103", "20250330", "20251026", "20250401"]
    private static let lengths = ["PT0S", "PT1H", "P1D", "P3DT2H", "P60D"]
    private static let rules = [
        "FREQ=DAILY", "FREQ=DAILY;COUNT=3", "FREQ=DAILY;UNTIL=20250110T000000Z", "FREQ=WEEKLY;INTERVAL=9;COUNT=5",
        "FREQ=YEARLY", "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=6", "FREQ=HOURLY;COUNT=30",
    ]

    private static func time(_ name: String, _ random: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: "\(name);VALUE=DATE:\(days.randomElement(using: &random) ?? "")"
        case 1: "\(name):\(walls.randomElement(using: &random) ?? "")"
        case 2: "\(name);TZID=Europe/Berlin:\(walls.randomElement(using: &random) ?? "")"
        default: "\(name):\(times.randomElement(using: &random) ?? "")"
        }
    }

    private static func lines(_ kind: String, _ isOverride: Bool, _ random: inout SeededGenerator) -> [String] {
        var lines: [String] = []
        func maybe(_ chance: Int, _ line: (inout SeededGenerator) -> String) {
            if Int.random(in: 0..<100, using: &random) < chance { lines.append(line(&random)) }
        }
        maybe(kind == "VTODO" || kind == "VFREEBUSY" ? 50 : 95) { time("DTSTART", &$0) }
        maybe(40) { time(kind == "VTODO" ? "DUE" : "DTEND", &$0) }
        maybe(40) { "DURATION:\(lengths.randomElement(using: &$0) ?? "")" }
        maybe(40) { time("COMPLETED", &$0) }
        maybe(40) { time("CREATED", &$0) }
        if kind == "VFREEBUSY" {
            maybe(60) { "FREEBUSY:\(times.randomElement(using: &$0) ?? "")/\(lengths.randomElement(using: &$0) ?? "")" }
            maybe(60) { "FREEBUSY:\(times.randomElement(using: &$0) ?? "")/\(times.randomElement(using: &$0) ?? "")" }
            return lines
        }
        if isOverride { return lines + [time("RECURRENCE-ID", &random)] }
        maybe(40) { "RRULE:\(rules.randomElement(using: &$0) ?? "")" }
        maybe(30) { time("RDATE", &$0) }
        maybe(30) { time("EXDATE", &$0) }
        return lines
    }

    private static func passes(_ run: RecurrenceRun, _ lower: Int64, _ upper: Int64) -> Bool {
        run.start < upper && (run.end > lower || run.start == run.end && run.start >= lower)
    }

    @Test("what matches is in a run, and what an exact run promises matches", arguments: [
        "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY",
    ])
    func agree(kind: String) throws {
        var random = SeededGenerator(state: 4791)
        var matched = 0
        var exact = 0
        let bounds = try Self.times.map { try instant($0).seconds }
        for _ in 0..<500 {
            var blocks = ["BEGIN:\(kind)", "UID:1"] + Self.lines(kind, false, &random) + ["END:\(kind)"]
            for _ in 0..<Int.random(in: 0...2, using: &random) where kind != "VFREEBUSY" {
                blocks += ["BEGIN:\(kind)", "UID:1"] + Self.lines(kind, true, &random) + ["END:\(kind)"]
            }
            let bytes = calendar(blocks)
            guard let object = try? CalendarObjectResource.validate(bytes) else { continue }
            let limit = Int.random(in: 1...8, using: &random)
            let spans = CalendarIndexSpans.of(object, zones: Zones(), limit: limit)
            for _ in 0..<20 {
                let first = (bounds.randomElement(using: &random) ?? 0) + Int64.random(in: -1...1, using: &random)
                let length = [1, 3600, 86_400, 90 * 86_400].randomElement(using: &random) ?? 1
                let range = InstantRange(
                    start: Int.random(in: 0..<8, using: &random) == 0 ? nil : Instant(seconds: first),
                    end: Int.random(in: 0..<8, using: &random) == 0 ? nil : Instant(seconds: first + Int64(length)))
                let zone: any TimeZoneRules = Bool.random(using: &random) ? Berlin() : FixedOffset(seconds: -36_000)
                let matches = try ICalendarTests.passes(bytes, component(kind, range), floatingIn: zone, steps: 1_000_000)
                let lower = range.start?.seconds ?? .min
                let upper = range.end?.seconds ?? .max
                let wall = CalendarIndexSpans.wallBounds(range, in: zone)
                let isIndexed = spans.isUndated || spans.runs.contains {
                    $0.isFloating ? Self.passes($0, wall.lower, wall.upper) : Self.passes($0, lower, upper)
                }
                if matches {
                    matched += 1
                    #expect(isIndexed, "\(text(bytes)) \(range) \(spans)")
                }
                if spans.runs.contains(where: { $0.isExact && !$0.isFloating && Self.passes($0, lower, upper) }) {
                    exact += 1
                    #expect(matches, "\(text(bytes)) \(range) \(spans)")
                }
            }
        }
        #expect(matched > 500)
        #expect((exact > 200) == (kind == "VEVENT" || kind == "VJOURNAL"))
    }

    @Test("a task without any time is undated")
    func undated() throws {
        let object = try CalendarObjectResource.validate(object("SUMMARY:some day", kind: "VTODO"))
        #expect(CalendarIndexSpans.of(object, zones: Zones()) == CalendarIndexSpans.undated)
    }
}

extension CalendarIndexSpans {
    fileprivate static var undated: CalendarIndexSpans {
        CalendarIndexSpans(runs: [], isUndated: true)
    }
}
