import CivilTime
import Synchronization
import Testing

/// The fixture as a database, with the links and the spellings of an index.
func fixtureDatabase(links: [String: String] = [:]) -> TimeZoneDatabase {
    let files = [String: [UInt8]](FixtureZone.all.map { ($0.name, $0.file) }, uniquingKeysWith: { first, _ in first })
    let text = "# version 2026a\n" + FixtureZone.all.map { "Z \($0.name) 0 - X\n" }.joined()
        + links.map { "L \($0.value) \($0.key)\n" }.joined()
    return TimeZoneDatabase(index: TimeZoneIndex(tzdata: [UInt8](text.utf8))) { files[$0] }
}

@Suite struct TimeZoneDatabaseTests {
    @Test("names are found in any case, and links by the zone they stand for")
    func lookup() throws {
        let database = fixtureDatabase(links: ["Asia/Calcutta": "Asia/Kolkata", "GB": "Europe/London"])
        #expect(database.index.version == "2026a")
        #expect(database.name("europe/BERLIN") == "Europe/Berlin")
        #expect(database.name("asia/calcutta") == "Asia/Calcutta")
        #expect(database.index.zone(of: "Asia/Calcutta") == "Asia/Kolkata")
        #expect(database.index.zone(of: "Asia/Kolkata") == "Asia/Kolkata")
        #expect(try #require(database.rules(named: "gb")).offset(at: Instant(seconds: 0)) == 3600)
        #expect(database.rules(named: "Europe/Nowhere") == nil)
        #expect(database.index.names.count == FixtureZone.all.count + 2)
    }

    @Test("without an index the names are the loader's")
    func withoutIndex() throws {
        let file = try FixtureZone.named("UTC").file
        let database = TimeZoneDatabase { $0 == "UTC" ? file : nil }
        #expect(database.name("UTC") == "UTC")
        #expect(database.name("utc") == nil)
    }

    @Test("what is no name is never given to the loader", arguments: [
        "", "/etc/passwd", "../UTC", "Europe/../UTC", "Europe//Berlin", "Europe/", "Europe/Ber\0lin", ".hidden",
        "Europe/.x",
        "Europe/Berlin ", "Ev\u{F6}l", "a\\b", String(repeating: "a", count: 101), "Europe/Berlin\n",
    ])
    func refused(_ name: String) {
        let asked = Mutex<[String]>([])
        let database = TimeZoneDatabase { name in
            asked.withLock { $0.append(name) }
            return nil
        }
        #expect(database.rules(named: name) == nil)
        #expect(asked.withLock { $0 }.isEmpty)
    }

    @Test("a zone is loaded once, a file that is none is no zone")
    func cache() throws {
        let count = Mutex(0)
        let file = try FixtureZone.named("Europe/Berlin").file
        let database = TimeZoneDatabase { name in
            count.withLock { $0 += 1 }
            return name == "zone.tab" ? [1, 2, 3] : file
        }
        let first = try #require(database.rules(named: "Europe/Berlin"))
        #expect(database.rules(named: "Europe/Berlin") === first)
        #expect(count.withLock { $0 } == 1)
        #expect(database.rules(named: "zone.tab") == nil)
    }

    @Test("an index of odd text, of links in a ring, and of names that are none")
    func oddIndex() {
        let text = "#\nL a b\nL b a\nL x\nZ ../x 0\nZ\nR 1 2 3\nL b c\nZone x y\n\n"
        let index = TimeZoneIndex(tzdata: [UInt8](text.utf8))
        #expect(index.names == ["b", "a", "c"])
        #expect(["a", "b"].contains(index.zone(of: "c")))
        #expect(index.version == nil)
    }
}
