internal import Bytes

/// RFC 3501 §5.1.3: mailbox names in 7 bits. A name has exactly one form, and what is not that form is no name.
package enum ModifiedUTF7 {
    private static let alphabet = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,".utf8)

    /// From UTF-8; bytes that are none become U+FFFD.
    package static func encode(_ utf8: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(utf8.count + 8)
        append(utf8, to: &out)
        return out
    }

    package static func append(_ utf8: [UInt8], to out: inout [UInt8]) {
        if utf8.allSatisfy({ isPlain($0) && $0 != 0x26 }) {
            out.append(contentsOf: utf8)
            return
        }
        var bits: UInt32 = 0
        var count: UInt32 = 0
        var isShifted = false
        for unit in String(utf8: utf8).utf16 {
            if unit < 0x80, isPlain(UInt8(truncatingIfNeeded: unit)) {
                if isShifted { unshift(&bits, &count, &out) }
                isShifted = false
                out.append(UInt8(truncatingIfNeeded: unit))
                if unit == 0x26 { out.append(0x2D) }
                continue
            }
            if !isShifted { out.append(0x26) }
            isShifted = true
            bits = bits << 16 | UInt32(unit)
            count += 16
            while count >= 6 {
                count -= 6
                out.append(alphabet[Int(bits >> count & 63)])
            }
        }
        if isShifted { unshift(&bits, &count, &out) }
    }

    private static func unshift(_ bits: inout UInt32, _ count: inout UInt32, _ out: inout [UInt8]) {
        if count > 0 { out.append(alphabet[Int(bits << (6 - count) & 63)]) }
        out.append(0x2D)
        (bits, count) = (0, 0)
    }

    /// The UTF-8 of a name; nil where it is not what `encode` would have made: printable US-ASCII that was shifted, a shift
    /// that another one follows without need, spare bits that are not 0, half a surrogate pair. Bytes above 0x7F are taken as the UTF-8
    /// that they must be (RFC 9051 §5.1: names may be sent so by clients that know IMAP4rev2).
    package static func decode(_ name: [UInt8]) -> [UInt8]? {
        guard var index = name.firstIndex(of: 0x26) else { return isUTF8(name) ? name : nil }
        var out = Array(name[..<index])
        out.reserveCapacity(name.count)
        while index < name.count {
            let byte = name[index]
            index += 1
            guard byte == 0x26 else {
                out.append(byte)
                continue
            }
            if index < name.count, name[index] == 0x2D {
                out.append(byte)
                index += 1
                continue
            }
            guard let end = shifted(name, from: index, to: &out) else { return nil }
            index = end
            // Two shifts in a row would have been one.
            if index + 1 < name.count, name[index] == 0x26, name[index + 1] != 0x2D { return nil }
        }
        return isUTF8(out) ? out : nil
    }

    /// Decodes up to the `-`, and gives the place behind it.
    private static func shifted(_ name: [UInt8], from start: Int, to out: inout [UInt8]) -> Int? {
        var index = start
        var bits: UInt32 = 0
        var count: UInt32 = 0
        var high: UInt32?
        while index < name.count {
            let byte = name[index]
            index += 1
            if byte == 0x2D {
                let isWhole = count < 6 && bits & ((1 << count) - 1) == 0 && high == nil && index - start > 1
                return isWhole ? index : nil
            }
            guard let value = value(byte) else { return nil }
            bits = (bits << 6 | value) & 0xFF_FFFF
            count += 6
            guard count >= 16 else { continue }
            count -= 16
            let unit = bits >> count & 0xFFFF
            switch (unit, high) {
            case (0xD800...0xDBFF, nil): high = unit
            case (0xDC00...0xDFFF, let first?):
                guard append(0x10000 + (first - 0xD800) << 10 + (unit - 0xDC00), to: &out) else { return nil }
                high = nil
            case (0xD800...0xDFFF, _): return nil
            case (_, nil):
                if unit < 0x80, isPlain(UInt8(truncatingIfNeeded: unit)) { return nil }
                guard append(unit, to: &out) else { return nil }
            default: return nil
            }
        }
        return nil
    }

    private static func append(_ codePoint: UInt32, to out: inout [UInt8]) -> Bool {
        guard let scalar = Unicode.Scalar(codePoint) else { return false }
        out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        return true
    }

    private static func value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte) - 0x41
        case 0x61...0x7A: UInt32(byte) - 0x61 + 26
        case 0x30...0x39: UInt32(byte) - 0x30 + 52
        case 0x2B: 62
        case 0x2C: 63
        default: nil
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte <= 0x7E }
}

/// Whether the bytes are UTF-8.
func isUTF8(_ bytes: [UInt8]) -> Bool {
    bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
}
