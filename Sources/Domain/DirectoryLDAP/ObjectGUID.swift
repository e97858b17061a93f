import Bytes

/// The text form of a GUID: the first three fields are stored with the low byte first, and written with the high one
/// first (MS-DTYP §2.3.4.2, §2.3.4.3).
package enum ObjectGUID {
    private static let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
    private static let dashesBefore: Set<Int> = [4, 6, 8, 10]

    /// Nil where there are not 16 bytes.
    package static func text(_ bytes: [UInt8]) -> String? {
        guard bytes.count == 16 else { return nil }
        var out: [UInt8] = []
        for (position, index) in order.enumerated() {
            if dashesBefore.contains(position) { out.append(UInt8(ascii: "-")) }
            out.append(LDAPFilter.hexDigit(bytes[index] >> 4))
            out.append(LDAPFilter.hexDigit(bytes[index] & 15))
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The stored bytes of a text in that form; nil where it is none.
    package static func bytes(_ text: String) -> [UInt8]? {
        let dashes = text.utf8.enumerated().filter { $0.element == UInt8(ascii: "-") }.map(\.offset)
        guard text.utf8.count == 36, dashes == [8, 13, 18, 23] else { return nil }
        let digits = text.utf8.compactMap(\.hexadecimalValue)
        guard digits.count == 32 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        for (position, index) in order.enumerated() {
            bytes[index] = digits[2 * position] << 4 | digits[2 * position + 1]
        }
        return bytes
    }
}
