import Bytes

/// A body's bytes from its encoding, in pieces of any size. Nothing is refused: broken input gives what can be made of it.
package struct TransferDecoder: Sendable {
    private enum State: Sendable {
        case identity
        case base64(Base64State)
        case quotedPrintable(QuotedPrintableState)
    }

    private var state: State

    package init(_ encoding: TransferEncoding) {
        state = switch encoding {
        case .sevenBit, .eightBit, .binary, .unknown: .identity
        case .base64: .base64(Base64State())
        case .quotedPrintable: .quotedPrintable(QuotedPrintableState())
        }
    }

    /// All at once.
    package static func decode(_ bytes: ArraySlice<UInt8>, _ encoding: TransferEncoding) -> [UInt8] {
        var decoder = TransferDecoder(encoding)
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        bytes.withUnsafeBufferPointer { decoder.feed($0, into: &out) }
        decoder.finish(into: &out)
        return out
    }

    package mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) {
        switch state {
        case .identity: out.append(contentsOf: bytes)
        case .base64(var base64):
            base64.feed(bytes, into: &out)
            state = .base64(base64)
        case .quotedPrintable(var quoted):
            quoted.feed(bytes, into: &out)
            state = .quotedPrintable(quoted)
        }
    }

    package mutating func finish(into out: inout [UInt8]) {
        switch state {
        case .identity: break
        case .base64(var base64): base64.flush(into: &out)
        case .quotedPrintable(var quoted): quoted.finish(into: &out)
        }
        if case .base64 = state { state = .base64(Base64State()) }
    }
}

/// RFC 2045 §6.8: characters outside the alphabet are passed over. Padding ends a group, and another text may follow it, as where
/// encoded texts were joined.
private struct Base64State: Sendable {
    private var bits: UInt32 = 0
    private var count = 0

    /// 0x40 and above: not in the alphabet; 0x80: padding.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0x40, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, byte) in alphabet.utf8.enumerated() { values[Int(byte)] = UInt8(value) }
        values[0x3D] = 0x80
        return values
    }()

    mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) {
        out.reserveCapacity(max(out.capacity, out.count + bytes.count / 4 * 3 + 3))
        Self.values.withUnsafeBufferPointer { values in
            var index = 0
            while index < bytes.count {
                if count == 0, index + 4 <= bytes.count {
                    let (a, b) = (values[Int(bytes[index])], values[Int(bytes[index + 1])])
                    let (c, d) = (values[Int(bytes[index + 2])], values[Int(bytes[index + 3])])
                    if (a | b | c | d) < 0x40 {
                        out.append(a << 2 | b >> 4)
                        out.append(b << 4 | c >> 2)
                        out.append(c << 6 | d)
                        index += 4
                        continue
                    }
                }
                let value = values[Int(bytes[index])]
                index += 1
                if value == 0x80 { flush(into: &out) }
                if value >= 0x40 { continue }
                bits = bits << 6 | UInt32(value)
                count += 1
                if count == 4 {
                    out.append(UInt8(truncatingIfNeeded: bits >> 16))
                    out.append(UInt8(truncatingIfNeeded: bits >> 8))
                    out.append(UInt8(truncatingIfNeeded: bits))
                    count = 0
                }
            }
        }
    }

    mutating func flush(into out: inout [UInt8]) {
        if count == 2 { out.append(UInt8(truncatingIfNeeded: bits >> 4)) }
        if count == 3 {
            out.append(UInt8(truncatingIfNeeded: bits >> 10))
            out.append(UInt8(truncatingIfNeeded: bits >> 2))
        }
        count = 0
    }
}

/// RFC 2045 §6.7. `=` before something else than two digits or a line end stays.
private struct QuotedPrintableState: Sendable {
    /// What came behind a `=`.
    private var escape: [UInt8] = []
    private var isEscaped = false
    /// White space that may be a line's last, which transport added (rule 3).
    private var spaces: [UInt8] = []
    /// More is text.
    private static let longestSpace = 1000

    mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) {
        out.reserveCapacity(max(out.capacity, out.count + bytes.count))
        for byte in bytes {
            if isEscaped {
                unescape(byte, into: &out)
            } else {
                plain(byte, into: &out)
            }
        }
    }

    private mutating func plain(_ byte: UInt8, into out: inout [UInt8]) {
        switch byte {
        case 0x3D:
            flushSpaces(into: &out)
            isEscaped = true
        case 0x20, 0x09:
            spaces.append(byte)
            if spaces.count > Self.longestSpace { flushSpaces(into: &out) }
        case 0x0D, 0x0A:
            spaces.removeAll(keepingCapacity: true)
            out.append(byte)
        default:
            if !spaces.isEmpty { flushSpaces(into: &out) }
            out.append(byte)
        }
    }

    private mutating func flushSpaces(into out: inout [UInt8]) {
        out.append(contentsOf: spaces)
        spaces.removeAll(keepingCapacity: true)
    }

    private mutating func unescape(_ byte: UInt8, into out: inout [UInt8]) {
        switch escape.first {
        case nil where byte == 0x0A: end()
        case nil where byte.hexadecimalValue != nil || byte == 0x0D || byte == 0x20 || byte == 0x09: escape.append(byte)
        case let first? where first == 0x0D || first == 0x20 || first == 0x09:
            // White space between the `=` and the line end is transport's padding.
            if byte == 0x0A {
                end()
            } else if escape.count < Self.longestSpace, byte == 0x0D || (byte == 0x20 || byte == 0x09) && escape.last != 0x0D {
                escape.append(byte)
            } else {
                stay(byte, into: &out)
            }
        case let first?:
            if let high = first.hexadecimalValue, let low = byte.hexadecimalValue {
                out.append(high << 4 | low)
                end()
            } else {
                stay(byte, into: &out)
            }
        default: stay(byte, into: &out)
        }
    }

    private mutating func end() {
        isEscaped = false
        escape.removeAll(keepingCapacity: true)
    }

    /// It was no escape.
    private mutating func stay(_ byte: UInt8, into out: inout [UInt8]) {
        out.append(0x3D)
        out.append(contentsOf: escape)
        end()
        plain(byte, into: &out)
    }

    mutating func finish(into out: inout [UInt8]) {
        // A `=` at the very end, and white space behind it, is a soft line break.
        if isEscaped, let first = escape.first, first.hexadecimalValue != nil {
            out.append(0x3D)
            out.append(contentsOf: escape)
        }
        flushSpaces(into: &out)
        end()
    }
}
