import Bytes

/// RFC 2047: text for a header, in ASCII: words of UTF-8, none longer than 75, none with a part of a character.
package enum EncodedWordWriter {
    /// Whether text can stand as it is: ASCII that nobody takes for an encoded word.
    package static func isPlain(_ text: some Collection<UInt8>) -> Bool {
        var before: UInt8 = 0
        for byte in text {
            if byte < 0x20 && byte != 0x09 || byte >= 0x7F || before == 0x3D && byte == 0x3F { return false }
            before = byte
        }
        return true
    }

    /// The words of `text`, which is well-formed UTF-8; they are written with white space between them.
    package static func words(_ text: String) -> [[UInt8]] {
        let bytes = Array(text.utf8)
        let quoted = bytes.reduce(0) { $0 + (isQSafe($1) || $1 == 0x20 ? 1 : 3) }
        let isBase64 = quoted > (bytes.count + 2) / 3 * 4
        // "=?utf-8?B?" and "?=" are 12 of 75.
        let room = isBase64 ? 45 : 63
        var words: [[UInt8]] = []
        var part: [UInt8] = []
        var length = 0
        for scalar in text.unicodeScalars {
            let unit = Array(String(scalar).utf8)
            let cost = isBase64 ? unit.count : unit.reduce(0) { $0 + (isQSafe($1) || $1 == 0x20 ? 1 : 3) }
            if length + cost > room {
                words.append(word(part, isBase64: isBase64))
                part = []
                length = 0
            }
            part += unit
            length += cost
        }
        if !part.isEmpty { words.append(word(part, isBase64: isBase64)) }
        return words
    }

    private static func word(_ bytes: [UInt8], isBase64: Bool) -> [UInt8] {
        var out: [UInt8] = []
        out.append(isBase64 ? "=?utf-8?B?" : "=?utf-8?Q?" as StaticString)
        if isBase64 {
            out += Base64.encode(bytes)
        } else {
            for byte in bytes {
                if byte == 0x20 {
                    out.append(0x5F)
                } else if isQSafe(byte) {
                    out.append(byte)
                } else {
                    out.append(0x3D)
                    out.append(digits[Int(byte >> 4)])
                    out.append(digits[Int(byte & 15)])
                }
            }
        }
        out.append("?=" as StaticString)
        return out
    }

    private static let digits = [UInt8]("0123456789ABCDEF".utf8)

    /// RFC 2047 §5 (3): the bytes that are safe in a phrase too.
    private static func isQSafe(_ byte: UInt8) -> Bool {
        byte.isASCIIDigit || byte.isASCIILetter || byte == 0x21 || byte == 0x2A || byte == 0x2B || byte == 0x2D || byte == 0x2F
    }
}
