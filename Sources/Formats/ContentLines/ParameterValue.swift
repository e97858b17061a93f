public import Bytes

/// RFC 6868: how a line break, a quote and a caret stand in a parameter's value.
public enum ParameterValue {
    /// `^n`, `^'` and `^^` are what they stand for; another caret is a caret.
    @inlinable @inline(__always)
    public static func decode(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        value.has(0x5E) ? withoutCarets(value) : value
    }

    @usableFromInline
    static func withoutCarets(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var out: [UInt8] = []
        out.reserveCapacity(value.count)
        var index = value.startIndex
        while index < value.endIndex {
            let byte = value[index]
            let next = index + 1 < value.endIndex ? value[index + 1] : 0
            switch (byte, next) {
            case (0x5E, 0x6E): out.append(0x0A)
            case (0x5E, 0x27): out.append(0x22)
            case (0x5E, 0x5E): out.append(0x5E)
            default:
                out.append(byte)
                index += 1
                continue
            }
            index += 2
        }
        return ArraySlice(out)
    }

    /// Appends `value` as a line can hold it: with carets, and in quotes where it needs them.
    package static func append(_ value: some Collection<UInt8>, to out: inout [UInt8]) {
        let needsQuotes = value.contains { $0 == 0x3A || $0 == 0x3B || $0 == 0x2C }
        if needsQuotes { out.append(0x22) }
        for byte in value {
            switch byte {
            case 0x0A: out.append("^n")
            case 0x22: out.append("^'")
            case 0x5E: out.append("^^")
            case 0x09, 0x20...: if byte != 0x7F { out.append(byte) }
            default: break
            }
        }
        if needsQuotes { out.append(0x22) }
    }
}
