import Bytes
import CivilTime

/// Reads the input as a TZif file and asks the zone; then as the index of a time zone database, and as names of zones.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    if let rules = try? TZif(bytes).rules { ask(rules) }
    let index = TimeZoneIndex(tzdata: bytes)
    for name in index.names.prefix(20) { precondition(index.spelling(of: name) == name) }
    let database = TimeZoneDatabase(index: index) { _ in bytes }
    for line in bytes.split(separator: 0x0A).prefix(20) {
        switch ZoneNames.meaning(of: String(utf8: line), in: database) {
        case .name(let name)?, .equivalent(let name)?: precondition(database.rules(named: name) != nil)
        case .offset(let seconds)?: precondition(abs(seconds) < 86_400)
        case nil: break
        }
    }
    return 0
}

private func ask(_ rules: ZoneRules) {
    let times: [Int64] = [-62_135_596_800, -2_208_988_800, -1, 0, 1_774_746_000, 4_102_444_800, 253_402_300_799, .min, .max]
    for seconds in times {
        let instant = Instant(seconds: seconds)
        precondition(rules.observance(at: instant).offset == rules.offset(at: instant))
        _ = rules.wallTime(at: instant)
        if let next = rules.transition(after: instant) {
            precondition(next.instant > instant && next.before != next.after)
            precondition(rules.observance(at: next.instant) == next.after)
        }
        if let latest = rules.transition(atOrBefore: instant) { precondition(latest.instant <= instant) }
        if let wall = CivilDateTime(wallSeconds: seconds) {
            // A time that is there is what the wall shows at its instant.
            let shown = rules.wallTime(at: rules.instant(of: wall))
            precondition(shown.map { abs($0.wallSeconds - seconds) <= 2 * 86_400 } ?? true)
        }
    }
    precondition(rules.transitions(after: Instant(seconds: -1), through: Instant(seconds: 4_102_444_800), limit: 100).count <= 100)
}
