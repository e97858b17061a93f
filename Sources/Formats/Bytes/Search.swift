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
        guard 0..<count ~= start, let base = baseAddress, let found = memchr(base + start, CInt(byte), count - start) else {
            return nil
        }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }
}
