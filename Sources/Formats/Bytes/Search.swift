import Glibc

extension ArraySlice<UInt8> {
    /// The index of the first such byte from `start` on.
    @inlinable @inline(__always)
    public func index(of byte: UInt8, from start: Int) -> Int? {
        guard start >= startIndex, start < endIndex else { return nil }
        return withUnsafeBufferPointer { bytes in
            bytes.firstOffset(of: byte, from: start - startIndex).map { $0 + startIndex }
        }
    }

    /// Whether there is such a byte.
    @inlinable @inline(__always)
    public func has(_ byte: UInt8) -> Bool { index(of: byte, from: startIndex) != nil }
}

extension UnsafeBufferPointer<UInt8> {
    /// Where the first such byte from `start` on stands.
    public func firstOffset(of byte: UInt8, from start: Int) -> Int? {
        guard 0..<count ~= start, let base = baseAddress else { return nil }
        // What separates names and values stands near: two words are read sooner than a function of C is called.
        var position = start
        for _ in 0..<2 {
            guard count &- position >= 8 else {
                while position < count {
                    if base[position] == byte { return position }
                    position &+= 1
                }
                return nil
            }
            let found = UInt64(eightBytesAt: position, of: base).bytes(equalTo: byte)
            if found != 0 { return position &+ found.trailingZeroBitCount >> 3 }
            position &+= 8
        }
        guard let found = memchr(base + position, CInt(byte), count &- position) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }
}
