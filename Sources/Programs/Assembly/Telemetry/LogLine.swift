import Bytes
import Glibc
import Logging

/// One event as a line of bytes. Whatever a client can put into a value, the line stays one line, and a reader can tell
/// where the value ends.
enum LogLine {
    /// Bytes of one value; a longer one is cut and ends in `…`.
    private static let longestValue = 4_096

    /// `2026-01-31T12:00:00.000Z INFO http request: method=GET path="/a b"`
    static func text(_ event: LogEvent, label: String, metadata: Logger.Metadata, time: timespec) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(256)
        append(time, to: &out)
        out.append(0x20)
        out.append(event.level.rawValue.uppercased())
        out.append(0x20)
        appendEscaped(label, to: &out, quote: nil)
        out.append(": ")
        appendEscaped(event.message.description, to: &out, quote: nil)
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            out.append(0x20)
            appendWord(key, to: &out)
            out.append(0x3D)
            appendWord(value.description, to: &out)
        }
        out.append(0x0A)
        return out
    }

    /// `{"time":"…","level":"info","logger":"http","message":"request","method":"GET"}`
    static func json(_ event: LogEvent, label: String, metadata: Logger.Metadata, time: timespec) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(320)
        out.append("{\"time\":\"")
        append(time, to: &out)
        out.append("\",\"level\":\"")
        out.append(event.level.rawValue)
        out.append("\",\"logger\":")
        appendJSON(label, to: &out)
        out.append(",\"message\":")
        appendJSON(event.message.description, to: &out)
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            out.append(0x2C)
            appendJSON(reserved.contains(key) ? "_" + key : key, to: &out)
            out.append(0x3A)
            append(value, to: &out, depth: 0)
        }
        out.append("}\n")
        return out
    }

    private static let reserved: Set<String> = ["time", "level", "logger", "message"]

    // MARK: Text

    /// Bare where that is unambiguous, else in quotes.
    static func appendWord(_ text: String, to out: inout [UInt8]) {
        let isBare = !text.isEmpty && text.utf8.count <= longestValue
            && text.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != 0x22 && $0 != 0x5C && $0 != 0x3D }
        if isBare {
            out.append(text)
        } else {
            out.append(0x22)
            appendEscaped(text, to: &out, quote: 0x22)
            out.append(0x22)
        }
    }

    /// Letters of all scripts stand as they are; what moves the cursor, ends a line or turns the direction of writing
    /// does not.
    private static func appendEscaped(_ text: String, to out: inout [UInt8], quote: UInt8?) {
        let end = out.count + longestValue
        for scalar in text.unicodeScalars {
            if out.count >= end {
                out.append("…")
                return
            }
            switch scalar.value {
            case 0x0A: out.append("\\n")
            case 0x0D: out.append("\\r")
            case 0x09: out.append("\\t")
            case 0x22 where quote != nil, 0x5C where quote != nil:
                out.append(0x5C)
                out.append(UInt8(truncatingIfNeeded: scalar.value))
            case 0x20...0x7E:
                out.append(UInt8(truncatingIfNeeded: scalar.value))
            case _ where isUnsafe(scalar):
                out.append("\\u{")
                out.append(String(scalar.value, radix: 16))
                out.append(0x7D)
            default:
                out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }

    // MARK: JSON

    private static func append(_ value: Logger.MetadataValue, to out: inout [UInt8], depth: Int) {
        switch value {
        case .string(let text):
            appendJSON(text, to: &out)
        case .stringConvertible(let value):
            switch value {
            case let number as Int: out.append(decimal: number)
            case let number as Int64: out.append(decimal: number)
            case let number as Int32: out.append(decimal: number)
            case let number as UInt64: out.append(decimal: number)
            case let number as UInt32: out.append(decimal: number)
            case let truth as Bool: out.append(truth ? "true" : "false")
            case let number as Double where number.isFinite: out.append(number.description)
            default: appendJSON(value.description, to: &out)
            }
        case .array(let values) where depth < 8:
            out.append(0x5B)
            for (index, value) in values.enumerated() {
                if index > 0 { out.append(0x2C) }
                append(value, to: &out, depth: depth + 1)
            }
            out.append(0x5D)
        case .dictionary(let values) where depth < 8:
            out.append(0x7B)
            for (index, (key, value)) in values.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { out.append(0x2C) }
                appendJSON(key, to: &out)
                out.append(0x3A)
                append(value, to: &out, depth: depth + 1)
            }
            out.append(0x7D)
        case .array, .dictionary:
            appendJSON(value.description, to: &out)
        }
    }

    /// RFC 8259 §7.
    static func appendJSON(_ text: String, to out: inout [UInt8]) {
        out.append(0x22)
        let end = out.count + longestValue
        for scalar in text.unicodeScalars {
            if out.count >= end {
                out.append("…")
                break
            }
            switch scalar.value {
            case 0x22, 0x5C:
                out.append(0x5C)
                out.append(UInt8(truncatingIfNeeded: scalar.value))
            case 0x0A: out.append("\\n")
            case 0x0D: out.append("\\r")
            case 0x09: out.append("\\t")
            case 0x20...0x7E:
                out.append(UInt8(truncatingIfNeeded: scalar.value))
            case 0...0xFFFF where isUnsafe(scalar):
                let digits = String(scalar.value, radix: 16)
                out.append("\\u")
                out.append(String(repeating: "0", count: 4 - digits.count))
                out.append(digits)
            default:
                out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        out.append(0x22)
    }

    // MARK: Time

    /// RFC 3339, in UTC, with milliseconds.
    static func append(_ time: timespec, to out: inout [UInt8]) {
        var seconds = time.tv_sec
        var parts = tm()
        gmtime_r(&seconds, &parts)
        append(Int(parts.tm_year) + 1_900, width: 4, to: &out)
        out.append(0x2D)
        append(Int(parts.tm_mon) + 1, width: 2, to: &out)
        out.append(0x2D)
        append(Int(parts.tm_mday), width: 2, to: &out)
        out.append(0x54)
        append(Int(parts.tm_hour), width: 2, to: &out)
        out.append(0x3A)
        append(Int(parts.tm_min), width: 2, to: &out)
        out.append(0x3A)
        append(Int(parts.tm_sec), width: 2, to: &out)
        out.append(0x2E)
        append(time.tv_nsec / 1_000_000, width: 3, to: &out)
        out.append(0x5A)
    }

    private static func append(_ number: Int, width: Int, to out: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            out.append(0x30 + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }
}
