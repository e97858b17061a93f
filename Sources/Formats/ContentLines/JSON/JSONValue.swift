package import Bytes

/// RFC 8259 §3: a value of JSON.
package indirect enum JSONValue: Equatable, Sendable {
    case null
    case boolean(Bool)
    /// As it was written, so that no digit is lost.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// In their order; no name stands twice.
    case object([Member])

    /// RFC 8259 §4
    package struct Member: Equatable, Sendable {
        package var name: String
        package var value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// How much a document may hold before it is refused.
    package struct Limits: Sendable {
        package var byteCount: Int
        package var valueCount: Int
        /// Of arrays and objects in each other.
        package var depth: Int

        package init(byteCount: Int = 256 << 20, valueCount: Int = 4_000_000, depth: Int = 80) {
            self.byteCount = byteCount
            self.valueCount = valueCount
            self.depth = depth
        }
    }

    /// RFC 8259 §2: takes exactly one value, in UTF-8, with white space around it. A name that stands twice in an object, and
    /// half of a surrogate pair, are refused (RFC 7493 §2.1 and §2.3).
    package static func parse(_ bytes: [UInt8], limits: Limits = Limits()) throws(ParseError) -> JSONValue {
        guard bytes.count <= limits.byteCount else {
            throw ParseError(at: limits.byteCount, expected: "at most \(limits.byteCount) bytes")
        }
        guard WellFormedText.isUTF8(bytes[...]) else { throw ParseError(at: 0, expected: "UTF-8") }
        var reader = JSONReader(bytes: bytes, limits: limits)
        return try reader.document()
    }

    package var string: String? { if case .string(let text) = self { text } else { nil } }
    package var array: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
}
