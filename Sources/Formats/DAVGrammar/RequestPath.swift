package import Bytes

/// The path of a request target or of an href, as decoded segments.
package struct RequestPath: Equatable, Sendable {
    /// Decoded, none empty: `//` is `/`. As sent otherwise: no Unicode normalisation.
    package var segments: [String]
    package var hasTrailingSlash: Bool
    /// Without the question mark.
    package var query: String?

    package static let maximumSegments = 100

    /// From `/path?query` or an absolute URI. Throws where it has a bad escape, bytes that are no UTF-8, NUL, a slash
    /// that was escaped into a segment, or `..`.
    package init(_ target: String) throws(ParseError) {
        var rest = [UInt8](target.utf8)[...]
        if let scheme = Self.schemeEnd(rest) {
            rest = rest[scheme...]
            rest = rest.firstIndex(where: { $0 == 0x2F || $0 == 0x3F }).map { rest[$0...] } ?? []
        }
        // RFC 9110 §7.1: a target has no fragment; to cut it off would be to act on something else than was named.
        if rest.contains(0x23) { throw ParseError(at: 0, expected: "no fragment") }
        if let mark = rest.firstIndex(of: 0x3F) {
            query = String(utf8: rest[(mark + 1)...])
            rest = rest[..<mark]
        }
        guard rest.isEmpty || rest.first == 0x2F else { throw ParseError(at: 0, expected: "a path from the root") }
        hasTrailingSlash = rest.last == 0x2F || rest.isEmpty
        segments = []
        for raw in rest.split(separator: 0x2F) {
            if Self.isDot(raw) { continue }
            segments.append(try Self.decoded(raw))
            if segments.count > Self.maximumSegments {
                throw ParseError(at: raw.startIndex, expected: "at most \(Self.maximumSegments) segments")
            }
        }
    }

    /// What stands behind the last slash of a target, where that is the last segment of its path and nothing else.
    package static func lastSegment(_ raw: ArraySlice<UInt8>) throws(ParseError) -> String {
        if raw.isEmpty || isDot(raw) || raw.contains(where: { $0 == 0x2F || $0 == 0x3F || $0 == 0x23 }) {
            throw ParseError(at: raw.startIndex, expected: "one segment")
        }
        return try decoded(raw)
    }

    private static func isDot(_ raw: ArraySlice<UInt8>) -> Bool { raw.count == 1 && raw.first == 0x2E }

    private static func decoded(_ raw: ArraySlice<UInt8>) throws(ParseError) -> String {
        let offset = raw.startIndex
        // Mostly nothing is escaped.
        guard let decoded = raw.contains(0x25) ? PercentCoding.decode(raw)?[...] : raw else {
            throw ParseError(at: offset, expected: "two hexadecimal digits after %")
        }
        if decoded.count == 2 && decoded.allSatisfy({ $0 == 0x2E }) {
            throw ParseError(at: offset, expected: "no .. in the path")
        }
        if decoded.contains(where: { $0 == 0 || $0 == 0x2F }) {
            throw ParseError(at: offset, expected: "no escaped slash or NUL in the path")
        }
        guard let text = String(validating: decoded, as: UTF8.self) else {
            throw ParseError(at: offset, expected: "UTF-8 in the path")
        }
        return text
    }

    /// As one canonical path, percent-encoded.
    package var text: String {
        var out: [UInt8] = []
        for segment in segments {
            out.append(0x2F)
            PercentCoding.appendSegment(segment.utf8, to: &out)
        }
        if hasTrailingSlash || segments.isEmpty { out.append(0x2F) }
        return String(utf8: out)
    }

    /// By bytes. `String` takes the composed and the decomposed form of a letter for the same, but they are two names
    /// here.
    package static func == (a: RequestPath, b: RequestPath) -> Bool {
        a.hasTrailingSlash == b.hasTrailingSlash && a.query == b.query
            && a.segments.elementsEqual(b.segments) { $0.utf8.elementsEqual($1.utf8) }
    }

    /// The index behind `scheme://`.
    static func schemeEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = bytes.first, first.isASCIILetter, let colon = bytes.firstIndex(of: 0x3A) else { return nil }
        guard bytes[..<colon].allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E }),
            bytes[(colon + 1)...].starts(with: [0x2F, 0x2F]) else { return nil }
        return colon + 3
    }
}
