internal import Bytes

/// The classes of RFC 9051 §9.
extension UInt8 {
    /// ATOM-CHAR: no `(`, `)`, `{`, space, control, `%`, `*`, `"`, `\`, `]`, and 7-bit.
    @inline(__always)
    var isAtomByte: Bool { isIn(0xFFFF_F8DA_0000_0000, 0x77FF_FFFF_CFFF_FFFF) }
    /// ASTRING-CHAR: ATOM-CHAR and `]`.
    @inline(__always)
    var isAStringByte: Bool { isAtomByte || self == 0x5D }
    /// list-char: ASTRING-CHAR and the wildcards.
    @inline(__always)
    var isListByte: Bool { isAStringByte || self == 0x25 || self == 0x2A }
    /// What the names of commands, items and keys are made of.
    @inline(__always)
    var isWordByte: Bool { isASCIILetter || isASCIIDigit || self == 0x2E || self == 0x2D || self == 0x5F }

    @inline(__always)
    private func isIn(_ low: UInt64, _ high: UInt64) -> Bool {
        guard self < 0x80 else { return false }
        return ((self < 0x40 ? low : high) >> UInt64(self & 63)) & 1 == 1
    }
}

/// An upper-cased word of the grammar in three machine words, so that it is looked up without a String.
struct Word: Hashable, Sendable {
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    private var third: UInt64 = 0
    private(set) var count = 0

    static let longest = 24

    init() {}

    init(_ literal: StaticString) {
        literal.withUTF8Buffer { for byte in $0 { _ = append(byte) } }
    }

    /// False where the word has become too long to be one of the grammar.
    @inline(__always)
    mutating func append(_ byte: UInt8) -> Bool {
        let shift = UInt64(count & 7) << 3
        let bits = UInt64(byte.asciiUppercased) << shift
        switch count >> 3 {
        case 0: first |= bits
        case 1: second |= bits
        case 2: third |= bits
        default: return false
        }
        count += 1
        return true
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(first ^ (second &* 0x9E37_79B9_7F4A_7C15) ^ (third &* 0xC2B2_AE3D_27D4_EB4F))
    }
}
