import Bytes
import TestRandom
import Testing

private let names: [StaticString] = [
    "", "N", "UID", "DUE", "BDAY", "RRULE", "EXDATE", "DTSTART", "ATTENDEE", "ORGANIZER", "CATEGORIES", "DESCRIPTION", "TZOFFSETFROM",
    "RECURRENCE-ID", "CALENDAR-ADDRESS", "X-APPLE-STRUCTURED-LOCATION", "[@{`",
]

@Suite("Spans of bytes")
struct SpanOfBytesTests {
    /// Letter by letter, as the RFCs say it.
    private func isSame(_ bytes: [UInt8], _ name: StaticString) -> Bool {
        let name = [UInt8](name.description.utf8)
        return bytes.count == name.count
            && zip(bytes, name).allSatisfy { $0 == $1 || ($0 | 0x20 == $1 | 0x20 && (0x61...0x7A).contains($0 | 0x20)) }
    }

    @Test("a name is the same in any case of its letters, and only then")
    func cases() {
        for name in names { check(name) }
    }

    private func check(_ name: StaticString) {
        var random = SeededGenerator(seed: 7)
        let original = [UInt8](name.description.utf8)
        let isSameAsItself = original.span.equalsIgnoringASCIICase(name)
        #expect(isSameAsItself)
        for _ in 0..<2000 {
            var bytes = original
            for index in bytes.indices where Bool.random(using: &random) { bytes[index] ^= 0x20 }
            if Bool.random(using: &random), let index = bytes.indices.randomElement(using: &random) {
                bytes[index] = .random(in: .min ... .max, using: &random)
            }
            if Int.random(in: 0..<10, using: &random) == 0 { bytes.append(0x41) }
            let isFoundSame = bytes.span.equalsIgnoringASCIICase(name)
            #expect(isFoundSame == isSame(bytes, name))
            #expect(bytes[...].equalsIgnoringASCIICase(name) == isSame(bytes, name))
        }
    }

    @Test("what is found, counted and trimmed is what is in the span, whatever stands around it")
    func parts() {
        let bytes = [UInt8](";; 12 ;a".utf8)
        let part = bytes.span.extracting(2..<6)
        let places = [
            part.firstOffset(of: 0x3B), part.firstOffset(of: 0x32), part.firstOffset(of: 0x31, from: 2), part.firstOffset(of: 0x31, from: 9),
        ]
        #expect(places == [nil, 2, nil, nil])
        let ranges = [part.trimmingASCIIWhitespace(0..<4), part.trimmingASCIIWhitespace(0..<1)]
        #expect(ranges == [1..<3, 1..<1])
        let numbers = [part.decimalValue, part.extracting(1..<3).decimalValue]
        #expect(numbers == [nil, 12])
    }
}
