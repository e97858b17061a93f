import CollectionStore
import Database
import TestRandom
import Testing

/// Content of one kind with these occurrences.
func content(_ text: String, uid: String, component: String = "vevent", at occurrences: [Occurrence]) -> MemberContent {
    var made = content(text, uid: uid, component: component)
    made.facts.index = ObjectIndex(occurrences: occurrences, text: .unknown)
    return made
}

private func run(
    _ start: Int64, _ end: Int64, floating: Bool = false, exact: Bool = true, weeks: YearWeeks = .all
) -> Occurrence {
    Occurrence(start: start, end: end, isFloating: floating, isExact: exact, busy: .busy, weeks: weeks)
}

private func range(_ lower: Int64, _ upper: Int64) -> OccurrenceRange {
    OccurrenceRange(lower: lower, upper: upper, floatingLower: lower, floatingUpper: upper)
}

@Suite("Queries of times")
struct OccurrenceQueryTests {
    let fixture: Fixture
    init() throws { fixture = try Fixture() }

    private func candidates(_ range: OccurrenceRange, component: String? = nil) throws -> [OccurrenceQuery.Candidate] {
        try fixture.write { tx throws in
            try OccurrenceQuery.candidates(
                tx.read, in: try tx.calendar().id, overlapping: range, component: component)
        }
    }

    private func names(_ range: OccurrenceRange, component: String? = nil) throws -> [String] {
        try candidates(range, component: component).map(\.name)
    }

    private func put(_ name: String, component: String = "vevent", _ occurrences: Occurrence...) throws {
        try fixture.write { tx throws in
            try tx.put(
                content(name, uid: name, component: component, at: occurrences), as: name, in: try tx.calendar())
        }
    }

    @Test("what overlaps is certain, what touches a bound is asked, all else is left out")
    func bounds() throws {
        try put("a", run(100, 200))
        for (lower, upper, expected) in [
            (0, 99, nil), (0, 100, false), (0, 101, true), (150, 160, true), (199, 300, true), (200, 300, false),
            (201, 300, nil), (100, 200, true),
        ] as [(Int64, Int64, Bool?)] {
            #expect(try candidates(range(lower, upper)).first?.isCertain == expected, "\(lower) to \(upper)")
        }
    }

    // RFC 4791 §9.9: "(start <= DTSTART) AND (end > DTSTART)"
    @Test("what takes no time is in the range that begins with it, and not in the one that ends with it")
    func instants() throws {
        try put("a", run(100, 100))
        #expect(try candidates(range(100, 101)).first?.isCertain == true)
        #expect(try candidates(range(99, 100)).first?.isCertain == false)
    }

    @Test("a task is never certain, nor is a run in which there may be gaps")
    func uncertain() throws {
        try put("task", component: "vtodo", run(100, 200))
        try put("run", run(100, 200, exact: false))
        try put("both", run(100, 200, exact: false), run(300, 400))
        #expect(try candidates(range(0, 1000)).map(\.isCertain) == [true, false, false])
        #expect(try candidates(range(0, 250)).map(\.isCertain) == [false, false, false])
    }

