import Bytes
import CivilTime
import ContentLines
import ICalendar
import TestRandom
import Testing

@Suite("Busy time against a model that goes minute by minute")
struct BusyTimeModelTests {
    /// The busy time of two days, a kind or nothing for each minute.
    private struct Minutes: Equatable {
        var kinds = [[Bool]](repeating: [Bool](repeating: false, count: 2880), count: 4)

        mutating func set(_ range: Range<Int>, _ kind: BusyKind) {
            for minute in range.clamped(to: 0..<2880) { kinds[Int(kind.rawValue)][minute] = kind != .free }
        }
    }

    private let start = Int64(1_735_689_600)

    private func minutes(_ busy: BusyTime) throws -> Minutes {
        var minutes = Minutes()
        for period in try busy.periods() {
            #expect(period.start < period.end)
            minutes.set(Int((period.start.seconds - start) / 60)..<Int((period.end.seconds - start) / 60), period.kind)
        }
        return minutes
    }

    private func utc(_ minute: Int) -> String {
        CivilDateTime(wallSeconds: start + Int64(minute) * 60).map { text(CalendarTime.utc($0)) } ?? "?"
    }

    private func range() -> BusyTime {
        BusyTime(from: Instant(seconds: start), to: Instant(seconds: start + 2 * 86_400))
    }

    private static let kinds: [(BusyKind, String)] = [
        (.free, "TRANSP:TRANSPARENT"), (.busy, "TRANSP:OPAQUE"), (.tentative, "STATUS:TENTATIVE"),
        (.unavailable, "X-MICROSOFT-CDO-BUSYSTATUS:OOF"), (.free, "STATUS:CANCELLED"),
    ]

    @Test("events, with rules and overrides")
    func events() throws {
        var random = SeededGenerator(state: 410)
        for _ in 0..<200 {
            var busy = range()
            var model = Minutes()
            var budget = StepBudget(1_000_000)
            for _ in 0..<Int.random(in: 1..<6, using: &random) {
                let first = Int.random(in: -1000..<3500, using: &random)
                let length = Int.random(in: 0..<400, using: &random)
                let interval = Int.random(in: 60..<900, using: &random)
                let count = Int.random(in: 1..<6, using: &random)
                let kind = Self.kinds.randomElement(using: &random) ?? (.busy, "")
                let moved = Int.random(in: 0..<(2 * count), using: &random)
                var lines = """
                    DTSTART:\(utc(first))
                    DURATION:PT\(length)M
                    RRULE:FREQ=MINUTELY;INTERVAL=\(interval);COUNT=\(count)
                    \(kind.1)
                    """
                for number in 0..<count where number != moved {
                    model.set(first + number * interval..<first + number * interval + length, kind.0)
                }
                if moved < count {
                    let other = Self.kinds.randomElement(using: &random) ?? (.busy, "")
                    let to = Int.random(in: -1000..<3500, using: &random)
                    lines += "\n\nRECURRENCE-ID:\(utc(first + moved * interval))\nDTSTART:\(utc(to))\nDURATION:PT1H\n"
                        + other.1
                    if other.0 != .free { model.set(to..<to + 60, other.0) }
                }
                try busy.add(calendarObject(lines), zones: Zones(), floatingIn: Berlin(), &budget)
            }
            #expect(try minutes(busy) == model)
            try checkOrder(busy)
        }
    }

