// Eight bytes that are looked at as one word.

extension UInt64 {
    /// Those at an offset, the first one lowest; there must be as many.
    @inlinable @inline(__always)
    public init(eightBytesAt offset: Int, of bytes: UnsafeRawPointer) {
        self.init(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// One byte eight times.
    @inlinable @inline(__always)
    public init(eightTimes byte: UInt8) { self = 0x0101_0101_0101_0101 &* UInt64(byte) }

    /// The highest bit of each of the bytes that is below `limit`, which is 0x80 at most; bytes above the lowest of them may be marked too,
    /// by what the subtraction borrows.
    @inlinable @inline(__always)
    public func bytes(below limit: UInt8) -> UInt64 { (self &- UInt64(eightTimes: limit)) & ~self & UInt64(eightTimes: 0x80) }

    /// The same of the bytes that are `byte`.
    @inlinable @inline(__always)
    public func bytes(equalTo byte: UInt8) -> UInt64 { (self ^ UInt64(eightTimes: byte)).bytes(below: 1) }

    /// The four numbers of two digits each that the bytes write, the first one in the lowest two bytes; nil where one is no digit.
    @inlinable @inline(__always)
    public var pairsOfDigits: UInt64? {
        // Digits are 0x30 to 0x39: the high half is 3, also when 6 is added.
        let (halves, threes) = (UInt64(eightTimes: 0xF0), UInt64(eightTimes: 0x30))
        guard self & halves == threes, (self &+ UInt64(eightTimes: 6)) & halves == threes else { return nil }
        let digits = self & UInt64(eightTimes: 0x0F)
        return (digits &* 10 &+ digits >> 8) & 0x00FF_00FF_00FF_00FF
    }
}
