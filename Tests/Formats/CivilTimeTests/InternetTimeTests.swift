import Testing

@testable import CivilTime

@Suite struct InternetTimeTests {
    // RFC 3339 §5.8, and what stands at the ends of its fields.
    @Test("a time of RFC 3339 is what it says", arguments: [
        ("1985-04-12T23:20:50.52Z", 482_196_050, 520), ("1996-12-19T16:39:57-08:00", 851_042_397, 0),
        ("1990-12-31T23:59:60Z", 662_688_000, 0), ("1937-01-01T12:00:27.87+00:20", -1_041_337_173, 870),
        ("2024-02-29t00:00:00.0019z", 1_709_164_800, 1), ("0000-01-01T00:00:00Z", -62_167_219_200, 0),
    ] as [(String, Int64, Int64)])
    func times(text: String, seconds: Int64, milliseconds: Int64) throws {
        let found = try #require(InternetTime.parse(text.utf8))
        #expect(found.seconds == seconds && found.milliseconds == milliseconds)
        #expect(InternetTime.milliseconds(text.utf8) == seconds * 1000 + milliseconds)
    }

    @Test("what people write is a time where it may be, and where it may not it is none", arguments: [
        ("2026-11-29T18:00", 1_795_975_200), ("2026-11-29 18:00:00", 1_795_975_200), ("2026-11-29 18:00+03:00", 1_795_964_400),
    ] as [(String, Int64)])
    func lenient(text: String, seconds: Int64) {
        #expect(InternetTime.parse(text.utf8, isLenient: true)?.seconds == seconds)
        #expect(InternetTime.parse(text.utf8) == nil)
    }

    @Test("no time, and no day of the calendar", arguments: [
        "", "2026", "2026-11-29", "2026-11-29T18", "2026-02-30T00:00:00Z", "2025-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-29T24:00:00Z",
        "2026-11-29T18:60:00Z", "2026-11-29T18:00:61Z", "2026-11-29T18:00:00.Z", "2026-11-29T18:00:00Zx", "2026-11-29T18:00:00+3:00",
        "2026-11-29T18:00:00+24:00", "2026-11-29T18:00:00+03:60", "2026-11-29X18:00:00Z", "2026-11-29T18:00:", "+026-11-29T18:00:00Z",
    ])
    func none(text: String) {
        #expect(InternetTime.parse(text.utf8) == nil)
        #expect(InternetTime.parse(text.utf8, isLenient: true) == nil)
    }
}
