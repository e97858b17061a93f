import Bytes

/// The names under which time zones go about in calendars that others have written, from the sure to the guessed.
///
/// 1. A name of the database, upper and lower case and blanks for underscores being the same.
/// 2. Such a name at the end of a path: `/mozilla.org/20050126_1/Europe/Berlin`, `tzone://Microsoft/Utc`.
/// 3. A name of Windows, in English or another language, with the number that Exchange puts after it.
/// 4. What Windows shows to people: `(UTC+03:00) Moscow, St. Petersburg`.
/// 5. An offset: `GMT+3`, `UTC-05:30`, `+0300`, and that of 4 where the places are not known.
package enum ZoneNames {
    package enum Meaning: Hashable, Sendable {
        /// A name of the database, by 1 or 2.
        case name(String)
        /// A zone of the database that does what another vocabulary's name says, by 3 or 4.
        case equivalent(String)
        /// Seconds east of UTC, by 5.
        case offset(Int)
    }

    /// Nil for a name that tells nothing: an empty one, `Customized Time Zone 1`, `tzone://Microsoft/Custom`.
    package static func meaning(of tzid: String, in database: TimeZoneDatabase) -> Meaning? {
        guard let text = trimmed(tzid) else { return nil }
        if let name = databaseName(text, in: database) { return .name(name) }
        if let name = windowsZone(text).flatMap(database.name) { return .equivalent(name) }
        let description = ZoneDescription(text)
        if let name = description.zone(in: database) { return .equivalent(name) }
        return description.offset.map { .offset($0) }
    }

    /// The name of the database that `tzid` is, by 1 or 2; nil where it is none.
    package static func databaseName(of tzid: String, in database: TimeZoneDatabase) -> String? {
        trimmed(tzid).flatMap { databaseName($0, in: database) }
    }

    private static func trimmed(_ tzid: String) -> String? {
        guard tzid.utf8.count <= 255 else { return nil }
        let text = String(utf8: ArraySlice(tzid.utf8).trimming { $0.isASCIIWhitespace || $0 == 0x22 || $0 == 0x27 })
        return text.isEmpty ? nil : text
    }

    private static func databaseName(_ text: String, in database: TimeZoneDatabase) -> String? {
        let text = String(utf8: text.utf8.map { $0 == 0x20 ? 0x5F : $0 })
        if let name = database.name(text) { return name }
        let parts = text.split(separator: "/")
        guard 2...10 ~= parts.count else { return nil }
        for start in 1..<parts.count {
            if let name = database.name(parts[start...].joined(separator: "/")) { return name }
        }
        return nil
    }

    private static func windowsZone(_ text: String) -> String? {
        var key = text.lowercased()
        // Exchange writes `Eastern Standard Time 1` where two zones of an object have the same name.
        if let number = key.lastIndex(of: " "), key[number...].dropFirst().allSatisfy(\.isNumber) {
            key = String(key[..<number])
        }
        if let zone = windowsZones[key] ?? LocalisedZones.names[key] { return zone }
        for summer in ["daylight time", "summer time"] where key.hasSuffix(summer) {
            return windowsZones[String(key.dropLast(summer.count)) + "standard time"]
        }
        return nil
    }

    private static let windowsZones = [String: String](
        WindowsZones.names.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
}

extension ArraySlice<UInt8> {
    /// Without the bytes at either end for which `isOuter` holds.
    fileprivate func trimming(_ isOuter: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let rest = drop(while: isOuter)
        return rest[..<(rest.lastIndex { !isOuter($0) }.map { $0 + 1 } ?? rest.startIndex)]
    }
}
