import Bytes

/// RFC 5545 §3.1, RFC 6350 §3.2: lines of at most 75 octets.
package enum ContentLineFolding {
    static let limit = 75

    /// Appends one logical line with its folds and its line end. A fold never stands within a character, unless the
    /// bytes are no UTF-8.
    package static func append(_ line: ArraySlice<UInt8>, to out: inout [UInt8]) {
        var start = line.startIndex
        var room = limit
        while line.endIndex - start > room {
            var end = start + room
            var steps = 0
            while steps < 3, line[end] & 0xC0 == 0x80 {
                end -= 1
                steps += 1
            }
            if line[end] & 0xC0 == 0x80 { end = start + room }
            out.append(contentsOf: line[start..<end])
            out.append("\r\n ")
            start = end
            // The space that begins a line counts.
            room = limit - 1
        }
        out.append(contentsOf: line[start...])
        out.append("\r\n")
    }
}

/// Writes lines, folded, escaped and ended by CRLF.
package struct ContentLineWriter {
    /// What has been written.
    package private(set) var bytes: [UInt8] = []
    private var line: [UInt8] = []

    package init() {}

    /// `BEGIN:name`
    package mutating func begin(_ name: StaticString) {
        bytes.append("BEGIN:")
        bytes.append(name)
        bytes.append("\r\n")
    }
    /// `END:name`
    package mutating func end(_ name: StaticString) {
        bytes.append("END:")
        bytes.append(name)
        bytes.append("\r\n")
    }
    /// A property whose value is text, and is escaped.
    package mutating func property(
        _ name: StaticString, parameters: [(name: StaticString, value: String)] = [], text: String
    ) {
        start(name, parameters)
        TextValue.appendEscaped(text.utf8, to: &line)
        finish()
    }
    /// A property whose value stands as it is.
    package mutating func property(
        _ name: StaticString, parameters: [(name: StaticString, value: String)] = [], value: some Collection<UInt8>
    ) {
        start(name, parameters)
        line.append(contentsOf: value)
        finish()
    }
    /// A logical line, folded anew.
    package mutating func logicalLine(_ content: some Collection<UInt8>) {
        line.append(contentsOf: content)
        finish()
    }
    /// Lines that end in CRLF already.
    package mutating func verbatim(_ lines: some Collection<UInt8>) {
        bytes.append(contentsOf: lines)
    }

    private mutating func start(_ name: StaticString, _ parameters: [(name: StaticString, value: String)]) {
        line.append(name)
        for parameter in parameters {
            line.append(0x3B)
            line.append(parameter.name)
            line.append(0x3D)
            ParameterValue.append(parameter.value.utf8, to: &line)
        }
        line.append(0x3A)
    }
    /// A line end within a value would be another property.
    private mutating func finish() {
        line.removeAll { $0 == 0x0A || $0 == 0x0D }
        ContentLineFolding.append(line[...], to: &bytes)
        line.removeAll(keepingCapacity: true)
    }
}
