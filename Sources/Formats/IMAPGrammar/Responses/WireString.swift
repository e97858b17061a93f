internal import Bytes

/// How bytes become an atom, a quoted string or a literal (RFC 9051 §4).
enum WireString {
    /// Longer strings are literals: some clients have a buffer for a line.
    private static let longestQuoted = 1024

    /// A string: quoted where it can be, else a literal. NUL, which neither may hold (RFC 9051 §4.3), is left out. `utf8`: whether UTF-8
    /// may stand in quotes (RFC 9051 §4.3, RFC 6855 §3).
    static func append(_ bytes: [UInt8], utf8: Bool = false, to out: inout [UInt8]) {
        var special = bytes.count > longestQuoted
        var needsEscape = false
        var isEightBit = false
        for byte in bytes {
            if byte < 0x20 || byte == 0x7F {
                special = true
            } else if byte == 0x22 || byte == 0x5C {
                needsEscape = true
            } else if byte >= 0x80 {
                isEightBit = true
            }
        }
        if special || (isEightBit && !(utf8 && isUTF8(bytes))) { return appendLiteral(bytes, to: &out) }
        out.append(0x22)
        if needsEscape {
            for byte in bytes {
                if byte == 0x22 || byte == 0x5C { out.append(0x5C) }
                out.append(byte)
            }
        } else {
            out.append(contentsOf: bytes)
        }
        out.append(0x22)
    }

    private static func appendLiteral(_ bytes: [UInt8], to out: inout [UInt8]) {
        let bytes = bytes.contains(0) ? bytes.filter { $0 != 0 } : bytes
        out.append(0x7B)
        out.append(decimal: bytes.count)
        out.append("}\r\n")
        out.append(contentsOf: bytes)
    }

    /// An atom where it can be one, else as `append`.
    static func appendAString(_ bytes: [UInt8], utf8: Bool = false, to out: inout [UInt8]) {
        // NIL as an atom would be none in an nstring.
        if !bytes.isEmpty, bytes.count <= longestQuoted, bytes.allSatisfy(\.isAtomByte), !bytes.equalsIgnoringASCIICase("NIL") {
            out.append(contentsOf: bytes)
        } else {
            append(bytes, utf8: utf8, to: &out)
        }
    }

    /// `NIL`, or a string.
    static func append(nullable bytes: [UInt8]?, utf8: Bool = false, to out: inout [UInt8]) {
        if let bytes { append(bytes, utf8: utf8, to: &out) } else { out.append("NIL") }
    }

    /// Text of a response (RFC 9051 §9: text): without line ends, and never empty.
    static func append(text: String, utf8: Bool, to out: inout [UInt8]) {
        let start = out.count
        for byte in text.utf8 {
            if byte == 0x0D || byte == 0x0A || byte == 0 {
                out.append(0x20)
            } else {
                out.append(utf8 || byte < 0x80 ? byte : 0x3F)
            }
        }
        if out.count == start { out.append("-") }
    }
}