    @Test("each member is given once, in the order of the bytes of the names, with those of one kind")
    func order() throws {
        for name in ["b", "B", nfc, nfd, "a"] { try put(name, run(1, 2), run(5, 6), run(9, 900_000)) }
        try put("task", component: "vtodo", run(1, 2))
        #expect(
            try names(range(0, 10)).map { [UInt8]($0.utf8) }
                == ["B", "a", "b", nfd, "task", nfc].map { [UInt8]($0.utf8) })
        #expect(try names(range(0, 10), component: "VTODO") == ["task"])
        #expect(try names(range(0, 10), component: "VJOURNAL") == [])
    }

    @Test("a range without bounds, and what has no bounds")
    func boundless() throws {
        try put("always", run(Occurrence.beginning, .max, exact: false))
        try put("since", run(1000, .max))
        try put("until", run(Occurrence.beginning, 1000))
        try put("late", run(253_402_300_799, 253_402_300_799))
        #expect(try names(range(.min, .max)) == ["always", "late", "since", "until"])
        #expect(try names(range(2000, .max)) == ["always", "late", "since"])
        #expect(try names(range(.min, 500)) == ["always", "until"])
        #expect(try names(range(1 << 60, .max)) == ["always", "since"])
        #expect(try names(range(.min, -1 << 60)) == ["always", "until"])
    }

    @Test("what is on the wall is asked by the wall's bounds, and is certain within the narrower ones")
    func floating() throws {
        try put("wall", run(100, 200, floating: true))
        try put("world", run(100, 200))
        let east = OccurrenceRange(lower: 1000, upper: 2000, floatingLower: 150, floatingUpper: 160)
        #expect(try names(east) == ["wall"])
        let loose = OccurrenceRange(
            lower: 1000, upper: 2000, floatingLower: 50, floatingUpper: 160, certainFloatingLower: 200,
            certainFloatingUpper: 210)
        #expect(try candidates(loose).map(\.isCertain) == [false])
    }

    @Test("a run that has nothing in that part of a year is left out")
    func weeks() throws {
        try put("may", run(0, .max, exact: false, weeks: YearWeeks(month: 5, day: 9, before: 1, after: 1)))
        try put("new year", run(0, .max, exact: false, weeks: YearWeeks(month: 1, day: 1, before: 1, after: 1)))
        func names(_ month: Int, _ day: Int) throws -> [String] {
            try self.names(
                OccurrenceRange(
                    lower: 10, upper: 20, floatingLower: 10, floatingUpper: 20,
                    weeks: YearWeeks(month: month, day: day, before: 0, after: 0)))
        }
        #expect(try names(5, 8) == ["may"])
        #expect(try names(12, 31) == ["new year"])
        #expect(try names(8, 1) == [])
    }

    @Test("what comes every year for ever is met by ranges that have its part of the year, and by long ones, once")
    func yearly() throws {
        for month in 1...12 {
            try put("\(month)", run(Int64(month), .max, exact: false, weeks: YearWeeks(month: month, day: 14, before: 1, after: 3)))
        }
        try put("often", run(5, .max, exact: false, weeks: YearWeeks(month: 5, day: 1, before: 1, after: 60)))
        func names(_ weeks: YearWeeks) throws -> [String] {
            try self.names(OccurrenceRange(lower: 100, upper: 200, floatingLower: 100, floatingUpper: 200, weeks: weeks))
        }
        #expect(try names(YearWeeks(month: 3, day: 13, before: 1, after: 1)) == ["3"])
        #expect(try names(YearWeeks(month: 6, day: 14, before: 2, after: 30)) == ["6", "7", "often"])
        #expect(try names(.all) == (["often"] + (1...12).map { "\($0)" }).sorted())
        #expect(try names(YearWeeks(month: 6, day: 15, before: 100, after: 100)).count == 8)
    }

    @Test("what is removed, moved, copied, in the trash or restored", arguments: 1...8)
    func followsTheMember(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        for step in 0..<60 {
            let (name, other) = ("\(Int.random(in: 0..<8, using: &random))", "\(Int.random(in: 0..<8, using: &random))")
            let choice = Int.random(in: 0..<6, using: &random)
            let isElsewhere = Bool.random(using: &random)
            _ = try? fixture.write { tx throws in
                let (work, home) = (try tx.calendar(), try tx.calendar("home"))
                let target = isElsewhere ? home : work
                let source = choice == 4 ? home : work
                let member = try tx.member(name, in: source)
                switch choice {
                case 0, 1: try tx.put(content("\(step)", uid: name), as: name, in: work, now: Int64(step))
                case 2:
                    if let member { try Members.remove(tx, member, in: work, by: nil, now: Int64(step)) }
                case 3:
                    if let member { try Members.move(tx, member, from: work, to: target, name: other, now: 1) }
                case 4:
                    if let member { try Members.copy(tx, member, to: work, name: other, now: 1) }
                default:
                    guard let item = try Trash.items(tx.read, of: Fixture.alice).first else { return }
                    _ = try tx.restore(item.id, of: Fixture.alice, now: Int64(step))
                }
            }
            try expectConsistent(fixture)
        }
    }

    @Test("it finds what a look at all rows finds", arguments: 1...20)
    func bruteForce(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var stored: [String: [Occurrence]] = [:]
        for number in 0..<200 {
            let made = content("\(number)-\(seed)", uid: "\(number)")
            stored["\(number)"] = made.facts.index.occurrences
            try fixture.write { tx throws in try tx.put(made, as: "\(number)", in: try tx.calendar()) }
        }
        for _ in 0..<100 {
            func bound() -> Int64 {
                Int64.random(in: -300_000..<300_000, using: &random) >> Int64.random(in: 0..<10, using: &random)
            }
            let (lower, floating) = (bound(), bound())
            let length = Int64.random(in: 1..<50_000, using: &random)
            let range = OccurrenceRange(
                lower: lower, upper: lower + length, floatingLower: floating, floatingUpper: floating + length)
            func overlaps(_ occurrence: Occurrence) -> Bool {
                let bound = occurrence.isFloating ? floating : lower
                return occurrence.start <= bound + length && occurrence.end >= bound
            }
            let expected = stored.filter { $0.value.contains(where: overlaps) }.map(\.key).sorted()
            #expect(try names(range) == expected)
            var rows = 0
            try fixture.write { tx throws in
                try OccurrenceQuery.forEachRun(tx.read, in: try tx.calendar().id, overlapping: range) { row in
                    #expect(stored[row.name]?.contains(row.occurrence) == true && overlaps(row.occurrence))
                    rows += 1
                    return true
                }
            }
            #expect(rows == stored.values.joined().filter(overlaps).count)
        }
    }
}
