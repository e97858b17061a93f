import CivilTime
import HTTPServer

/// RFC 7808 §5.2 and §5.5: the zones, all or those with a name.
enum ZoneList {
    /// Since the release that a client has; all of a newer one may have changed. A token that is none of this service is answered with all
    /// (RFC 7808 §5.2).
    static func response(_ timeZones: TimeZoneDatabase, changedSince token: String?) -> HTTPResponse {
        let version = timeZones.index.version ?? "unknown"
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
        let modified = timeZones.modified.map(ZoneObservances.text)
        return index.names.filter { index.zone(of: $0) == $0 }.sorted().compactMap { name in
            let others = (aliases[name] ?? []).sorted()
            guard isWanted([name] + others) else { return nil }
            return Zone(id: name, etag: version, modified: modified, version: version, aliases: others.isEmpty ? nil : others)
        }
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
        /// When the release came to this machine: all of it at once.
        var modified: String?
        var publisher = "IANA"
        var version: String
        var aliases: [String]?

        enum CodingKeys: String, CodingKey {
            case id = "tzid"
            case modified = "last-modified"
            case etag, publisher, version, aliases
        }
    }
}

/// RFC 7808 §5.5: text without case, where a blank is an underscore; a star before or after it stands for more.
struct ZonePattern {
    private let text: String
    private let isOpenBefore: Bool
    private let isOpenAfter: Bool

    /// A backslash before a star or a backslash makes it one that is looked for, and stands before nothing else.
    init(_ pattern: String) throws(ZoneProblem) {
        var characters = Array(pattern)[...]
        isOpenBefore = characters.first == "*"
        if isOpenBefore { characters = characters.dropFirst() }
        var text = ""
        var isOpenAfter = false
        while let next = characters.popFirst() {
            switch next {
            case "*":
                guard characters.isEmpty else { throw .invalidPattern }
                isOpenAfter = true
            case "\\":
                guard let escaped = characters.popFirst(), escaped == "*" || escaped == "\\" else { throw .invalidPattern }
                text.append(escaped)
            default: text.append(next)
            }
        }
        if text.isEmpty { throw .invalidPattern }
        self.isOpenAfter = isOpenAfter
        self.text = Self.folded(text)
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
