import Testing

@testable import CollectionStore

@Suite("Visible ranges and windows")
struct VisibleRangeTests {
    private static let day: Milliseconds = 86_400_000

    @Test("the window has the days before and after today, and moves at midnight in UTC")
    func window() throws {
        let range = try #require(VisibleRange(pastDays: 2, futureDays: 3))
        #expect(range.window(at: 100 * Self.day) == VisibleWindow(first: 98, last: 103))
        #expect(range.window(at: 101 * Self.day - 1) == VisibleWindow(first: 98, last: 103))
        #expect(range.window(at: 101 * Self.day) == VisibleWindow(first: 99, last: 104))
        #expect(range.window(at: -1) == VisibleWindow(first: -3, last: 2))
        #expect(VisibleRange(pastDays: 0, futureDays: nil)?.window(at: 0) == VisibleWindow(first: 0, last: nil))
        #expect(VisibleRange(pastDays: nil, futureDays: nil) == nil)
        let clamped = VisibleRange(pastDays: -5, futureDays: .max)
        #expect(clamped?.pastDays == 0 && clamped?.futureDays == VisibleRange.maximumDays)
    }

    @Test("windows differ in exactly the days that one of them has")
    func differences() {
        var random = SystemRandomNumberGenerator()
        func bound() -> Int64? { Bool.random(using: &random) ? Int64.random(in: -6...6, using: &random) : nil }
        for _ in 0..<2000 {
            let (a, b) = (VisibleWindow(first: bound(), last: bound()), VisibleWindow(first: bound(), last: bound()))
            let parts = a.differences(from: b)
            #expect(parts.count <= 2)
            func has(_ window: VisibleWindow, _ day: Int64) -> Bool {
                day >= window.first ?? .min && day <= window.last ?? .max
            }
            for day in Int64(-9)...9 {
                #expect(parts.contains { has($0, day) } == (has(a, day) != has(b, day)), "\(a) \(b) \(day)")
            }
        }
    }

    @Test("a token says which window was seen, and where a move of it stands", arguments: [
        (VisibleWindow(first: 20_500, last: 20_800), nil),
        (VisibleWindow(first: -7, last: nil), VisibleWindow(first: nil, last: nil)),
        (VisibleWindow(first: nil, last: 3), VisibleWindow(first: -10, last: -2)), (.all, .all), (.all, nil),
    ] as [(VisibleWindow, VisibleWindow?)])
    func token(_ window: VisibleWindow, _ move: VisibleWindow?) throws {
        for name in ["", "a.ics", "é:~.ics"] {
            var token = SyncToken(collection: CollectionID(rawValue: 3), epoch: 4, modseq: ModSeq(rawValue: 5), listedUpTo: "mx")
            token.window = window
            token.move = move.map { .init(to: $0, after: name) }
            #expect(try #require(SyncToken(uri: token.uri)) == token)
        }
    }

    @Test("what never was a window in a token is none", arguments: [
        ":", ":1", ":1~2~3", ":a~b", ":1~2:", ":1~2:3~4", ":1~2:3~4:x:y", ":99999999999~", ":+1~2", ":01~2", ":1~2:x~:",
    ])
    func badTokens(_ suffix: String) {
        #expect(SyncToken(uri: "urn:tegu:sync:1.2.3") != nil)
        #expect(SyncToken(uri: "urn:tegu:sync:1.2.3" + suffix) == nil)
    }
}
