import Bytes

extension Span where Element == UInt8 {
    /// Reads the value from its front, past white space at either end.
    func scan<Result>(_ body: (inout ValueScanner) -> Result) -> Result {
        withUnsafeBufferPointer { bytes in
            var scanner = ValueScanner(bytes, trimmingASCIIWhitespace(0..<count))
            return body(&scanner)
        }
    }
}

/// Reads a value from its front. What does not fit leaves it where it was.
struct ValueScanner {
    // No longer than `scan` lasts; no place in it is looked at but after a look at `end`.
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position: Int
    private let end: Int

    fileprivate init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { position == end }

    /// Calls `body` with what was not read.
    func withRest<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        body(Span(_unsafeElements: UnsafeBufferPointer(rebasing: bytes[position..<end])))
    }

    /// Takes one of the bytes; letters in either case, when `expected` is in upper case.
    mutating func take(_ expected: UInt8) -> Bool {
        guard position < end, bytes[position].asciiUppercased == expected else { return false }
        position += 1
        return true
    }

    /// Takes exactly `count` digits, of which there are few enough not to overflow.
    mutating func digits(_ count: Int) -> Int? {
        guard end - position >= count, count < 18 else { return nil }
        var value = 0
        for index in position..<(position + count) {
            let digit = bytes[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        position += count
        return value
    }

    /// Takes all digits that come, at least one; nil also for more than `Int` holds.
    mutating func number() -> Int? {
        var last = position
        while last < end, bytes[last].isASCIIDigit { last += 1 }
        if last - position < 18 { return last > position ? digits(last - position) : nil }
        guard let value = bytes[position..<last].decimalValue else { return nil }
        position = last
        return value
    }

    /// Takes all digits that come, and drops them.
    mutating func skipDigits() {
        while position < end, bytes[position].isASCIIDigit { position += 1 }
    }

    /// Takes a plus (1), a minus (-1), or nothing (nil).
    mutating func sign() -> Int? {
        if take(0x2B) { return 1 }
        return take(0x2D) ? -1 : nil
    }

    /// Takes a letter, and gives it in upper case.
    mutating func letter() -> UInt8? {
        guard position < end, bytes[position].isASCIILetter else { return nil }
        position += 1
        return bytes[position - 1].asciiUppercased
    }
}
