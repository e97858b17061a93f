import CollectionStore
import Database
import Glibc
import Testing

/// What queries and changes cost; `TEGU_COSTS=1 swift test -c release --filter "Costs of the index"` prints it.
@Suite("Costs of the index", .enabled(if: getenv("TEGU_COSTS") != nil), .serialized)
struct IndexCostTests {
    private static let week: Int64 = 7 * 86_400

    /// A calendar of single events over ten years, about 20 in each of the last weeks, of which one in 20 goes on for ever
    /// from some week on but is in another part of the year.
    private func fill(_ fixture: Fixture, _ count: Int) throws {
        let batch = 1000
        for start in stride(from: 0, to: count, by: batch) {
            try fixture.write { tx throws in
                let calendar = try tx.calendar()
                for number in start..<min(start + batch, count) {
                    let time = Int64(number) * 1800 % (Self.week * 500) + (number < 500 ? 0 : Self.week * 10)
                    let isEndless = number % 20 == 0
                    let occurrence = Occurrence(
                        start: time, end: isEndless ? .max : time + 3600, isFloating: false, isExact: !isEndless,
                        busy: .busy,
                        weeks: isEndless ? YearWeeks(month: 6, day: 1, before: 3, after: 3) : .all)
                    var made = content("\(number)", uid: "uid-\(number)")
                    made.facts.index = ObjectIndex(
                        occurrences: [occurrence], text: .folded([UInt8]("SOME TEXT OF \(number)".utf8)))
                    try tx.put(made, as: "uid-\(number).ics", in: calendar)
                }
            }
        }
    }

    private func milliseconds(_ rounds: Int, _ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let time = try clock.measure { for _ in 0..<rounds { try body() } }
        return Double(time.components.attoseconds) / 1e15 / Double(rounds) + Double(time.components.seconds) * 1e3
            / Double(rounds)
    }

    @Test("a week of a calendar of 10,000 and of 100,000")
    func queries() throws {
        for count in [10_000, 100_000] {
            let fixture = try Fixture()
            let filled = try milliseconds(1) { try fill(fixture, count) }
            let id = try fixture.write { tx throws in try tx.calendar().id }
            let range = OccurrenceRange(
                lower: Self.week, upper: 2 * Self.week, floatingLower: Self.week, floatingUpper: 2 * Self.week,
                weeks: YearWeeks(month: 1, day: 10, before: 2, after: 5))
            var found = 0
            let week = try milliseconds(200) {
                found = try fixture.read { tx throws in
                    try OccurrenceQuery.candidates(tx, in: id, overlapping: range).count
                }
            }
            let text = try milliseconds(20) {
                _ = try fixture.read { tx throws in
                    try SearchTextQuery.names(tx, in: id, matching: .any([[UInt8]("TEXT OF 77".utf8)]), limit: 10_000)
                        .count
                }
            }
            print("\(count): put \(filled / Double(count)) ms each, week \(week) ms for \(found), text \(text) ms")
        }
    }
}
