// Bytes: what every format here is made of. It owns byte classes, codings of bytes as text (base64, hexadecimal, percent),
// the error that all parsers throw, and arrays in batches, which many layers need. It does no I/O, knows no clock and no protocol.
//
// Start reading at ParseError.swift, then PercentCoding.swift.

extension [UInt8] {
    /// Appends the UTF-8 bytes of a literal, without making a `String`.
    @inlinable
    public mutating func append(_ literal: StaticString) {
        literal.withUTF8Buffer { append(contentsOf: $0) }
    }

    /// Appends the UTF-8 bytes of `text`.
    @inlinable
    public mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(contentsOf: $0) }
    }

    /// Appends `number` in decimal digits.
    @inlinable
    public mutating func append(decimal number: some FixedWidthInteger) {
        if number >= 0 && number < 10 {
            append(UInt8(truncatingIfNeeded: number) &+ 0x30)
            return
        }
        var magnitude = UInt64(number.magnitude)
        if number < 0 { append(0x2D) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = 20
            repeat {
                start -= 1
                digits[start] = UInt8(truncatingIfNeeded: magnitude % 10) &+ 0x30
                magnitude /= 10
            } while magnitude > 0
            append(contentsOf: UnsafeBufferPointer(rebasing: digits[start..<20]))
        }
    }
}

extension String {
    /// The text that `bytes` hold in UTF-8; bytes that are none become U+FFFD.
    @inlinable
    public init(utf8 bytes: some Collection<UInt8>) {
        self.init(decoding: bytes, as: UTF8.self)
    }
}
