// What parsers of values ask of bytes that they only look at: a span counts no references, and checks its bounds.

extension Span where Element == UInt8 {
    /// Where the first such byte from `start` on stands.
    @inlinable @inline(__always)
    public func firstOffset(of byte: UInt8, from start: Int = 0) -> Int? {
        withUnsafeBufferPointer { $0.firstOffset(of: byte, from: start) }
    }

    /// Whether the bytes are those of `literal`, upper and lower case of ASCII letters being the same.
    @inlinable
    public func equalsIgnoringASCIICase(_ literal: StaticString) -> Bool {
        guard count == literal.utf8CodeUnitCount else { return false }
        return withUnsafeBytes {
            $0.equalsIgnoringASCIICase(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
        }
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

extension UnsafeRawBufferPointer {
    /// Whether the bytes are `other`, which are as many, upper and lower case of ASCII letters being the same.
    @usableFromInline
    package func equalsIgnoringASCIICase(_ other: UnsafeRawBufferPointer) -> Bool {
        // Nearly always names are written in the same case.
        if isSame(as: other) { return true }
        // From the end, where names differ most.
        var index = count
        while index > 0 {
            index &-= 1
            let (left, right) = (self[index], other[index])
            if left != right && left.asciiLowercased != right.asciiLowercased { return false }
        }
        return true
    }

    /// In words, of which the last overlaps those before it; names are too short for a call of memcmp to pay.
    @inline(__always)
    private func isSame(as other: UnsafeRawBufferPointer) -> Bool {
        if count >= 8 {
            var index = 0
            while index &+ 8 < count {
                if word(UInt64.self, at: index) != other.word(UInt64.self, at: index) { return false }
                index &+= 8
            }
            return word(UInt64.self, at: count &- 8) == other.word(UInt64.self, at: count &- 8)
        }
        if count >= 4 {
            return word(UInt32.self, at: 0) == other.word(UInt32.self, at: 0)
                && word(UInt32.self, at: count &- 4) == other.word(UInt32.self, at: count &- 4)
        }
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }

    @inline(__always)
    private func word<Word: BitwiseCopyable>(_ type: Word.Type, at offset: Int) -> Word {
        loadUnaligned(fromByteOffset: offset, as: type)
    }
}
