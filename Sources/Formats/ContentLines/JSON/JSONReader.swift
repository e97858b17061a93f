import Bytes

/// Reads JSON from its first byte to its last. `position` is never beyond the end, and the depth of its recursion is limited.
struct JSONReader {
    private let bytes: [UInt8]
    private let limits: JSONValue.Limits
    private var position = 0
    private var valueCount = 0

    init(bytes: [UInt8], limits: JSONValue.Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func document() throws(ParseError) -> JSONValue {
        let value = try value(depth: 0)
        skipWhitespace()
        guard position == bytes.count else { throw failure("the end") }
        return value
    }

    private func failure(_ expected: String) -> ParseError { ParseError(at: position, expected: expected) }

    private mutating func skipWhitespace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(ParseError) -> JSONValue {
        valueCount += 1
        guard valueCount <= limits.valueCount else { throw failure("at most \(limits.valueCount) values") }
        skipWhitespace()
        switch next {
        case 0x22: return .string(try string())
        case 0x5B, 0x7B:
            guard depth < limits.depth else { throw failure("at most \(limits.depth) levels") }
            return next == 0x5B ? try array(depth: depth + 1) : try object(depth: depth + 1)
        case 0x74: return try word("true", .boolean(true))
        case 0x66: return try word("false", .boolean(false))
        case 0x6E: return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(ParseError) -> JSONValue {
        let count = word.utf8CodeUnitCount
        let matches = word.withUTF8Buffer { bytes[position...].starts(with: $0) }
        guard matches else { throw failure("a value") }
        position += count
        return value
    }

    private mutating func array(depth: Int) throws(ParseError) -> JSONValue {
        position += 1
        var values: [JSONValue] = []
        skipWhitespace()
        if take(0x5D) { return .array(values) }
        while true {
            values.append(try value(depth: depth))
            skipWhitespace()
            if take(0x5D) { return .array(values) }
            guard take(0x2C) else { throw failure("\",\" or \"]\"") }
        }
    }

    private mutating func object(depth: Int) throws(ParseError) -> JSONValue {
        position += 1
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        skipWhitespace()
        if take(0x7D) { return .object(members) }
        while true {
            skipWhitespace()
            guard next == 0x22 else { throw failure("a name") }
            let name = try string()
            guard names.insert(name).inserted else { throw failure("each name once") }
            skipWhitespace()
            guard take(0x3A) else { throw failure("\":\"") }
            members.append(JSONValue.Member(name: name, value: try value(depth: depth)))
            skipWhitespace()
            if take(0x7D) { return .object(members) }
            guard take(0x2C) else { throw failure("\",\" or \"}\"") }
        }
    }

    /// RFC 8259 §6
    private mutating func number() throws(ParseError) -> String {
        let start = position
        _ = take(0x2D)
        if !take(0x30) { try digits() }
        if take(0x2E) { try digits() }
        if next == 0x65 || next == 0x45 {
            position += 1
            if next == 0x2B || next == 0x2D { position += 1 }
            try digits()
        }
        return String(utf8: bytes[start..<position])
    }

    private mutating func digits() throws(ParseError) {
        let start = position
        while let byte = next, byte.isASCIIDigit { position += 1 }
        guard position > start else { throw failure(start == 0 ? "a value" : "a digit") }
    }

    /// RFC 8259 §7
    private mutating func string() throws(ParseError) -> String {
        position += 1
        var out: [UInt8] = []
        var start = position
        while let byte = next {
            switch byte {
            case 0x22:
                out.append(contentsOf: bytes[start..<position])
                position += 1
                return String(utf8: out)
            case 0x5C:
                out.append(contentsOf: bytes[start..<position])
                position += 1
                try escape(to: &out)
                start = position
            case ..<0x20: throw failure("an escape for a control character")
            default: position += 1
            }
        }
        throw failure("\"\\\"\"")
    }

    private mutating func escape(to out: inout [UInt8]) throws(ParseError) {
        guard let byte = next else { throw failure("an escape") }
        position += 1
        switch byte {
        case 0x22, 0x5C, 0x2F: out.append(byte)
        case 0x62: out.append(0x08)
        case 0x66: out.append(0x0C)
        case 0x6E: out.append(0x0A)
        case 0x72: out.append(0x0D)
        case 0x74: out.append(0x09)
        case 0x75: try codePoint(to: &out)
        default:
            position -= 1
            throw failure("an escape")
        }
    }

    private mutating func codePoint(to out: inout [UInt8]) throws(ParseError) {
        var code = try codeUnit()
        if 0xD800...0xDBFF ~= code {
            guard take(0x5C), take(0x75) else { throw failure("the second of a surrogate pair") }
            let low = try codeUnit()
            guard 0xDC00...0xDFFF ~= low else { throw failure("the second of a surrogate pair") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw failure("the first of a surrogate pair") }
        out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private mutating func codeUnit() throws(ParseError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = next?.hexadecimalValue else { throw failure("four hexadecimal digits") }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }
}
