import Bytes

/// RFC 7265 §3.6.10: a recurrence rule as an object.
enum JSONRecurrence {
    /// Nil for what is no list of `NAME=value`.
    static func json(_ rule: ArraySlice<UInt8>) -> [UInt8]? {
        var out: [UInt8] = [0x7B]
        var names: Set<String> = []
        for part in rule.split(separator: 0x3B) {
            guard let equals = part.firstIndex(of: 0x3D) else { return nil }
            let name = String(utf8: part[..<equals].map(\.asciiLowercased))
            guard JSONText.isName(name.utf8), names.insert(name).inserted else { return nil }
            let values = part[(equals + 1)...].split(separator: 0x2C, omittingEmptySubsequences: false)
            guard values.allSatisfy(isRuleText) else { return nil }
            if out.count > 1 { out.append(0x2C) }
            JSONText.append(name.utf8, to: &out)
            out.append(0x3A)
            guard append(values, of: name, to: &out) else { return nil }
        }
        guard names.contains("freq") else { return nil }
        out.append(0x7D)
        return out
    }

    private static func append(_ values: [ArraySlice<UInt8>], of name: String, to out: inout [UInt8]) -> Bool {
        let isText = ["freq", "wkst", "byday", "until", "rscale", "skip"].contains(name)
        if values.count != 1 { out.append(0x5B) }
        for (number, value) in values.enumerated() {
            if number > 0 { out.append(0x2C) }
            if name == "until" {
                guard values.count == 1, let until = JSONScalar.calendarDate(value) else { return false }
                JSONText.append(until, to: &out)
            } else if !isText, let integer = JSONScalar.number(value), !integer.contains(0x2E) {
                out.append(contentsOf: integer)
            } else {
                JSONText.append(value, to: &out)
            }
        }
        if values.count != 1 { out.append(0x5D) }
        return true
    }

    /// Nil for what is no such object.
    static func text(_ value: JSONValue) -> [UInt8]? {
        guard case .object(let members) = value else { return nil }
        // RFC 5545 §3.3.10: FREQ should stand first.
        guard let frequency = members.first(where: { JSONText.lowercased($0.name) == "freq" }), frequency.value.string != nil else {
            return nil
        }
        var out: [UInt8] = []
        for member in [frequency] + members.filter({ JSONText.lowercased($0.name) != "freq" }) {
            guard JSONText.isName(member.name.utf8) else { return nil }
            let values = member.value.array ?? [member.value]
            guard !values.isEmpty else { return nil }
            if !out.isEmpty { out.append(0x3B) }
            out.append(contentsOf: member.name.utf8.map(\.asciiUppercased))
            for (number, value) in values.enumerated() {
                out.append(number == 0 ? 0x3D : 0x2C)
                guard let text = text(value, of: JSONText.lowercased(member.name)) else { return nil }
                out.append(contentsOf: text)
            }
        }
        return out
    }

    private static func text(_ value: JSONValue, of name: String) -> [UInt8]? {
        switch value {
        case .number(let number): return number.utf8.contains { $0 == 0x2E || $0 | 0x20 == 0x65 } ? nil : Array(number.utf8)
        case .string(let string):
            let bytes = Array(string.utf8)
            if name == "until" { return JSONScalar.calendarDate(basic: bytes[...]) }
            return isRuleText(bytes[...]) ? bytes : nil
        default: return nil
        }
    }

    private static func isRuleText(_ value: ArraySlice<UInt8>) -> Bool {
        !value.isEmpty && value.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || [0x2B, 0x2D, 0x5F, 0x3A].contains($0) }
    }
}
