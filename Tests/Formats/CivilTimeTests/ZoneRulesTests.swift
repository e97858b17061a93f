import CivilTime
import TestRandom
import Testing

@Suite struct ZoneRulesTests {
    @Test("offsets, abbreviations and walls are those that another implementation finds", arguments: FixtureZone.all)
    func oracle(_ zone: FixtureZone) throws {
        let rules = try zone.rules()
        #expect(zone.instants.count > 5)
        for row in zone.instants {
            let observance = rules.observance(at: row.instant)
            #expect(rules.offset(at: row.instant) == row.offset, "\(row.instant)")
            #expect(observance.offset == row.offset, "\(row.instant)")
            #expect(observance.abbreviation == row.abbreviation, "\(row.instant)")
        }
        #expect(zone.walls.count > 5)
        for row in zone.walls {
            let instant = rules.instant(of: row.time)
            #expect(row.time.wallSeconds - instant.seconds == Int64(row.offset), "\(row.time)")
        }
    }

    @Test("a wall that was shown is read as the first instant at which it was", arguments: FixtureZone.all)
    func roundTrip(_ zone: FixtureZone) throws {
        let rules = try zone.rules()
        var random = SeededGenerator(state: 1)
        for _ in 0..<500 {
            let instant = Instant(seconds: .random(in: seconds(1900, 1, 1)...seconds(2600, 1, 1), using: &random))
            let wall = try #require(rules.wallTime(at: instant))
            let first = rules.instant(of: wall)
            #expect(first <= instant)
            #expect(rules.wallTime(at: first) == wall)
        }
    }

    @Test("the next transition is the next change of the observance, and the last one the one before",
        arguments: FixtureZone.all)
    func transitions(_ zone: FixtureZone) throws {
        let rules = try zone.rules()
        for start in [seconds(1890, 1, 1), seconds(1990, 3, 3), seconds(2024, 6, 6), seconds(2150, 1, 1)] {
            let found = rules.transitions(after: Instant(seconds: start),
                through: Instant(seconds: start + 400_000_000))
            var before = rules.observance(at: Instant(seconds: start))
            for transition in found {
                #expect(transition.before == before)
                #expect(transition.before != transition.after)
                #expect(rules.observance(at: Instant(seconds: transition.instant.seconds - 1)) == transition.before)
                #expect(rules.observance(at: transition.instant) == transition.after)
                #expect(rules.transition(atOrBefore: transition.instant) == transition)
                #expect(rules.transition(atOrBefore: Instant(seconds: transition.instant.seconds + 1)) == transition)
                before = transition.after
            }
            #expect(rules.observance(at: Instant(seconds: start + 400_000_000)) == before)
        }
    }

    @Test("a skipped time and a time that comes twice, by the example of RFC 5545 §3.3.5")
    func gapAndFold() throws {
        // RFC 5545 §3.3.5: TZID=America/New_York:20071104T013000 is 1:30 EDT, 20070311T023000 is 3:30 EDT.
        let rules = try FixtureZone.named("America/New_York").rules()
        let twice = try #require(CivilDateTime(year: 2007, month: 11, day: 4, hour: 1, minute: 30, second: 0))
        #expect(rules.instant(of: twice).seconds == seconds(2007, 11, 4, 5, 30))
        let skipped = try #require(CivilDateTime(year: 2007, month: 3, day: 11, hour: 2, minute: 30, second: 0))
        #expect(rules.instant(of: skipped).seconds == seconds(2007, 3, 11, 7, 30))
        #expect(rules.wallTime(at: rules.instant(of: skipped))?.hour == 3)
    }

    @Test("any instant has an answer, and an end of transitions")
    func extremes() throws {
        for zone in FixtureZone.all {
            let rules = try zone.rules()
            for seconds in [Int64.min, Int64.min + 1, -1 << 59, 0, 1 << 59, Int64.max - 1, Int64.max] {
                let instant = Instant(seconds: seconds)
                #expect(Observance.offsets.contains(rules.offset(at: instant)))
                _ = rules.observance(at: instant)
                _ = rules.transition(after: instant)
                _ = rules.transition(atOrBefore: instant)
                #expect(rules.transitions(after: instant, through: Instant(seconds: .max), limit: 3).count <= 3)
            }
            #expect(rules.transition(after: Instant(seconds: seconds(9999, 12, 31, 23, 59, 59))) == nil)
        }
        let rules = try FixtureZone.named("Europe/Berlin").rules()
        let first = try #require(CivilDateTime(year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0))
        let last = try #require(CivilDateTime(year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59))
        #expect(rules.instant(of: first).seconds == first.wallSeconds - 3208)
        #expect(rules.instant(of: last).seconds == last.wallSeconds - 3600)
    }

    @Test("changes by a list alone: order, repetition, and two at the same instant")
    func list() {
        let winter = Observance(offset: 3600)
        let summer = Observance(offset: 7200, isDaylight: true)
        let other = Observance(offset: 10_800)
        let rules = ZoneRules(initial: winter, changes: [
            (Instant(seconds: 2000), winter), (Instant(seconds: 1000), summer), (Instant(seconds: 3000), winter),
            (Instant(seconds: 4000), other), (Instant(seconds: 4000), summer),
        ])
        #expect([0, 999, 1000, 1999, 2000, 3999, 4000, 9999].map { rules.offset(at: Instant(seconds: $0)) }
            == [3600, 3600, 7200, 7200, 3600, 3600, 7200, 7200])
        #expect(rules.transitions(after: Instant(seconds: 0), through: Instant(seconds: 9999)).map(\.instant.seconds)
            == [1000, 2000, 4000])
    }

    @Test("a zone of annual changes only has had them at all times")
    func annualOnly() throws {
        let winter = Observance(offset: 3600)
        let summer = Observance(offset: 7200, isDaylight: true)
        let march = try #require(AnnualDay.nth(-1, .sunday, month: 3))
        let october = try #require(AnnualDay.nth(-1, .sunday, month: 10))
        let rules = ZoneRules(initial: winter, changes: [], annualChanges: [
            AnnualChange(day: october, secondOfDay: 10_800, offsetBefore: 7200, after: winter),
            AnnualChange(day: march, secondOfDay: 7200, offsetBefore: 3600, after: summer),
        ])
        #expect(rules.offset(at: Instant(seconds: seconds(1700, 7, 1))) == 7200)
        #expect(rules.offset(at: Instant(seconds: seconds(2026, 3, 29, 0, 59, 59))) == 3600)
        #expect(rules.offset(at: Instant(seconds: seconds(2026, 3, 29, 1))) == 7200)
        #expect(rules.offset(at: Instant(seconds: seconds(2026, 10, 25, 0, 59, 59))) == 7200)
        #expect(rules.offset(at: Instant(seconds: seconds(2026, 10, 25, 1))) == 3600)
        #expect(rules.transition(atOrBefore: Instant(seconds: seconds(2026, 1, 1)))?.instant.seconds
            == seconds(2025, 10, 26, 1))
    }
}
