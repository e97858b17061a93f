@testable import CivilTime
import TestRandom
import Testing

@Suite struct ZoneNamesTests {
    private let database = fixtureDatabase(links: [
        "Asia/Calcutta": "Asia/Kolkata", "US/Eastern": "America/New_York", "Etc/UTC": "UTC",
        "Asia/Amman2": "Asia/Amman",
    ])

    @Test("names of the database, aliases, and what people make of them", arguments: [
        ("Europe/Berlin", "Europe/Berlin"), ("europe/berlin", "Europe/Berlin"), (" Europe/Berlin \t", "Europe/Berlin"),
        ("\"Europe/Berlin\"", "Europe/Berlin"), ("America/New York", "America/New_York"),
        ("Asia/Calcutta", "Asia/Calcutta"),
        ("US/Eastern", "US/Eastern"), ("Etc/GMT-3", "Etc/GMT-3"), ("UTC", "UTC"), ("utc", "UTC"),
        ("/mozilla.org/20050126_1/Europe/Berlin", "Europe/Berlin"),
        ("/freeassociation.sourceforge.net/Europe/Berlin", "Europe/Berlin"),
        ("/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "Europe/Berlin"),
        ("/citadel.org/20210210_1/America/New_York", "America/New_York"),
        ("/softwarestudio.org/Olson_20011030_5/America/St_Johns", "America/St_Johns"), ("/x/UTC", "UTC"),
        ("tzone://Microsoft/Utc", "UTC"), ("mozilla.org/20050126_1/Europe/Berlin", "Europe/Berlin"),
    ])
    func names(_ tzid: String, _ expected: String) {
        #expect(ZoneNames.meaning(of: tzid, in: database) == .name(expected))
    }

    @Test("names of Windows, in English and in other languages, and what Windows shows", arguments: [
        ("W. Europe Standard Time", "Europe/Berlin"), ("w. europe standard time", "Europe/Berlin"),
        ("W. Europe Daylight Time", "Europe/Berlin"), ("Eastern Standard Time 1", "America/New_York"),
        ("Russian Standard Time", "Europe/Moscow"), ("India Standard Time", "Asia/Kolkata"),
        ("Mitteleuropäische Zeit", "Europe/Berlin"), ("RTZ 2 (зима)", "Europe/Moscow"),
        ("(UTC+03:00) Moscow, St. Petersburg", "Europe/Moscow"),
        ("(UTC+03:00) Москва, Санкт-Петербург", "Europe/Moscow"),
        ("(GMT+03:00) Moscow, St. Petersburg, Volgograd", "Europe/Moscow"),
        ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("(UTC+09:00) Osaka, Sapporo, Tokyo", "Asia/Tokyo"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Berlin"),
        ("Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Berlin"), ("Москва", "Europe/Moscow"),
        ("(UTC) Dublin, Edinburgh, Lisbon, London", "Europe/Dublin"), ("(UTC) Coordinated Universal Time", "Etc/UTC"),
    ])
    func equivalents(_ tzid: String, _ expected: String) {
        #expect(ZoneNames.meaning(of: tzid, in: database) == .equivalent(expected))
    }

    @Test("offsets", arguments: [
        ("GMT+3", 10_800), ("UTC+03:00", 10_800), ("UTC-5", -18_000), ("+0300", 10_800), ("-05:30", -19_800),
        ("GMT -0800", -28_800),
        ("UTC+5:45", 20_700), ("UTC\u{2212}2", -7200), ("+123456", 45_296), ("Z", 0), ("GMT", 0), ("UTC+545", 20_700),
        ("(UTC+03:00)", 10_800), ("(UTC+03:00) Atlantis", 10_800), ("(UTC+04:00) Moscow", 14_400),
        ("(GMT-03:30) Nowhere", -12_600),
        ("-00:00", 0),
    ])
    func offsets(_ tzid: String, _ expected: Int) {
        #expect(ZoneNames.meaning(of: tzid, in: database) == .offset(expected))
    }

    @Test("what tells nothing", arguments: [
        "", " ", "\"\"", "Customized Time Zone 1", "Customized Time Zone", "tzone://Microsoft/Custom", "Foo", "GMT+",
        "GMT+99",
        "+", "UTC+3:5", "UTC+03:60", "GMT+12345678", "GMT -0500 (Standard) / GMT -0400 (Daylight)", "(", "()", "(UTC",
        "/", "///",
        "../../etc/passwd", "\0", "Etc/GMT+15", String(repeating: "(", count: 300), String(repeating: "a/", count: 100),
    ])
    func nothing(_ tzid: String) {
        #expect(ZoneNames.meaning(of: tzid, in: database) == nil)
    }

    @Test("all names of the tables are in lower case where they are looked up so, and lead to names")
    func tables() {
        #expect(WindowsZones.names.count > 140)
        for table in [LocalisedZones.names, LocalisedZones.displayNames, LocalisedZones.cities] {
            for key in table.keys { #expect(key == key.lowercased()) }
        }
        for zone in [WindowsZones.names, LocalisedZones.names, LocalisedZones.displayNames,
            LocalisedZones.cities].flatMap(\.values) {
            #expect(TimeZoneDatabase.isName(zone))
        }
    }

    @Test("random text has a meaning or none")
    func random() {
        var random = SeededGenerator(state: 7)
        let alphabet = Array("(UTC+-:03.) /\\\"Zеж0,GMTa%\u{2212}\u{0}").map(String.init)
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 0...20, using: &random)).map { _ in alphabet.randomElement(using: &random)
                ?? "" }.joined()
            _ = ZoneNames.meaning(of: text, in: database)
        }
    }
}
