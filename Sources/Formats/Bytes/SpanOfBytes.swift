// What parsers of values ask of bytes that they only look at: a span counts no references, and checks its bounds.

extension Span where Element == UInt8 {
    /// Where the first such byte from `start` on stands.
    @inlinable @inline(__always)
    public func firstOffset(of byte: UInt8, from start: Int = 0) -> Int? {
        withUnsafeBufferPointer { $0.firstOffset(of: byte, from: start) }
    }

    /// Whether the bytes are those of `literal`, upper and lower case of ASCII letters being the same.
    @inlinable @inline(__always)
    public func equalsIgnoringASCIICase(_ literal: StaticString) -> Bool {
        withUnsafeBytes { $0.equalsIgnoringASCIICase(literal) }
    }

    /// The bytes as a decimal number without a sign; nil where one is no digit, there is none, or it is above `Int.max`.
    @inlinable
    public var decimalValue: Int? { withUnsafeBufferPointer { $0.decimalValue } }

    /// `range` without ASCII white space at either end.
    @inlinable @inline(__always)
    public func trimmingASCIIWhitespace(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, self[start].isASCIIWhitespace { start += 1 }
        while start < end, self[end - 1].isASCIIWhitespace { end -= 1 }
        return start..<end
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the bytes are those of `literal`, upper and lower case of ASCII letters being the same.
    @inlinable @inline(__always)
    public func equalsIgnoringASCIICase(_ literal: StaticString) -> Bool {
        UnsafeRawBufferPointer(self).equalsIgnoringASCIICase(literal)
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes are those of `literal`, upper and lower case of ASCII letters being the same.
    @inlinable @inline(__always)
    package func equalsIgnoringASCIICase(_ literal: StaticString) -> Bool {
        let other = UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
        // The count is the literal's from here on, which the compiler knows.
        return count == other.count
            && UnsafeRawBufferPointer(start: baseAddress, count: other.count).equalsIgnoringASCIICase(other)
    }

    /// Whether the bytes are `other`, which are as many, upper and lower case of ASCII letters being the same.
    @inlinable @inline(__always)
    package func equalsIgnoringASCIICase(_ other: UnsafeRawBufferPointer) -> Bool {
        // Names are nearly always written in the same case; others differ in more than the bit that makes it.
        let difference = difference(from: other)
        if difference == 0 { return true }
        return difference & ~UInt64(eightTimes: 0x20) == 0 && isSameButForCase(as: other)
    }

    @usableFromInline
    func isSameButForCase(as other: UnsafeRawBufferPointer) -> Bool {
        for index in 0..<count where self[index].asciiLowercased != other[index].asciiLowercased { return false }
        return true
    }

    /// The bits in which the words differ that the bytes lie in, of all words in one. The last word overlaps those before it; names
    /// are too short for a call of memcmp to pay.
    @inlinable @inline(__always)
    func difference(from other: UnsafeRawBufferPointer) -> UInt64 {
        var found: UInt64 = 0
        if count >= 8 {
            var index = 0
            while index &+ 8 < count {
                found |= (word(UInt64.self, at: index) ^ other.word(UInt64.self, at: index))
                index &+= 8
            }
            return found | (word(UInt64.self, at: count &- 8) ^ other.word(UInt64.self, at: count &- 8))
        }
        if count >= 4 {
            let first = word(UInt32.self, at: 0) ^ other.word(UInt32.self, at: 0)
            return UInt64(first | (word(UInt32.self, at: count &- 4) ^ other.word(UInt32.self, at: count &- 4)))
        }
        for index in 0..<count { found |= UInt64(self[index] ^ other[index]) }
        return found
    }

    @inlinable @inline(__always)
    func word<Word: BitwiseCopyable>(_ type: Word.Type, at offset: Int) -> Word {
        loadUnaligned(fromByteOffset: offset, as: type)
    }
}
