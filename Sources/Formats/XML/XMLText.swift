import Bytes

/// Character data in XML 1.0: what must be escaped, and what may not stand in a document at all.
///
/// Bytes that are no character of XML 1.0 §2.2 (bytes that are no UTF-8, control characters, surrogates, U+FFFE and
/// U+FFFF) are written as U+FFFD each, so that one bad object can never make an answer that no client can read.
package enum XMLText {
    /// Appends `text` as the content of an element. CR is written as a reference, since a reader turns a bare one into
    /// LF (XML 1.0 §2.11), and what is in an object must arrive as it was stored.
    package static func append(_ text: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
        append(text, inAttribute: false, to: &out)
    }

    package static func append(_ text: [UInt8], to out: inout [UInt8]) {
        text.withUnsafeBufferPointer { append($0, inAttribute: false, to: &out) }
    }

    /// Appends `text` as it may stand between double quotes. White space but the space itself is written as references:
    /// a reader would make spaces of it (XML 1.0 §3.3.3).
    static func appendAttribute(_ text: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
        append(text, inAttribute: true, to: &out)
    }

    private static func append(_ text: UnsafeBufferPointer<UInt8>, inAttribute: Bool, to out: inout [UInt8]) {
        guard let base = text.baseAddress else { return }
        let end = text.count
        var index = 0
        while index < end {
            // A part at a time, so that there is room whatever must be escaped in it. Its last character may end behind it.
            let limit = min(end, index + 2_048)
            let room = (limit - index) * longestReplacement + longestCharacter
            // Room for exactly this would be made again with every text.
            if out.capacity - out.count < room { out.reserveCapacity(max(out.count + room, 2 * out.capacity)) }
            out.append(addingCapacity: room) { span in
                span.withUnsafeMutableBufferPointer { buffer, count in
                    guard let place = buffer.baseAddress else { return }
                    (index, count) = write(base, from: index, to: limit, of: end, inAttribute: inAttribute, place)
                }
            }
        }
    }

    /// Writes what begins below `limit`, and tells how far it came, and how much it wrote.
    private static func write(
        _ base: UnsafePointer<UInt8>, from start: Int, to limit: Int, of end: Int, inAttribute: Bool,
        _ out: UnsafeMutablePointer<UInt8>
    ) -> (index: Int, count: Int) {
        var (start, count) = (start, 0)
        while true {
            let index = unescapedEnd(base, from: start, to: limit, of: end, inAttribute: inAttribute)
            (out + count).update(from: base + start, count: index - start)
            count += index - start
            if index >= limit { return (index, count) }
            count += writeReplacement(of: base[index], to: out + count)
            start = index + 1
        }
    }

    /// The first index at which something must be escaped, or that of what begins at `limit` or behind it.
    @inline(__always)
    private static func unescapedEnd(
        _ base: UnsafePointer<UInt8>, from start: Int, to limit: Int, of end: Int, inAttribute: Bool
    ) -> Int {
        var index = start
        while index < limit {
            index = plainEnd(base, from: index, to: limit)
            if index == limit { break }
            let byte = base[index]
            if byte >= 0x80 {
                // Most letters of most alphabets have two bytes and stand together.
                while index < limit, end - index >= 2, base[index] &- 0xC2 < 0x1E, base[index + 1] & 0xC0 == 0x80 { index += 2 }
                if index >= limit || base[index] < 0x80 { continue }
                let length = characterLength(base, at: index, end: end)
                if length == 0 { break }
                index += length
            } else if !inAttribute && (byte == 0x0A || byte == 0x09 || byte == 0x22) {
                index += 1
            } else {
                break
            }
        }
        return index
    }

    private static let longestCharacter = 4
    private static let longestReplacement = 6

    /// How many bytes it has written.
    @inline(__always)
    private static func writeReplacement(of byte: UInt8, to out: UnsafeMutablePointer<UInt8>) -> Int {
        let replacement: StaticString = switch byte {
        case 0x0D: "&#13;"
        case 0x26: "&amp;"
        case 0x3C: "&lt;"
        case 0x3E: "&gt;"
        case 0x22: "&quot;"
        case 0x0A: "&#10;"
        case 0x09: "&#9;"
        default: "\u{FFFD}"
        }
        out.update(from: replacement.utf8Start, count: replacement.utf8CodeUnitCount)
        return replacement.utf8CodeUnitCount
    }

    /// The first index at which a byte stands that is not plain ASCII text: one of `& < > "`, a control character or a
    /// byte of a longer character. Eight bytes at a time; the borrow of a subtraction can only mark a byte above a
    /// rightly marked one.
    @inline(__always)
    private static func plainEnd(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Int {
        var index = start
        while end - index >= 8 {
            let word = UInt64(eightBytesAt: index, of: base)
            let angle = (word | UInt64(eightTimes: 0x02)).bytes(equalTo: 0x3E)  // < and >
            let other = (word | UInt64(eightTimes: 0x04)).bytes(equalTo: 0x26)  // & and "
            let marked = word.bytes(below: 0x20) | angle | other | word & UInt64(eightTimes: 0x80)
            if marked != 0 { return index + marked.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < end && isPlain(base[index]) { index += 1 }
        return index
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x80 && byte != 0x26 && byte != 0x3C && byte != 0x3E && byte != 0x22
    }

    /// The length of the character at `index`, whose first byte is not ASCII; 0 where it is none that XML allows.
    /// Unicode 16 §3.9, table 3-7.
    private static func characterLength(_ base: UnsafePointer<UInt8>, at index: Int, end: Int) -> Int {
        let first = base[index]
        let left = end - index
        func isTail(_ offset: Int) -> Bool { base[index + offset] & 0xC0 == 0x80 }
        switch first {
        case 0xC2...0xDF:
            return left >= 2 && isTail(1) ? 2 : 0
        case 0xE0...0xEF:
            guard left >= 3, isTail(1), isTail(2) else { return 0 }
            let second = base[index + 1]
            if first == 0xE0 && second < 0xA0 { return 0 }  // overlong
            if first == 0xED && second >= 0xA0 { return 0 }  // surrogates
            if first == 0xEF && second == 0xBF && base[index + 2] >= 0xBE { return 0 }  // U+FFFE, U+FFFF
            return 3
        case 0xF0...0xF4:
            guard left >= 4, isTail(1), isTail(2), isTail(3) else { return 0 }
            let second = base[index + 1]
            if first == 0xF0 && second < 0x90 { return 0 }  // overlong
            if first == 0xF4 && second >= 0x90 { return 0 }  // above U+10FFFF
            return 4
        default:
            return 0
        }
    }

    /// Whether the bytes are UTF-8 of characters that XML allows.
    package static func isValid(_ text: [UInt8]) -> Bool {
        text.withUnsafeBufferPointer { text in
            guard let base = text.baseAddress else { return true }
            var index = 0
            while index < text.count {
                let byte = base[index]
                if byte >= 0x80 {
                    let length = characterLength(base, at: index, end: text.count)
                    if length == 0 { return false }
                    index += length
                } else {
                    if byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D { return false }
                    index += 1
                }
            }
            return true
        }
    }

    /// Whether the bytes are a name without a colon (Namespaces in XML 1.0 §3, `NCName`).
    static func isName(_ bytes: some Collection<UInt8>) -> Bool {
        guard !bytes.isEmpty, let text = String(validating: bytes, as: UTF8.self) else { return false }
        var isFirst = true
        for scalar in text.unicodeScalars {
            guard isNameStart(scalar.value) || (!isFirst && isNamePart(scalar.value)) else { return false }
            isFirst = false
        }
        return true
    }

    /// XML 1.0 §2.3, `NameStartChar` without the colon.
    private static func isNameStart(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x41...0x5A, 0x5F, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF, 0x370...0x37D, 0x37F...0x1FFF,
            0x200C...0x200D, 0x2070...0x218F, 0x2C00...0x2FEF, 0x3001...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFFD,
            0x10000...0xEFFFF:
            true
        default: false
        }
    }

    /// XML 1.0 §2.3, what `NameChar` adds.
    private static func isNamePart(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x2D, 0x2E, 0x30...0x39, 0xB7, 0x300...0x36F, 0x203F...0x2040: true
        default: false
        }
    }
}
