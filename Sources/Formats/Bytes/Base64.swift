/// RFC 4648 §4 and §5.
package enum Base64 {
    private static let standard = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafe = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// With padding, in one line.
    package static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        encode(bytes, alphabet: standard, padded: true)
    }

    /// RFC 4648 §5: the alphabet that URLs and file names can hold, without padding.
    package static func encodeURLSafe(_ bytes: some Collection<UInt8>) -> [UInt8] {
        encode(bytes, alphabet: urlSafe, padded: false)
    }

    private static func encode(_ bytes: some Collection<UInt8>, alphabet: [UInt8], padded: Bool) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                out.append(alphabet[Int(bits >> UInt32(count)) & 63])
            }
        }
        if count > 0 { out.append(alphabet[Int(bits << UInt32(6 - count)) & 63]) }
        while padded && out.count % 4 != 0 { out.append(0x3D) }
        return out
    }

    /// Takes both alphabets, with or without padding; white space is passed over. Nil where another byte stands, or
    /// the last group cannot be a whole byte.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        text.withContiguousStorageIfAvailable(decoded) ?? [UInt8](text).withUnsafeBufferPointer(decoded)
    }

    private static func decoded(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(text.count / 4 * 3)
        var bits: UInt32 = 0
        var count = 0
        var isPadded = false
        for byte in text {
            let value: UInt32
            switch byte {
            case 0x41...0x5A: value = UInt32(byte) - 0x41
            case 0x61...0x7A: value = UInt32(byte) - 0x61 + 26
            case 0x30...0x39: value = UInt32(byte) - 0x30 + 52
            case 0x2B, 0x2D: value = 62
            case 0x2F, 0x5F: value = 63
            case 0x3D: isPadded = true; continue
            case 0x20, 0x09, 0x0D, 0x0A: continue
            default: return nil
            }
            if isPadded { return nil }
            bits = (bits << 6 | value) & 0xFFF_FFFF
            count += 6
            if count >= 8 {
                count -= 8
                out.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return count == 6 ? nil : out
    }
}
