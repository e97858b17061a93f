@testable import CivilTime
import Testing

@Suite struct PosixTimeZoneTests {
    /// The instants of the year's two changes, in UTC.
    private func changes(_ text: String, in year: Int) throws -> [Int64] {
        try #require(PosixTimeZone(text.utf8)).changes.map { $0.instant(in: year).seconds }
    }

    @Test("the M form: a weekday by its week, the fifth is the last")
    func weekdays() throws {
        #expect(try changes("CET-1CEST,M3.5.0,M10.5.0/3", in: 2026)
            == [seconds(2026, 3, 29, 1), seconds(2026, 10, 25, 1)])
        #expect(try changes("EST5EDT,M3.2.0,M11.1.0", in: 2026) == [seconds(2026, 3, 8, 7), seconds(2026, 11, 1, 6)])
        #expect(try changes("AAA0BBB,M2.5.0,M2.1.6", in: 2024) == [seconds(2024, 2, 25, 2), seconds(2024, 2, 3, 1)])
        #expect(try changes("AAA0BBB,M2.5.4,M6.1.0", in: 2024).first == seconds(2024, 2, 29, 2))
        #expect(try changes("AAA0BBB,M2.5.4,M6.1.0", in: 2023).first == seconds(2023, 2, 23, 2))
    }

    @Test("Jn never is February 29, n may be")
    func days() throws {
        #expect(try changes("AAA0BBB,J60/0,J365/0", in: 2024) == [seconds(2024, 3, 1), seconds(2024, 12, 30, 23)])
        #expect(try changes("AAA0BBB,59/0,365/0", in: 2024) == [seconds(2024, 2, 29), seconds(2024, 12, 30, 23)])
        #expect(try changes("AAA0BBB,59/0,J1/0", in: 2023) == [seconds(2023, 3, 1), seconds(2022, 12, 31, 23)])
    }

    @Test("hours of the extension: before the day and after it, by RFC 9636 §3.3.1")
    func extendedHours() throws {
        #expect(try changes("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", in: 2026)
            == [seconds(2026, 3, 29, 1), seconds(2026, 10, 25, 1)])
        #expect(try changes("IST-2IDT,M3.4.4/26,M10.5.0", in: 2026)
            == [seconds(2026, 3, 27), seconds(2026, 10, 24, 23)])
        #expect(try changes("EET-2EEST,M3.4.4/50,M10.4.4/50", in: 2026)
            == [seconds(2026, 3, 28), seconds(2026, 10, 23, 23)])
        #expect(try changes("AAA0BBB,0/-167,J200/167", in: 2026)
            == [seconds(2025, 12, 25, 1), seconds(2026, 7, 25, 22)])
    }

    @Test("daylight time that never ends is the only time")
    func allYear() throws {
        let zone = try #require(PosixTimeZone("EST5EDT,0/0,J365/25".utf8))
        #expect(zone.changes.isEmpty)
        #expect(zone.standard == Observance(offset: -14_400, isDaylight: true, abbreviation: "EDT"))
        // RFC 9636 §3.3.1
        #expect(PosixTimeZone("XXX3EDT4,0/0,J365/23".utf8)?.standard.offset == -14_400)
    }

    @Test("offsets with minutes, seconds and signs, and daylight time that is behind")
    func offsets() throws {
        #expect(PosixTimeZone("LMT-0:53:28".utf8)?.standard.offset == 3208)
        #expect(PosixTimeZone("ABC+3".utf8)?.standard.offset == -10_800)
        let dublin = try #require(PosixTimeZone("IST-1GMT0,M10.5.0,M3.5.0/1".utf8))
        #expect(dublin.changes.map(\.after) == [
            Observance(offset: 0, isDaylight: true, abbreviation: "GMT"), Observance(offset: 3600, abbreviation: "IST"),
        ])
    }

    @Test("what does not follow the grammar is refused", arguments: [
        "", "CET", "AB-1", "<AB-1", "<+01-1", "CET-25", "CET-1:60", "CET-1CEST", "CET-1CEST,M3.5.0",
        "CET-1CEST,M3.5.0,",
        "CET-1CEST,M13.1.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.0.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0",
        "CET-1CEST,J0,J5", "CET-1CEST,J366,J5", "CET-1CEST,366,5", "CET-1CEST,M3.5.0/168,M10.5.0",
        "CET-1CEST,M3.5.0,M10.5.0 ",
        "CET-9999999999999999999999", ":Europe/Berlin", "CET-1CEST,M3.5,M10.5.0", "CET-1 CEST,M3.5.0,M10.5.0",
    ])
    func refused(_ text: String) {
        #expect(PosixTimeZone(text.utf8) == nil)
    }
}
