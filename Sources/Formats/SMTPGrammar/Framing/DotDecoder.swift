internal import Bytes
import Glibc

/// Takes the message out of what follows DATA (RFC 5321 §4.5.2): finds its end, and takes away the dots that were put before
/// others at the start of a line.
///
/// Only CRLF ends a line (RFC 5321 §2.3.8). LF or CR alone are octets of the message, so `LF . CRLF` ends nothing: what others take
/// for an end would let who wrote the message say commands behind it.
struct DotDecoder: Sendable {
    private enum State {
        case lineStart
        case text(afterCR: Bool)
        /// A dot at the start of a line, which is not given out.
        case dot
        case dotCR
    }

    private var state = State.lineStart

    /// Appends the octets of the message to `out`. Gives how many bytes were read, and whether the message has ended with them.
    mutating func decode(_ input: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) -> (taken: Int, isEnd: Bool) {
        var index = 0
        var start = 0
        while index < input.count {
            switch state {
            case .lineStart:
                guard input[index] == UInt8(ascii: ".") else {
                    state = .text(afterCR: false)
                    continue
                }
                out.append(contentsOf: input[start..<index])
                index += 1
                start = index
                state = .dot
            case .dot:
                if input[index] == 0x0D {
                    index += 1
                    start = index
                    state = .dotCR
                } else {
                    state = .text(afterCR: false)
                }
            case .dotCR:
                if input[index] == 0x0A { return (index + 1, true) }
                out.append(0x0D)
                state = .text(afterCR: true)
            case .text(let afterCR): (index, state) = Self.endOfLine(input, from: index, afterCR: afterCR)
            }
        }
        out.append(contentsOf: input[start...])
        return (input.count, false)
    }

    /// Behind the next LF, or the end of the input.
    private static func endOfLine(_ input: UnsafeBufferPointer<UInt8>, from index: Int, afterCR: Bool) -> (Int, State) {
        guard let base = input.baseAddress, let found = memchr(base + index, 0x0A, input.count - index) else {
            return (input.count, .text(afterCR: input[input.count - 1] == 0x0D))
        }
        let lineFeed = UnsafeRawPointer(found) - UnsafeRawPointer(base)
        let isLineEnd = lineFeed > index ? input[lineFeed - 1] == 0x0D : afterCR
        return (lineFeed + 1, isLineEnd ? .lineStart : .text(afterCR: false))
    }
}
