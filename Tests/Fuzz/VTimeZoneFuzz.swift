import Bytes
import CivilTime
import ContentLines
import ICalendar

/// Compiles each VTIMEZONE of the input. What is written of its rules, of all time or of some years, compiles to rules that say the same, and what is put
/// together of them and of others is at each instant what one of both says.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let tree = try? ComponentTree.parse(bytes) else { return 0 }
    for zone in tree.allComponents where zone.isNamed("VTIMEZONE") {
        guard let rules = VTimeZoneRules.compile(zone) else { continue }
        for year in [1, 1600, 1970, 2026, 2100, 9999] { ask(rules, year) }
        join(rules)
        var writer = ContentLineWriter()
        VTimeZoneWriter.append(rules, id: "x", to: &writer)
        guard let root = try? ComponentTree.parse(writer.bytes).roots.first(where: { _ in true }),
            let again = VTimeZoneRules.compile(root)
        else { preconditionFailure("an own zone is refused") }
        if hasClose(rules) { continue }
        for year in 1960..<2060 {
            let instant = Instant(seconds: Int64(CivilDate.dayNumber(year: year, month: 7, day: 1)) * 86_400)
            precondition(again.offset(at: instant) == rules.offset(at: instant), "the zone that was written differs")
        }
        cut(rules)
    }
    return 0
}

/// What is written of a part of the time says the same there (RFC 7808 §3.9).
private func cut(_ rules: ZoneRules) {
    func instant(_ year: Int, _ month: Int) -> Instant { Instant(seconds: Int64(CivilDate.dayNumber(year: year, month: month, day: 1)) * 86_400) }
    for (first, last) in [(1970, 1971), (1985, 2030), (2040, 2055)] {
        var writer = ContentLineWriter()
        VTimeZoneWriter.append(
            rules, id: "x", truncatedTo: InstantRange(start: instant(first, 4), end: instant(last, 6)), to: &writer)
        guard let root = try? ComponentTree.parse(writer.bytes).roots.first(where: { _ in true }), let again = VTimeZoneRules.compile(root)
        else { preconditionFailure("a part of an own zone is refused") }
        for year in first..<last {
            for month in [5, 12] {
                let time = instant(year, month)
                precondition(again.offset(at: time) == rules.offset(at: time), "the part that was written differs")
            }
        }
    }
}

/// Of another zone's rules, whose changes go on every year.
private let other = ZoneRules(
    initial: Observance(offset: 3208),
    changes: [(Instant(seconds: -2_422_054_408), Observance(offset: 3600)), (Instant(seconds: 354_675_600), Observance(offset: 7200))],
    annualChanges: [
        AnnualChange(day: .weekday(.sunday, onOrAfter: 25, month: 3), secondOfDay: 7200, offsetBefore: 3600, after: Observance(offset: 7200)),
        AnnualChange(day: .weekday(.sunday, onOrAfter: 25, month: 10), secondOfDay: 10_800, offsetBefore: 7200, after: Observance(offset: 3600)),
    ])

private func join(_ rules: ZoneRules) {
    precondition(rules.agrees(with: rules.between(nil, nil, otherwise: other)), "rules do not agree with themselves")
    for (start, end) in [(0, nil), (0, 1_000_000_000), (-10_000_000_000, 4_000_000_000), (1_900_000_000, nil)] as [(Int64, Int64?)] {
        let joined = rules.between(Instant(seconds: start), end.map { Instant(seconds: $0) }, otherwise: other)
        _ = joined.agrees(with: rules, from: Instant(seconds: start))
        for seconds in [-60_000_000_000, start - 1, start, start + 1, 500_000_000, (end ?? 5_000_000_000) - 1, (end ?? 5_000_000_000), 10_000_000_000] {
            let instant = Instant(seconds: seconds)
            let expected = seconds < start || end.map { seconds >= $0 } ?? false ? other : rules
            precondition(joined.offset(at: instant) == expected.offset(at: instant), "neither the one nor the other")
        }
    }
}

private func ask(_ rules: ZoneRules, _ year: Int) {
    guard let date = CivilDate(year: year, month: 3, day: 30) else { return }
    let wall = CivilDateTime(date, secondOfDay: 9000)
    let instant = rules.instant(of: wall)
    precondition(abs(instant.seconds - wall.wallSeconds) < 86_400)
    _ = rules.transition(after: instant)
}

/// Whether two changes are so close that which is the first depends on the offset before: what is written says that, and the input
/// may not have said it.
private func hasClose(_ rules: ZoneRules) -> Bool {
    func start(of year: Int) -> Int64 { Int64(CivilDate.dayNumber(year: year, month: 1, day: 1)) * 86_400 }
    var changes: [Int64] = []
    var last = Instant(seconds: start(of: 1959))
    while let next = rules.transition(after: last)?.instant, next.seconds < start(of: 2061) {
        changes.append(next.seconds)
        last = next
    }
    // Of those that come at once only one is a transition.
    for year in 2001...2030 {
        let yearly = rules.annualChanges.map { $0.instant(in: year).seconds }
        if Set(yearly).count < yearly.count { return true }
        changes += yearly.filter { !changes.contains($0) }
    }
    changes.sort()
    return zip(changes, changes.dropFirst()).contains { $1 - $0 < 2 * 86_400 }
}
