import CivilTime
import Synchronization
import Testing

@Suite struct ZoneRulesComparisonTests {
    private static let berlin = [
        AnnualChange(day: .weekday(.sunday, onOrAfter: 25, month: 3), secondOfDay: 7200, offsetBefore: 3600, after: Observance(offset: 7200)),
        AnnualChange(day: .weekday(.sunday, onOrAfter: 25, month: 10), secondOfDay: 10_800, offsetBefore: 7200, after: Observance(offset: 3600)),
    ]
    private let since1980 = ZoneRules(
        initial: Observance(offset: 3600), changes: [(Instant(seconds: 323_830_800), Observance(offset: 7200))], annualChanges: berlin)
    private let always = ZoneRules(initial: Observance(offset: 3600, abbreviation: "X"), changes: [], annualChanges: berlin)
    private let fixed = ZoneRules(initial: Observance(offset: 3600), changes: [])

    @Test("rules agree from where their offsets are the same, whatever they are called and however they are told")
    func agreement() {
        #expect(since1980.agrees(with: since1980))
        #expect(!since1980.agrees(with: always))
        #expect(since1980.agrees(with: always, from: Instant(seconds: 323_830_800)))
        #expect(!since1980.agrees(with: fixed, from: Instant(seconds: 400_000_000)))
        #expect(fixed.agrees(with: since1980.between(nil, Instant(seconds: 0), otherwise: fixed)))
        // The last year that has a change: the same to the end of time.
        #expect(since1980.agrees(with: always, from: Instant(seconds: 253_370_764_800)))
    }

    @Test("rules between two instants, and others before and after")
    func joining() {
        let joined = always.between(Instant(seconds: 1_000_000_000), Instant(seconds: 1_100_000_000), otherwise: fixed)
        // The summers of 2000, 2002 and 2030, and of 2005, which is after the end.
        #expect([962_409_600, 1_025_481_600, 1_909_094_400, 1_120_176_000].map { joined.offset(at: Instant(seconds: $0)) } == [3600, 7200, 3600, 3600])
        let open = fixed.between(Instant(seconds: 1_000_000_000), nil, otherwise: always)
        #expect([962_409_600, 1_025_481_600, 4_118_083_200].map { open.offset(at: Instant(seconds: $0)) } == [7200, 3600, 3600])
    }

    @Test("a text is judged once, and texts whose rules take much memory do not stay")
    func cache() {
        let cache = DefinitionCache()
        let judged = Mutex(0)
        func ask(_ text: String, _ rules: ZoneRules? = nil) -> DefinitionCache.Verdict {
            cache.verdict(of: Array(text.utf8)[...]) {
                judged.withLock { $0 += 1 }
                return DefinitionCache.Verdict(rules: rules)
            }
        }
        #expect(ask("a", fixed).rules === fixed && ask("a").rules === fixed)
        #expect(ask("b").rules == nil && ask("b").rules == nil)
        #expect(judged.withLock { $0 } == 2)
        let large = ZoneRules(initial: Observance(offset: 0), changes: (1...20_000).map { (Instant(seconds: Int64($0)), Observance(offset: $0 % 2)) })
        for number in 0..<100 { _ = ask("\(number)", large) }
        _ = ask("0", large)
        #expect(judged.withLock { $0 } == 103, "the first went when there were too many")
    }
}
