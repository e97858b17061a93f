import Assembly
import CivilTime
import Glibc
import TestDirectory
import Testing

@Suite("The system's time zones")
struct SystemTimeZonesTests {
    @Test("zones and links are found, each when it is asked for")
    func system() throws {
        let zones = SystemTimeZones(directory: "/usr/share/zoneinfo")
        // 2026-07-01T00:00:00Z
        let summer = Instant(seconds: 1_782_864_000)
        #expect(try #require(zones.database.rules(named: "Europe/Berlin")).offset(at: summer) == 7200)
        #expect(try #require(zones.database.rules(named: "US/Eastern")).offset(at: summer) == -14_400)
        #expect(zones.database.rules(named: "Nowhere/At_All") == nil)
        #expect(!zones.release.isEmpty && zones.warnings.isEmpty)
    }

    @Test("what is no zone file gives no zone, and a system without any is told")
    func odd() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        directory.write("TZif2 and no more", to: "Garbage")
        mkdir(path + "/Europe", 0o755)
        mkdir(path + "/Europe/Berlin", 0o755)
        let zones = SystemTimeZones(directory: path)
        for name in ["Garbage", "Europe", "Europe/Berlin", "../../etc/passwd"] {
            #expect(zones.database.rules(named: name) == nil)
        }
        #expect(zones.warnings.count == 1)
    }

    @Test("the release is the one that the data names; without a name other data have another one")
    func release() throws {
        let directory = try TemporaryDirectory()
        let unnamed = SystemTimeZones(directory: directory.path).release
        #expect(unnamed.hasPrefix("sha256:") && unnamed == SystemTimeZones(directory: directory.path).release)
        directory.write("DE\t+5230+01322\tEurope/Berlin\n", to: "zone1970.tab")
        #expect(SystemTimeZones(directory: directory.path).release != unnamed)
        directory.write("2026b\n", to: "+VERSION")
        #expect(SystemTimeZones(directory: directory.path).release == "2026b")
        directory.write("# version 2026c\nZ Etc/UTC 0 - UTC\n", to: "tzdata.zi")
        #expect(SystemTimeZones(directory: directory.path).release == "2026c")
    }
}
