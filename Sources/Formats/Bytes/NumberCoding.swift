extension [UInt8] {
    /// Seven bits a byte, the lowest first; the eighth says that more follow.
    package mutating func appendNumber(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// One that may be below zero: the nearer to it, the shorter.
    package mutating func appendSigned(_ number: Int64) { appendNumber(UInt64(bitPattern: number << 1 ^ number >> 63)) }

    /// One that is as long as any other, like a hash: eight bytes, the lowest first.
    package mutating func appendWord(_ word: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { append(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    /// A count, and so many bytes.
    package mutating func appendCounted(_ bytes: some Collection<UInt8>) {
        appendNumber(UInt64(bytes.count))
        append(contentsOf: bytes)
    }
}

/// Reads what `appendNumber` and `appendCounted` wrote. Of bytes that are none of theirs it gives what can be read, and nil.
package struct NumberReader {
    private let bytes: [UInt8]
    private var position: Int

    /// - Parameter start: not after the end.
    package init(_ bytes: [UInt8], from start: Int = 0) {
        self.bytes = bytes
        position = Swift.min(Swift.max(0, start), bytes.count)
    }

    package var isAtEnd: Bool { position == bytes.count }
    package var remaining: Int { bytes.count - position }

    package mutating func next() -> UInt64? {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.count, shift < 64 {
            let byte = bytes[position]
            position += 1
            number |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return number }
            shift += 7
        }
        return nil
    }

    /// One that is an `Int`.
    package mutating func nextCount() -> Int? { next().flatMap { Int(exactly: $0) } }

    /// What `appendSigned` wrote.
    package mutating func nextSigned() -> Int64? { next().map { Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1) } }

    /// What `appendWord` wrote.
    package mutating func nextWord() -> UInt64? {
        guard remaining >= 8 else { return nil }
        var word: UInt64 = 0
        for place in 0..<8 { word |= UInt64(bytes[position + place]) << UInt64(8 * place) }
        position += 8
        return word
    }

    package mutating func nextBytes() -> ArraySlice<UInt8>? {
        guard let count = nextCount(), count <= bytes.count - position else { return nil }
        defer { position += count }
        return bytes[position..<(position + count)]
    }
}