    @Test("rules of seconds, minutes and hours are the same as a run as one by one, and cost little", arguments: [
        "FREQ=SECONDLY", "FREQ=SECONDLY;BYHOUR=9,10,12;BYDAY=MO,WE", "FREQ=SECONDLY;INTERVAL=7;BYMINUTE=0,1,2,30",
        "FREQ=MINUTELY;INTERVAL=5", "FREQ=MINUTELY;BYHOUR=1,2,3", "FREQ=HOURLY;BYDAY=TU", "FREQ=HOURLY;INTERVAL=3",
        "FREQ=DAILY;BYHOUR=8,9,10,12;BYMINUTE=0", "FREQ=SECONDLY;COUNT=350000", "FREQ=SECONDLY;UNTIL=20250330T020000Z",
        "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,1,2,3,4,5", "FREQ=SECONDLY;BYSECOND=0,1,2,3", "FREQ=MINUTELY;BYSETPOS=1",
        "FREQ=WEEKLY;BYDAY=SU;BYHOUR=0,1,2,3", "FREQ=SECONDLY;INTERVAL=86400", "FREQ=SECONDLY;INTERVAL=2147483647",
    ])
    func dense(rule: String) throws {
        let starts = ["DTSTART;TZID=Europe/Berlin:20250326T000000", "DTSTART:20250326T000000Z", "DTSTART:20250326T003015"]
        let forms = [
            ("PT1S", ""), ("PT90S", ""), ("PT1H", "EXDATE:20250330T013000Z"), ("PT0S", ""), ("P1D", ""), ("PT8S", "EXDATE;VALUE=DATE:20250330"),
            ("PT10M", "RDATE:20250330T021530Z"), ("PT3H", "EXRULE:FREQ=DAILY;BYHOUR=3"), ("PT1S", "EXDATE;TZID=Europe/Berlin:20250330T040000"),
        ]
        for (place, (length, more)) in forms.enumerated() {
            let start = starts[place % 3]
            let object = try calendarObject([start, "DURATION:\(length)", "RRULE:\(rule)", more].filter { !$0.isEmpty }.joined(separator: "\n"))
            // With the night in which Berlin's clocks are put forward.
            let range = InstantRange(start: Instant(seconds: 1_743_289_200), end: Instant(seconds: 1_743_289_200 + 6 * 3600))
            var (budget, own) = (StepBudget(10_000_000), StepBudget(10_000_000))
            var one = BusyTime(from: try #require(range.start), to: try #require(range.end), limit: 1_000_000)
            var instances = RecurrenceSet(object.components, zones: Zones()).instances(overlapping: range, floatingIn: Berlin())
            while let instance = try instances.next(&own) {
                try one.add(
                    from: instance.interval.start.instant(in: Berlin()), to: instance.interval.end.instant(in: Berlin()), kind: .busy)
            }
            var merged = BusyTime(from: try #require(range.start), to: try #require(range.end), limit: 1_000_000)
            try merged.add(object, zones: Zones(), floatingIn: Berlin(), &budget)
            #expect(try merged.periods() == one.periods(), "\(start) \(length) \(rule) \(more)")
            if rule == "FREQ=SECONDLY", more.isEmpty {
                #expect(10_000_000 - budget.remaining < 8000, "\(start) \(length)")
            }
        }
    }

    /// What is of one kind neither overlaps nor touches.
    private func checkOrder(_ busy: BusyTime) throws {
        var ends: [BusyKind: Instant] = [:]
        var last = Instant(seconds: .min)
        for period in try busy.periods() {
            #expect(period.start >= last)
            last = period.start
            if let end = ends[period.kind] { #expect(period.start > end) }
            ends[period.kind] = period.end
        }
    }

    @Test("RFC 7953 §4: hours by their priorities")
    func hours() throws {
        var random = SeededGenerator(state: 7953)
        let types: [BusyKind] = [.busy, .unavailable, .tentative]
        for _ in 0..<200 {
            var busy = range()
            var budget = StepBudget(1_000_000)
            var layers: [(priority: Int, kind: BusyKind, covered: Range<Int>, free: [Range<Int>])] = []
            for _ in 0..<Int.random(in: 1..<6, using: &random) {
                let first = Int.random(in: -500..<2500, using: &random)
                let covered = first..<first + Int.random(in: 1..<2500, using: &random)
                let priority = Int.random(in: 0..<4, using: &random)
                let kind = types.randomElement(using: &random) ?? .busy
                let free = (0..<3).map { _ in
                    let start = Int.random(in: -500..<2900, using: &random)
                    return start..<start + Int.random(in: 1..<700, using: &random)
                }
                layers.append((priority, kind, covered, free))
                let lines = [
                    "BEGIN:VAVAILABILITY", "UID:1", "DTSTART:\(utc(first))", "DTEND:\(utc(covered.upperBound))",
                    "PRIORITY:\(priority)", "BUSYTYPE:\(kind.name)",
                ] + free.flatMap {
                    ["BEGIN:AVAILABLE", "DTSTART:\(utc($0.lowerBound))", "DTEND:\(utc($0.upperBound))", "END:AVAILABLE"]
                } + ["END:VAVAILABILITY"]
                try busy.add(calendarObject(calendar(lines)), zones: Zones(), floatingIn: Berlin(), &budget)
            }
            var model = Minutes()
            for minute in 0..<2880 {
                // The last that says something counts: 0 is the lowest, then 9 to 1.
                let order = layers.map { $0.covered.contains(minute) ? ($0.priority == 0 ? 10 : $0.priority) : 11 }
                guard let best = order.min(), best < 11 else { continue }
                let top = zip(layers, order).filter { $0.1 == best }.map(\.0)
                if top.contains(where: { $0.free.contains { $0.contains(minute) } }) { continue }
                if let kind = types.first(where: { kind in top.contains { $0.kind == kind } }) {
                    model.set(minute..<minute + 1, kind)
                }
            }
            #expect(try minutes(busy) == model)
        }
    }

    @Test("what is written is read as the same")
    func written() throws {
        var random = SeededGenerator(state: 364)
        for _ in 0..<100 {
            var busy = range()
            for _ in 0..<Int.random(in: 0..<20, using: &random) {
                let from = start + Int64.random(in: -9000..<200_000, using: &random)
                try busy.add(
                    from: Instant(seconds: from),
                    to: Instant(seconds: from + Int64.random(in: 0..<20_000, using: &random)),
                    kind: BusyKind.allCases.randomElement(using: &random) ?? .busy)
            }
            var again = range()
            var budget = StepBudget(1000)
            let bytes = try FreeBusyWriter(stamp: Instant(seconds: start), uid: "1").bytes(of: busy)
            try again.add(calendarObject(bytes), zones: Zones(), floatingIn: Berlin(), &budget)
            #expect(try again.periods() == busy.periods())
        }
    }
}
