import Glibc

extension ArraySlice<UInt8> {
    /// The index of the first such byte from `start` on.
    package func index(of byte: UInt8, from start: Int) -> Int? {
        guard start >= startIndex, start < endIndex else { return nil }
        return withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress,
                let found = memchr(base + (start - startIndex), Int32(byte), endIndex - start)
            else { return nil }
            return startIndex + (UnsafeRawPointer(found) - UnsafeRawPointer(base))
        }
    }

    /// Whether there is such a byte.
    package func has(_ byte: UInt8) -> Bool { index(of: byte, from: startIndex) != nil }
}
