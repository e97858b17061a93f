/// Bytes that do not follow the grammar they were read by.
package struct ParseError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Where in the input, in bytes from its start.
    package var offset: Int
    /// What should have stood there, in the words of the grammar, e.g. `"BEGIN:VCALENDAR"`.
    package var expected: String

    package init(at offset: Int, expected: String) {
        self.offset = offset
        self.expected = expected
    }

    package var description: String { "expected \(expected) at byte \(offset)" }
}
