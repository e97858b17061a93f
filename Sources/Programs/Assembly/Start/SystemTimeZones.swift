import Bytes
package import CivilTime
import Cryptography
import Glibc

/// The time zone database of the system: TZif files below a folder, each read when its zone is first asked for.
package struct SystemTimeZones: Sendable {
    package let database: TimeZoneDatabase
    /// Names the data and how it is used: what was computed with another one is not valid any more.
    package let release: String
    package let warnings: [String]

    /// `directory`: as the C library, by the environment's TZDIR where it is set.
    package init(directory: String? = nil, precedence: TimeZoneDatabase.Precedence = .embedded) {
        let directory = directory ?? getenv("TZDIR").map { String(cString: $0) } ?? "/usr/share/zoneinfo"
        let read: @Sendable (String, Int) -> [UInt8]? = { name, limit in
            try? SmallFile.read(directory + "/" + name, limit: limit)
        }
        let index = read("tzdata.zi", 4 << 20).map { TimeZoneIndex(tzdata: $0) } ?? TimeZoneIndex()
        database = TimeZoneDatabase(
            index: index, precedence: precedence, modified: Self.modified(directory + "/tzdata.zi")
        ) { name in read(name, 1 << 20) }
        release = Self.release(index, read) + (precedence == .embedded ? "" : ", database first")
        warnings =
            database.rules(named: "Europe/Berlin") == nil
            ? [
                "there is no time zone database in \(directory) (Debian's package tzdata): calendars depend on what clients send"
            ]
            : []
    }

    private static func modified(_ path: String) -> Instant? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Instant(seconds: Int64(status.st_mtim.tv_sec))
    }

    /// What the database calls itself or, where it has left that out, a hash of what it says of some zones.
    private static func release(_ index: TimeZoneIndex, _ read: (String, Int) -> [UInt8]?) -> String {
        if let version = index.version { return version }
        if let version = read("+VERSION", 100).map({ String(utf8: ArraySlice($0).trimmingASCIIWhitespace) }) {
            return version
        }
        var all: [UInt8] = []
        for name in ["zone1970.tab", "zone.tab", "Europe/Moscow", "Asia/Gaza", "Africa/Casablanca", "America/New_York"]
        {
            all += read(name, 1 << 20) ?? []
        }
        return "sha256:" + String(utf8: Hexadecimal.encode(SHA256.hash(all).prefix(16)))
    }
}
