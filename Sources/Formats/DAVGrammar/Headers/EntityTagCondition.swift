import Bytes

/// The value of If-Match or If-None-Match (RFC 9110 §13.1).
///
/// Clients and proxies change tags on the way: old Evolution escapes the quotes, others leave them out, proxies that compress add
/// `-gzip`, `-br` or `;gzip`, or make the tag weak. All these still name the one strong tag that was given out.
package struct EntityTagCondition: Sendable, Equatable {
    package var isAny = false
    package var tags: [String] = []

    private static let maximumTags = 1000

    package init(_ text: String) {
        let bytes = [UInt8](text.utf8)
        if bytes.trimmingASCIIWhitespace.elementsEqual([0x2A]) {
            isAny = true
            return
        }
        var index = 0
        while index < bytes.count, tags.count < Self.maximumTags {
            if bytes[index] == 0x2C || bytes[index].isASCIIWhitespace {
                index += 1
                continue
            }
            var end = index
            var isQuoted = false
            while end < bytes.count, isQuoted || bytes[end] != 0x2C {
                if bytes[end] == 0x22 { isQuoted.toggle() }
                end += 1
            }
            tags.append(Self.normalized(bytes[index..<end]))
            index = end
        }
    }

    /// Whether the condition names one of the tags of what is there. `exists`: whether anything is.
    package func matches(_ own: [String], exists: Bool) -> Bool { isAny ? exists : tags.contains { own.contains($0) } }

    /// The opaque text of a tag, without what was put around it.
    package static func normalized(_ text: some Collection<UInt8>) -> String {
        var tag = [UInt8](text).trimmingASCIIWhitespace
        if tag.starts(with: [0x57, 0x2F]) || tag.starts(with: [0x77, 0x2F]) { tag = tag.dropFirst(2) }
        // Suffixes stand inside the quotes or behind them.
        var before = -1
        while tag.count != before {
            before = tag.count
            while let first = tag.first, first == 0x22 || first == 0x5C { tag = tag.dropFirst() }
            while let last = tag.last, last == 0x22 || last == 0x5C { tag = tag.dropLast() }
            for suffix in ["-gzip", "-br", ";gzip", "-zstd", "-deflate"] where tag.count > suffix.utf8.count {
                if tag.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) { tag = tag.dropLast(suffix.utf8.count) }
            }
        }
        return String(utf8: tag)
    }
}
