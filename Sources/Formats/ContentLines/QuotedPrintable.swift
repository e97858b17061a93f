import Bytes

/// RFC 2045 §6.7, as vCard 2.1 and vCalendar 1.0 use it for values.
package enum QuotedPrintable {
    /// `=` before something else than two digits or a line end stays.
    package static func decode(_ value: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(value.count)
        var index = value.startIndex
        while index < value.endIndex {
            let byte = value[index]
            index += 1
            guard byte == 0x3D else { out.append(byte); continue }
            let rest = value[index...]
            if let end = endOfSoftBreak(rest) {
                index = end
            } else if let high = rest.first?.hexadecimalValue, let low = rest.dropFirst().first?.hexadecimalValue {
                out.append(high << 4 | low)
                index += 2
            } else if !rest.isEmpty {
                out.append(byte)
            }
        }
        return out
    }

    /// White space between the `=` and the line end is transport's padding.
    private static func endOfSoftBreak(_ rest: ArraySlice<UInt8>) -> Int? {
        let lineEnd = rest.drop { $0 == 0x20 || $0 == 0x09 }
        switch lineEnd.first {
        case 0x0D: return lineEnd.dropFirst().first == 0x0A ? lineEnd.startIndex + 2 : lineEnd.startIndex + 1
        case 0x0A: return lineEnd.startIndex + 1
        default: return nil
        }
    }
}
