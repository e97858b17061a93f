/// ISO 8859-1, where each byte is the code point of its character.
package enum Latin1 {
    /// The bytes of the same text in UTF-8.
    package static func utf8(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + bytes.count / 4)
        for byte in bytes {
            if byte < 0x80 {
                out.append(byte)
            } else {
                // In UTF-8, U+0080 to U+07FF have two bytes.
                out.append(0xC0 | byte >> 6)
                out.append(0x80 | byte & 0x3F)
            }
        }
        return out
    }
}
