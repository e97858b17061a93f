import CivilTime
import HTTPServer

/// RFC 7808 §5.2 and §5.5: the zones, all or those with a name.
enum ZoneList {
    /// Since the release that a client has; all of a newer one may have changed.
    static func response(_ timeZones: TimeZoneDatabase, changedSince token: String?) throws(ZoneProblem) -> HTTPResponse {
        let version = timeZones.index.version ?? "unknown"
        if let token, !isRelease(token), token != version { throw .invalidChangedSince }
        return JSONBody.response(Body(token: version, zones: token == version ? [] : zones(timeZones) { _ in true }))
    }

    static func response(_ timeZones: TimeZoneDatabase, matching pattern: String) throws(ZoneProblem) -> HTTPResponse {
        let pattern = try ZonePattern(pattern)
        let version = timeZones.index.version ?? "unknown"
        return JSONBody.response(Body(token: version, zones: zones(timeZones) { $0.contains(where: pattern.matches) }))
    }

    private static func zones(_ timeZones: TimeZoneDatabase, where isWanted: ([String]) -> Bool) -> [Zone] {
        let index = timeZones.index
        let version = index.version ?? "unknown"
        var aliases: [String: [String]] = [:]
        for name in index.names where index.zone(of: name) != name { aliases[index.zone(of: name), default: []].append(name) }
        return index.names.filter { index.zone(of: $0) == $0 }.sorted().compactMap { name in
            let others = (aliases[name] ?? []).sorted()
            guard isWanted([name] + others) else { return nil }
            return Zone(id: name, etag: version, version: version, aliases: others.isEmpty ? nil : others)
        }
    }

    /// As IANA names releases: `2026a`.
    private static func isRelease(_ token: String) -> Bool {
        let bytes = [UInt8](token.utf8)
        return 5...6 ~= bytes.count && bytes.prefix(4).allSatisfy { 0x30...0x39 ~= $0 } && bytes.dropFirst(4).allSatisfy { 0x61...0x7A ~= $0 }
    }

    private struct Body: Encodable {
        var token: String
        var zones: [Zone]

        enum CodingKeys: String, CodingKey {
            case token = "synctoken"
            case zones = "timezones"
        }
    }

    private struct Zone: Encodable {
        var id: String
        var etag: String
        var publisher = "IANA"
        var version: String
        var aliases: [String]?

        enum CodingKeys: String, CodingKey {
            case id = "tzid"
            case etag, publisher, version, aliases
        }
    }
}

/// RFC 7808 §5.5: text without case, where a blank is an underscore; a star before or after it stands for more.
struct ZonePattern {
    private let text: String
    private let isOpenBefore: Bool
    private let isOpenAfter: Bool

    init(_ pattern: String) throws(ZoneProblem) {
        isOpenBefore = pattern.hasPrefix("*")
        isOpenAfter = pattern.hasSuffix("*")
        let inner = pattern.dropFirst(isOpenBefore ? 1 : 0).dropLast(isOpenAfter ? 1 : 0)
        guard !inner.isEmpty, !inner.contains("*") else { throw .invalidPattern }
        text = Self.folded(String(inner))
    }

    func matches(_ name: String) -> Bool {
        let name = Self.folded(name)
        switch (isOpenBefore, isOpenAfter) {
        case (true, true): return name.contains(text)
        case (true, false): return name.hasSuffix(text)
        case (false, true): return name.hasPrefix(text)
        case (false, false): return name == text
        }
    }

    private static func folded(_ text: String) -> String { String(text.lowercased().map { $0 == "_" ? " " : $0 }) }
}
