internal import Bytes

/// `{n}` at the end of a line: n bytes follow behind it that are no line (RFC 9051 §4.3).
struct LiteralAnnouncement: Equatable {
    var size: UInt64
    /// Whether the client waits to be told to go on; not so with `{n+}` (RFC 7888 §3).
    var isSynchronising: Bool
    /// `~{n}`: a literal8 (RFC 9051 §4.3).
    var isBinary: Bool

    /// The longest there is, with room to spare.
    static let longest = 40

    /// Nil where the line, without its CRLF, does not end in one. Looks at no more than the last bytes.
    init?(endOf line: ArraySlice<UInt8>) {
        guard line.last == 0x7D else { return nil }
        var index = line.endIndex - 2
        guard index >= line.startIndex else { return nil }
        isSynchronising = line[index] != 0x2B
        if !isSynchronising { index -= 1 }
        let digitsEnd = index + 1
        while index >= line.startIndex, line[index].isASCIIDigit, digitsEnd - index <= 20 { index -= 1 }
        guard index >= line.startIndex, line[index] == 0x7B, let size = line[(index + 1)..<digitsEnd].decimalValue else {
            return nil
        }
        self.size = UInt64(size)
        isBinary = index > line.startIndex && line[index - 1] == 0x7E
    }
}
