import Bytes

// Initialisers own what they are given, and so count a reference to it. Those of values, which are made by the thousand and
// keep nothing of it, only borrow (`__shared`): that is all the word says.

/// Reads a value from its front. What does not fit leaves it where it was.
struct ValueScanner {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private let end: Int

    init(_ bytes: ArraySlice<UInt8>) {
        var start = bytes.startIndex
        var end = bytes.endIndex
        while start < end, bytes[start].isASCIIWhitespace { start += 1 }
        while end > start, bytes[end - 1].isASCIIWhitespace { end -= 1 }
        self.bytes = bytes
        position = start
        self.end = end
    }

    var rest: ArraySlice<UInt8> { bytes[position..<end] }
    var isAtEnd: Bool { position == end }

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
