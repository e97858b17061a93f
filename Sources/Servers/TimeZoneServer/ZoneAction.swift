import Bytes
import CivilTime
import ICalendar

/// What a request asks for (RFC 7808 §5).
enum ZoneAction {
    case capabilities
    case list(changedSince: String?)
    case find(pattern: String)
    case get(String, InstantRange)
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
            self = .get(id, try query.range())
            return
        }
        let range = try query.range()
        if range.start == nil { throw .invalidStart }
        if range.end == nil { throw .invalidEnd }
        self = .expand(id, range)
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

        /// RFC 7808 §5.3 and §5.4: each end once at most, the second after the first.
        func range() throws(ZoneProblem) -> InstantRange {
            let start = try instant("start", else: .invalidStart)
            let end = try instant("end", else: .invalidEnd)
            if let start, let end, end <= start { throw .invalidEnd }
            return InstantRange(start: start, end: end)
        }

        /// RFC 3339, in UTC; nil where it is not there.
        private func instant(_ name: String, else problem: ZoneProblem) throws(ZoneProblem) -> Instant? {
            guard let text = values[name] else { return nil }
            guard !repeated.contains(name), case .utc(let time)? = CalendarTime([UInt8](text.utf8)[...]) else { throw problem }
            return Instant(seconds: time.wallSeconds)
        }

        static func decoded(_ text: ArraySlice<UInt8>) throws(ZoneProblem) -> String {
            guard text.count <= 1000, let bytes = PercentCoding.decode(text), let decoded = String(validating: bytes, as: UTF8.self)
            else { throw .invalidAction }
            return decoded
        }
    }
}
