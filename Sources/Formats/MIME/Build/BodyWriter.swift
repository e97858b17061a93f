import Bytes

/// RFC 2045 §6: bodies in the encodings that pass every way of transport.
package enum BodyWriter {
    /// RFC 2046 §4.1.1: text with every line ended by CRLF.
    package static func canonicalText(_ text: some Collection<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count + text.count / 32)
        var before: UInt8 = 0
        for byte in text {
            if byte == 0x0A, before != 0x0D { out.append(0x0D) }
            if before == 0x0D, byte != 0x0A { out.append(0x0A) }
            out.append(byte)
            before = byte
        }
        if before == 0x0D { out.append(0x0A) }
        return out
    }

    /// What of the encodings without change holds for bytes: lines of 998 at most, no NUL, no bare CR or LF (RFC 2045 §2.7, §2.8).
    static func identity(_ bytes: [UInt8]) -> TransferEncoding {
        var isEightBit = false
        var lineStart = 0
        var before: UInt8 = 0
        for (index, byte) in bytes.enumerated() {
            if byte >= 0x80 { isEightBit = true }
            if byte == 0 || (byte == 0x0A) != (before == 0x0D) { return .binary }
            if byte == 0x0A {
                if index - 1 - lineStart > 998 { return .binary }
                lineStart = index + 1
            }
            before = byte
        }
        if before == 0x0D || bytes.count - lineStart > 998 { return .binary }
        return isEightBit ? .eightBit : .sevenBit
    }

    /// For text: as it is where it is ASCII in lines, else the shorter of the two.
    static func encodingOfText(_ bytes: [UInt8]) -> TransferEncoding {
        if identity(bytes) == .sevenBit { return .sevenBit }
        let escaped = bytes.reduce(0) { $0 + ($1 >= 0x7F || $1 < 0x20 && $1 != 0x0A && $1 != 0x0D && $1 != 0x09 || $1 == 0x3D ? 1 : 0) }
        return escaped > bytes.count / 6 ? .base64 : .quotedPrintable
    }

    /// RFC 2045 §6.8: lines of 76, each ended.
    package static func base64(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count / 57 * 78 + 80)
        var start = 0
        while start < bytes.count {
            let end = min(start + 57, bytes.count)
            out += Base64.encode(bytes[start..<end])
            out.append("\r\n" as StaticString)
            start = end
        }
        return out
    }

    private static let digits = [UInt8]("0123456789ABCDEF".utf8)

    /// RFC 2045 §6.7, of text in lines: lines of 76 at most.
    package static func quotedPrintable(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count + text.count / 4)
        var column = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == 0x0D, index + 1 < text.count, text[index + 1] == 0x0A {
                out.append("\r\n" as StaticString)
                column = 0
                index += 2
                continue
            }
            let isLineEnd = index + 1 == text.count || text[index + 1] == 0x0D
            // Rule 3: white space at a line's end is lost on the way.
            let isPlain = byte >= 0x21 && byte <= 0x7E && byte != 0x3D || (byte == 0x20 || byte == 0x09) && !isLineEnd
            // A dot alone ends SMTP's DATA where somebody forgets to double it, and "From " begins a message in an mbox.
            let isSafe = isPlain && !(column == 0 && (byte == 0x2E || byte == 0x46))
            if column + (isSafe ? 1 : 3) > 75 {
                out.append("=\r\n" as StaticString)
                column = 0
            }
            if isSafe {
                out.append(byte)
                column += 1
            } else {
                out.append(0x3D)
                out.append(digits[Int(byte >> 4)])
                out.append(digits[Int(byte & 15)])
                column += 3
            }
            index += 1
        }
        return out
    }

    static func name(_ encoding: TransferEncoding) -> String {
        switch encoding {
        case .sevenBit: "7bit"
        case .eightBit: "8bit"
        case .binary, .unknown: "binary"
        case .quotedPrintable: "quoted-printable"
        case .base64: "base64"
        }
    }
}
