public import Bytes

/// RFC 5545 §3.3.11 and RFC 6350 §3.4: text in a value.
public enum TextValue {
    /// `\n`, `\N`, `\,`, `\;` and `\\` are what they stand for. Another escape is none: backslash and character stay.
    @inlinable @inline(__always)
    public static func unescape(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let backslash = value.index(of: 0x5C, from: value.startIndex) else { return value }
        return unescape(value, from: backslash)
    }

    @usableFromInline
    static func unescape(_ value: ArraySlice<UInt8>, from first: Int) -> ArraySlice<UInt8> {
        ArraySlice(unescape(value.span, from: first - value.startIndex))
    }

    /// As `unescape`, for those who only look at the text.
    @inlinable @inline(__always)
    public static func withUnescaped<Result>(_ value: Span<UInt8>, _ body: (Span<UInt8>) -> Result) -> Result {
        guard let backslash = value.firstOffset(of: 0x5C) else { return body(value) }
        let text = unescape(value, from: backslash)
        return body(text.span)
    }

    @usableFromInline
    static func unescape(_ value: Span<UInt8>, from first: Int) -> [UInt8] {
        value.withUnsafeBufferPointer { value in
            var backslash = first
            var out: [UInt8] = []
            out.reserveCapacity(value.count)
            var start = 0
            while backslash + 1 < value.count {
                out.append(contentsOf: UnsafeBufferPointer(rebasing: value[start..<backslash]))
                switch value[backslash + 1] {
                case 0x6E, 0x4E: out.append(0x0A)
                case 0x2C, 0x3B, 0x5C: out.append(value[backslash + 1])
                default:
                    out.append(0x5C)
                    out.append(value[backslash + 1])
                }
                start = backslash + 2
                guard let next = value.firstOffset(of: 0x5C, from: start) else { break }
                backslash = next
            }
            out.append(contentsOf: UnsafeBufferPointer(rebasing: value[start...]))
            return out
        }
    }

    /// Appends `text` with its escapes. CRLF and CR are line breaks too; other control characters, which may not stand
    /// in a value, are left out.
    package static func appendEscaped(_ text: some Collection<UInt8>, to out: inout [UInt8]) {
        var isAfterCR = false
        for byte in text {
            switch byte {
            case 0x0A: if !isAfterCR { out.append("\\n") }
            case 0x0D: out.append("\\n")
            case 0x5C, 0x2C, 0x3B:
                out.append(0x5C)
                out.append(byte)
            case 0x09, 0x20...: if byte != 0x7F { out.append(byte) }
            default: break
            }
            isAfterCR = byte == 0x0D
        }
    }
}

/// RFC 6350 §3.4, RFC 5545 §3.3.11: values of several parts.
package enum StructuredValue {
    /// Calls `body` with the place of each part between the separators that have no backslash before them.
    static func forEachPart(of value: Span<UInt8>, separator: UInt8, _ body: (Range<Int>) -> Void) {
        var start = 0
        var index = 0
        while index < value.count {
            if value[index] == 0x5C {
                index += 2
                continue
            }
            if value[index] == separator {
                body(start..<index)
                start = index + 1
            }
            index += 1
        }
        body(start..<value.count)
    }

    /// Cuts at each `separator` that has no backslash before it; the parts are still escaped.
    package static func split(_ value: ArraySlice<UInt8>, at separator: UInt8) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        let base = value.startIndex
        forEachPart(of: value.span, separator: separator) { part in
            parts.append(value[(base + part.lowerBound)..<(base + part.upperBound)])
        }
        return parts
    }

    /// The components between semicolons, without escapes.
    package static func components(_ value: ArraySlice<UInt8>) -> [String] {
        split(value, at: 0x3B).map { WellFormedText.string(TextValue.unescape($0)) }
    }

    /// The items between commas, without escapes.
    package static func list(_ value: ArraySlice<UInt8>) -> [String] {
        split(value, at: 0x2C).map { WellFormedText.string(TextValue.unescape($0)) }
    }
}
