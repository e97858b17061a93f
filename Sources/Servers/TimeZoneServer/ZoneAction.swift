import Bytes
import CivilTime
import ICalendar

/// What a request asks for (RFC 7808 §5).
enum ZoneAction {
    case capabilities
    case list(changedSince: String?)
    case find(pattern: String)
    case get(String)
    case expand(String, InstantRange)
    case leapSeconds

    /// Nil for the service's well-known place, which is another URL's.
    init?(_ target: String) throws(ZoneProblem) {
        let bytes = [UInt8](target.utf8)
        let mark = bytes.firstIndex(of: 0x3F) ?? bytes.endIndex
        let path = bytes[..<mark]
        if path.elementsEqual("/.well-known/timezone".utf8) { return nil }
        var segments = path.split(separator: 0x2F).dropFirst()
        let query = try Query(bytes[min(mark + 1, bytes.endIndex)...])
        guard let first = segments.popFirst() else { self = .capabilities; return }
        if first.elementsEqual("capabilities".utf8), segments.isEmpty { self = .capabilities; return }
        if first.elementsEqual("leapseconds".utf8), segments.isEmpty { self = .leapSeconds; return }
        guard first.elementsEqual("zones".utf8) else { throw .invalidAction }
        guard let last = segments.last else {
            if query.isRepeated("pattern") { throw .invalidPattern }
            if query.isRepeated("changedsince") { throw .invalidChangedSince }
            self = query["pattern"].map { .find(pattern: $0) } ?? .list(changedSince: query["changedsince"])
            return
        }
        let isExpand = segments.count > 1 && last.elementsEqual("observances".utf8)
        // A name has slashes, which clients escape or do not (RFC 7808 §4.2.1: they should).
        let id = try Query.decoded([UInt8]((isExpand ? segments.dropLast() : segments).joined(separator: [0x2F]))[...])
        guard isExpand else {
            // RFC 7808 §5.1 tells that no truncated data is served.
            if query["start"] != nil { throw .invalidStart }
            if query["end"] != nil { throw .invalidEnd }
            self = .get(id)
            return
        }
        guard let start = query["start"].flatMap(Self.instant) else { throw .invalidStart }
        guard let end = query["end"].flatMap(Self.instant), end > start else { throw .invalidEnd }
        self = .expand(id, InstantRange(start: start, end: end))
    }

    /// RFC 3339, in UTC.
    private static func instant(_ text: String) -> Instant? {
        guard case .utc(let time)? = CalendarTime([UInt8](text.utf8)[...]) else { return nil }
        return Instant(seconds: time.wallSeconds)
    }

    /// The parameters behind the question mark.
    private struct Query {
        private var values: [String: String] = [:]
        private var repeated: Set<String> = []

        init(_ query: ArraySlice<UInt8>) throws(ZoneProblem) {
            for pair in query.split(separator: 0x26).prefix(16) {
                let parts = pair.split(separator: 0x3D, maxSplits: 1)
                guard let first = parts.first else { continue }
                let name = try Self.decoded(first)
                if values.updateValue(parts.count == 2 ? try Self.decoded(parts[1]) : "", forKey: name) != nil { repeated.insert(name) }
            }
        }

        func isRepeated(_ name: String) -> Bool { repeated.contains(name) }

        subscript(_ name: String) -> String? { values[name] }

        static func decoded(_ text: ArraySlice<UInt8>) throws(ZoneProblem) -> String {
            guard text.count <= 1000, let bytes = PercentCoding.decode(text), let decoded = String(validating: bytes, as: UTF8.self)
            else { throw .invalidAction }
            return decoded
        }
    }
}
