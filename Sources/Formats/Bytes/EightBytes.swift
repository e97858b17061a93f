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
}
