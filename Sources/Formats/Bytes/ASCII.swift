/// Classes and cases of single bytes, by US-ASCII.
extension UInt8 {
    @inlinable public var isASCIIDigit: Bool { self &- 0x30 < 10 }
    @inlinable public var isASCIILetter: Bool { (self | 0x20) &- 0x61 < 26 }
    @inlinable public var isASCIIWhitespace: Bool { self == 0x20 || self &- 0x09 < 5 }
    @inlinable public var asciiLowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
    @inlinable public var asciiUppercased: UInt8 { self &- 0x61 < 26 ? self & ~0x20 : self }
    /// RFC 5322 §3.2.3: of an atom.
    package var isAtext: Bool { isASCIILetter || isASCIIDigit || "!#$%&'*+-/=?^_`{|}~".utf8.contains(self) }
    /// The value of a hexadecimal digit.
    @inlinable public var hexadecimalValue: UInt8? {
        if isASCIIDigit { return self &- 0x30 }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }
}

extension Collection where Element == UInt8 {
    /// Whether the bytes are `other`, upper and lower case of ASCII letters being the same.
    @inlinable
    public func equalsIgnoringASCIICase(_ other: some Collection<UInt8>) -> Bool {
        elementsEqual(other) { $0.asciiLowercased == $1.asciiLowercased }
    }

    /// Whether the bytes are those of `literal`, upper and lower case of ASCII letters being the same.
    @inlinable
    public func equalsIgnoringASCIICase(_ literal: StaticString) -> Bool {
        let matched = withContiguousStorageIfAvailable { UnsafeRawBufferPointer($0).equalsIgnoringASCIICase(literal) }
        return matched ?? literal.withUTF8Buffer { equalsIgnoringASCIICase($0) }
    }

    /// The bytes as a decimal number without a sign; nil where one is no digit, there is none, or it is above `Int.max`.
    @inlinable
    public var decimalValue: Int? {
        if isEmpty { return nil }
        var value = 0
        for byte in self {
            guard byte.isASCIIDigit else { return nil }
            let (tenfold, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = tenfold.addingReportingOverflow(Int(byte &- 0x30))
            if overflowed || carried { return nil }
            value = sum
        }
        return value
    }
}

extension BidirectionalCollection where Element == UInt8 {
    /// The bytes without ASCII white space at either end.
    @inlinable
    public var trimmingASCIIWhitespace: SubSequence {
        guard let first = firstIndex(where: { !$0.isASCIIWhitespace }) else { return self[endIndex...] }
        let last = self.lastIndex { !$0.isASCIIWhitespace } ?? first
        return self[first...last]
    }
}
