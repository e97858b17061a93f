import Bytes

/// Single values in the form of text and that of JSON. Each function is nil for what is not of its type: what a type does
/// not allow is never half-understood.
enum JSONScalar {
    /// A number as JSON writes it: without a plus and zeros before it.
    static func number(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var rest = text
        var out: [UInt8] = []
        if rest.first == 0x2D { out.append(0x2D) }
        if rest.first == 0x2D || rest.first == 0x2B { rest = rest.dropFirst() }
        let point = rest.firstIndex(of: 0x2E) ?? rest.endIndex
        let whole = rest[..<point]
        let fraction = rest[point...].dropFirst()
        guard !whole.isEmpty, whole.allSatisfy(\.isASCIIDigit), fraction.allSatisfy(\.isASCIIDigit),
            point == rest.endIndex || !fraction.isEmpty, text.count <= 40
        else { return nil }
        let digits = whole.drop { $0 == 0x30 }
        out.append(contentsOf: digits.isEmpty ? [0x30] : digits)
        if !fraction.isEmpty {
            out.append(0x2E)
            out.append(contentsOf: fraction)
        }
        return out
    }

    /// A date, a time or both in JSON; whole ones only unless `mayBeTruncated`.
    static func date(_ text: ArraySlice<UInt8>, as type: String, mayBeTruncated: Bool) -> [UInt8]? {
        parsed(text, as: type, mayBeTruncated: mayBeTruncated).map { type == "time" ? Array($0.extended.dropFirst()) : $0.extended }
    }

    static func date(basic json: ArraySlice<UInt8>, as type: String, mayBeTruncated: Bool) -> [UInt8]? {
        parsed(json, as: type, mayBeTruncated: mayBeTruncated).map { type == "time" ? Array($0.basic.dropFirst()) : $0.basic }
    }

    private static func parsed(_ text: ArraySlice<UInt8>, as type: String, mayBeTruncated: Bool) -> DateOrTime? {
        let whole = type == "time" ? [0x54] + text : text
        guard let value = DateOrTime(whole), value.basic.elementsEqual(whole) || value.extended.elementsEqual(whole) else {
            return nil
        }
        let hasDate = value.year != nil || value.month != nil || value.day != nil
        let matches =
            switch type {
            case "date": hasDate && value.time == nil
            case "time": !hasDate
            case "date-time": hasDate && value.time != nil
            case "timestamp": value.isWholeDate && value.isWholeTime
            default: true
            }
        guard matches, !mayBeTruncated else { return matches ? value : nil }
        // RFC 7265 §3.6.5 and §3.6.12: no other zone than UTC.
        let isWhole = (!hasDate || value.isWholeDate) && (value.time == nil || value.isWholeTime)
        return isWhole && (value.zone.isEmpty || value.zone.elementsEqual([0x5A])) ? value : nil
    }

    /// A date or a date with a time, as iCalendar has them.
    static func calendarDate(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        date(text, as: "date", mayBeTruncated: false) ?? date(text, as: "date-time", mayBeTruncated: false)
    }
    static func calendarDate(basic json: ArraySlice<UInt8>) -> [UInt8]? {
        date(basic: json, as: "date", mayBeTruncated: false) ?? date(basic: json, as: "date-time", mayBeTruncated: false)
    }

    /// RFC 7265 §3.6.14, RFC 7095 §3.5.11: a sign and pairs of digits, with colons in JSON.
    static func offset(_ text: ArraySlice<UInt8>, separated: Bool) -> [UInt8]? {
        guard let sign = text.first, sign == 0x2B || sign == 0x2D else { return nil }
        let digits = Array(text.dropFirst().filter { $0 != 0x3A })
        guard [2, 4, 6].contains(digits.count), digits.allSatisfy(\.isASCIIDigit) else { return nil }
        let colons = text.count - 1 - digits.count
        guard colons == 0 || colons == digits.count / 2 - 1 else { return nil }
        var out = [sign]
        for (number, digit) in digits.enumerated() {
            if separated, number > 0, number % 2 == 0 { out.append(0x3A) }
            out.append(digit)
        }
        // A colon in another place than between pairs is no offset.
        return colons == 0 || out.elementsEqual(text) || !separated && offset(text, separated: true)?.elementsEqual(text) == true
            ? out : nil
    }

    /// RFC 5545 §3.3.6, which is written alike in both.
    static func isDuration(_ text: ArraySlice<UInt8>) -> Bool {
        let rest = text.first == 0x2B || text.first == 0x2D ? text.dropFirst() : text
        guard rest.first == 0x50, rest.count > 2, let last = rest.last, !last.isASCIIDigit, last != 0x54 else { return false }
        return rest.dropFirst().allSatisfy { $0.isASCIIDigit || [0x57, 0x44, 0x54, 0x48, 0x4D, 0x53].contains($0) }
    }

    /// RFC 5545 §3.3.9: start, and end or duration.
    static func periodEnd(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        isDuration(text) ? Array(text) : date(text, as: "date-time", mayBeTruncated: false)
    }
    static func periodEnd(basic json: ArraySlice<UInt8>) -> [UInt8]? {
        isDuration(json) ? Array(json) : date(basic: json, as: "date-time", mayBeTruncated: false)
    }

    static func isBase64(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || byte == 0x2B || byte == 0x2F || byte == 0x3D
    }
}
