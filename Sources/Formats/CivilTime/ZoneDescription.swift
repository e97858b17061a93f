import Bytes

/// A zone's name for people, as Windows shows it: an offset, and places where it is kept.
///
///     (UTC+03:00) Moscow, St. Petersburg       GMT+3       +0300       Osaka, Sapporo, Tokyo
struct ZoneDescription {
    /// Seconds east of UTC.
    let offset: Int?
    /// Without the offset.
    let places: String

    init(_ text: String) {
        let bytes = ArraySlice(text.utf8)
        if bytes.first == 0x28, let end = bytes.firstIndex(of: 0x29) {
            let offset = Self.offset(bytes[1..<end])
            self.offset = offset
            places = offset == nil ? text : String(utf8: bytes[(end + 1)...].trimmingASCIIWhitespace)
        } else {
            offset = Self.offset(bytes)
            places = offset == nil ? text : ""
        }
    }

    /// The database's zone that one of the places is in, and that keeps the offset, if there is one, for a part of
    /// the year.
    func zone(in database: TimeZoneDatabase) -> String? {
        if places.isEmpty { return nil }
        let whole = places.lowercased()
        if let zone = LocalisedZones.displayNames[whole], keepsOffset(zone, database) { return database.name(zone) }
        for place in whole.split(separator: ",").prefix(8) {
            let city = String(utf8: ArraySlice(place.utf8).trimmingASCIIWhitespace)
            let zones = LocalisedZones.cities[city].map { [$0] } ?? database.index.zones(of: city)
            if let zone = zones.first(where: { keepsOffset($0, database) }) { return database.name(zone) }
        }
        return nil
    }

    private func keepsOffset(_ zone: String, _ database: TimeZoneDatabase) -> Bool {
        guard let rules = database.rules(named: zone) else { return false }
        return offset.map(rules.latestOffsets.contains) ?? true
    }

    /// `GMT`, `UTC`, `UT` or nothing, then `[+-]h[h][[:]mm[[:]ss]]`; the three names and `Z` also alone.
    private static func offset(_ text: ArraySlice<UInt8>) -> Int? {
        var rest = text.trimmingASCIIWhitespace
        let isNamed = ["UTC", "GMT", "UT", "Z"].first { rest.prefix($0.utf8.count).equalsIgnoringASCIICase($0.utf8) }
        rest = rest.dropFirst(isNamed?.utf8.count ?? 0).trimmingASCIIWhitespace
        if rest.isEmpty { return isNamed == nil ? nil : 0 }
        let isNegative: Bool
        switch rest.first {
        case 0x2B: isNegative = false
        case 0x2D: isNegative = true
        // U+2212, the sign that is made for it.
        case 0xE2 where rest.starts(with: [0xE2, 0x88, 0x92]):
            isNegative = true
            rest = rest.dropFirst(2)
        default: return nil
        }
        guard let seconds = clock(rest.dropFirst()), Observance.offsets.contains(seconds) else { return nil }
        return isNegative ? -seconds : seconds
    }

    private static func clock(_ text: ArraySlice<UInt8>) -> Int? {
        var parts = text.split(separator: 0x3A, omittingEmptySubsequences: false)
        if parts.count == 1, text.count > 2 {
            // Without colons the minutes, and the seconds after them, are the last two digits.
            guard text.count <= 6 else { return nil }
            let hour = text.count % 2 == 0 ? 2 : 1
            parts = [text.prefix(hour)] + stride(from: text.startIndex + hour, to: text.endIndex, by: 2).map {
                text[$0..<min($0 + 2, text.endIndex)]
            }
        }
        guard 1...3 ~= parts.count, parts[0].count <= 2,
            parts.dropFirst().allSatisfy({ $0.count == 2 })
        else { return nil }
        var seconds = 0
        for (part, unit) in zip(parts, [3600, 60, 1]) {
            guard let number = part.decimalValue, unit == 3600 || number < 60 else { return nil }
            seconds += number * unit
        }
        return seconds
    }
}

extension ZoneRules {
    /// The offsets that are kept in turn after the last listed change.
    var latestOffsets: Set<Int> {
        if !annualChanges.isEmpty { return Set(annualChanges.map(\.after.offset)) }
        return [offset(at: Instant(seconds: .max))]
    }
}
