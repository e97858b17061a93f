/// Sixteen bytes that are looked at at once.
@frozen
public struct SixteenBytes: Sendable {
    @usableFromInline let bytes: SIMD16<UInt8>

    /// Those from an offset on that is not after the end, and zeros where there are no more.
    @inlinable @inline(__always)
    public init(from offset: Int, of bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.count &- offset >= 16 {
            self.bytes = UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self)
        } else {
            self.bytes = SixteenBytes.last(UnsafeBufferPointer(rebasing: bytes[offset...]))
        }
    }

    @usableFromInline @inline(never)
    static func last(_ bytes: UnsafeBufferPointer<UInt8>) -> SIMD16<UInt8> {
        var last = SIMD16<UInt8>()
        for (place, byte) in bytes.enumerated() { last[place] = byte }
        return last
    }

    /// Which of them are `byte`.
    @inlinable @inline(__always)
    public func places(of byte: UInt8) -> Places { Places(bytes .== SIMD16(repeating: byte)) }

    /// Some of the sixteen.
    @frozen
    public struct Places: Sendable {
        @usableFromInline let mask: SIMDMask<SIMD16<Int8>>

        @inlinable @inline(__always)
        init(_ mask: SIMDMask<SIMD16<Int8>>) { self.mask = mask }

        /// Those that are in either.
        @inlinable @inline(__always)
        public static func | (left: Places, right: Places) -> Places { Places(left.mask .| right.mask) }

        /// The first of them; nil where there is none.
        @inlinable @inline(__always)
        public var first: Int? {
            // A mask is as large as what it masks: all bits of a byte that is meant, none of another one.
            let halves = unsafeBitCast(mask, to: SIMD2<UInt64>.self)
            if halves[0] != 0 { return UInt64(littleEndian: halves[0]).trailingZeroBitCount >> 3 }
            if halves[1] != 0 { return 8 &+ UInt64(littleEndian: halves[1]).trailingZeroBitCount >> 3 }
            return nil
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The first place from `start` on that is one of `places`, or `end`, which is in the bytes.
    @inlinable @inline(__always)
    public func first(from start: Int, to end: Int, where places: (SixteenBytes) -> SixteenBytes.Places) -> Int {
        var position = start
        while position < end {
            if let found = places(SixteenBytes(from: position, of: self)).first { return Swift.min(position &+ found, end) }
            position &+= 16
        }
        return end
    }
}
