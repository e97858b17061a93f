/// RFC 3986 §2.1, for the segments of a path.
package enum PercentCoding {
    /// Appends `segment` in the one form in which this program writes it: what RFC 3986 §3.3 lets stand in a segment
    /// (`pchar`) stands as it is, but for `&`, `'` and `;`, which clients are known to trip over in XML; all other bytes are
    /// `%XX` in upper case.
    package static func appendSegment(_ segment: some Collection<UInt8>, to out: inout [UInt8]) {
        let isContiguous: Void? = segment.withContiguousStorageIfAvailable {
            appendSegment(UnsafeRawBufferPointer($0), to: &out)
        }
        if isContiguous == nil { [UInt8](segment).withUnsafeBytes { appendSegment($0, to: &out) } }
    }

    /// The same from bytes in place: a name of which nothing is to be escaped, as most are, is copied as a whole.
    package static func appendSegment(_ segment: UnsafeRawBufferPointer, to out: inout [UInt8]) {
        guard let special = segment.firstIndex(where: { !isPlain($0) }) else {
            return segment.withMemoryRebound(to: UInt8.self) { out.append(contentsOf: $0) }
        }
        segment[..<special].withMemoryRebound(to: UInt8.self) { out.append(contentsOf: $0) }
        for byte in segment[special...] {
            if isPlain(byte) {
                out.append(byte)
            } else {
                out.append(0x25)
                out.append(digit(byte >> 4))
                out.append(digit(byte & 15))
            }
        }
    }

    package static func encodeSegment(_ segment: String) -> String {
        var out: [UInt8] = []
        appendSegment(segment.utf8, to: &out)
        return String(utf8: out)
    }

    /// Nil where a `%` is not followed by two hexadecimal digits.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        text.withContiguousStorageIfAvailable(decoded) ?? [UInt8](text).withUnsafeBufferPointer(decoded)
    }

    private static func decoded(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard var index = text.firstIndex(of: 0x25) else { return [UInt8](text) }
        var out = [UInt8](text[..<index])
        out.reserveCapacity(text.count)
        while index < text.count {
            guard text[index] == 0x25 else {
                out.append(text[index])
                index += 1
                continue
            }
            guard text.count - index > 2, let high = text[index + 1].hexadecimalValue,
                let low = text[index + 2].hexadecimalValue
            else { return nil }
            out.append(high << 4 | low)
            index += 3
        }
        return out
    }

    /// unreserved and the sub-delims that are safe in XML text, with `:` and `@`.
    private static func isPlain(_ byte: UInt8) -> Bool {
        if byte.isASCIILetter || byte.isASCIIDigit { return true }
        switch byte {
        case 0x2D, 0x2E, 0x5F, 0x7E: return true  // - . _ ~
        case 0x21, 0x24, 0x28, 0x29, 0x2A, 0x2B, 0x2C, 0x3D, 0x3A, 0x40: return true  // ! $ ( ) * + , = : @
        default: return false
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? value &+ 0x30 : value &+ 0x37 }
}
