import Bytes

/// Reads a value from its front. What does not fit leaves it where it was.
struct ValueScanner {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes.trimmingASCIIWhitespace
    }

    var isAtEnd: Bool { rest.isEmpty }
    var peek: UInt8? { rest.first }

    /// Takes one of the bytes; letters in either case, when `expected` is in upper case.
    mutating func take(_ expected: UInt8) -> Bool {
        guard let first = rest.first, first.asciiUppercased == expected else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Takes exactly `count` digits.
    mutating func digits(_ count: Int) -> Int? {
        guard rest.count >= count else { return nil }
        let value = rest.prefix(count).decimalValue
        if value != nil { rest = rest.dropFirst(count) }
        return value
    }

    /// Takes all digits that come, at least one.
    mutating func number() -> Int? {
        let run = rest.prefix { $0.isASCIIDigit }
        guard let value = run.decimalValue else { return nil }
        rest = rest.dropFirst(run.count)
        return value
    }

    /// Takes all digits that come, and drops them.
    mutating func skipDigits() {
        rest = rest.drop { $0.isASCIIDigit }
    }

    /// Takes a plus (1), a minus (-1), or nothing (nil).
    mutating func sign() -> Int? {
        if take(0x2B) { return 1 }
        return take(0x2D) ? -1 : nil
    }

    /// Takes a letter, and gives it in upper case.
    mutating func letter() -> UInt8? {
        guard let first = rest.first, first.isASCIILetter else { return nil }
        rest = rest.dropFirst()
        return first.asciiUppercased
    }
}
