import Bytes
import ContentLines

/// The parameters of a structured field (RFC 2045 §5.1), with what RFC 2231 adds to them.
package struct FieldParameters: Sendable, Equatable {
    package struct Parameter: Sendable, Equatable {
        package var name: [UInt8]
        /// Without quotes; coded as it was written.
        package var value: [UInt8]

        package init(name: [UInt8], value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    /// As they were written.
    package private(set) var written: [Parameter]

    package init(_ parameters: [Parameter] = []) {
        written = parameters
    }

    /// From the first `;` on.
    init(_ cursor: inout FieldCursor) {
        written = []
        while !cursor.isAtEnd {
            _ = cursor.skip(to: ";\"(")
            if cursor.peek == 0x22 { _ = cursor.quotedString(); continue }
            if cursor.peek == 0x28 { cursor.skipSpace(); continue }
            cursor.advance()
            cursor.skipSpace()
            let name = Array(cursor.token())
            cursor.skipSpace()
            guard !name.isEmpty, cursor.take(0x3D) else { continue }
            cursor.skipSpace()
            written.append(Parameter(name: name, value: Self.value(&cursor)))
        }
    }

    private static func value(_ cursor: inout FieldCursor) -> [UInt8] {
        if cursor.peek == 0x22 { return cursor.quotedString() }
        // Quotes are left out by many where the value has blanks or other specials: it goes on to the next `;`. A comment is none of it.
        let value = Array(cursor.skip(to: ";(\r\n").trimmingASCIIWhitespace)
        return value.contains(0) ? value.filter { $0 != 0 } : value
    }

    /// The value of the first parameter of that name, which is in lower case, its continuations joined.
    package func value(_ name: StaticString) -> [UInt8]? {
        if let plain = written.first(where: { $0.name.equalsIgnoringASCIICase(name) }) { return plain.value }
        guard written.contains(where: { $0.name.contains(0x2A) }) else { return nil }
        let found = joined.first { $0.name.prefix { $0 != 0x2A }.equalsIgnoringASCIICase(name) }
        return found.map { $0.name.last == 0x2A ? Self.decodeExtended($0.value) : $0.value }
    }

    /// The text of a parameter in UTF-8: by RFC 2231 where it is so written, else by RFC 2047, which has no place here and is met
    /// more often.
    package func text(_ name: StaticString) -> [UInt8]? {
        if let extended = joined.first(where: { $0.name.last == 0x2A && $0.name.dropLast().equalsIgnoringASCIICase(name) }) {
            return Self.decodeExtended(extended.value)
        }
        return value(name).map { EncodedWords.decode($0[...]) }
    }

    /// RFC 2231 §3: with continuations joined. One whose value has a charset keeps the `*` at its name's end and is percent-coded
    /// throughout: it is what IMAP's BODYSTRUCTURE tells.
    package var joined: [Parameter] {
        guard written.contains(where: { $0.name.contains(0x2A) }) else { return written }
        var out: [Parameter] = []
        var runs: [[UInt8]: [Segment]] = [:]
        for parameter in written {
            guard let segment = Segment(parameter) else {
                out.append(parameter)
                continue
            }
            let name = segment.name.map(\.asciiLowercased)
            // Stands for all of them, where the first one was.
            if runs[name] == nil { out.append(Parameter(name: segment.name + [0x2A, 0x30], value: [])) }
            runs[name, default: []].append(segment)
        }
        return out.map { parameter in
            guard parameter.value.isEmpty, parameter.name.suffix(2) == [0x2A, 0x30],
                let segments = runs[parameter.name.dropLast(2).map(\.asciiLowercased)]
            else { return parameter }
            return Segment.join(segments, name: Array(parameter.name.dropLast(2)))
        }
    }

    /// RFC 2231 §4: charset, language and percent-coded text.
    private static func decodeExtended(_ value: [UInt8]) -> [UInt8] {
        guard let first = value.firstIndex(of: 0x27), let second = value[(first + 1)...].firstIndex(of: 0x27) else {
            return EncodedWords.guess(percentDecoded(value[...]))
        }
        return CharsetDecoder.utf8(percentDecoded(value[(second + 1)...]), from: CharsetName(value[..<first]))
    }

    private static func percentDecoded(_ value: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        var index = value.startIndex
        while index < value.endIndex {
            if value[index] == 0x25, index + 2 < value.endIndex, let high = value[index + 1].hexadecimalValue,
                let low = value[index + 2].hexadecimalValue {
                out.append(high << 4 | low)
                index += 3
            } else {
                out.append(value[index])
                index += 1
            }
        }
        return out
    }
}

/// RFC 2231 §3: one piece of a value, `name*0` or `name*0*`.
private struct Segment {
    var name: [UInt8]
    var number: Int
    var isExtended: Bool
    var value: [UInt8]

    init?(_ parameter: FieldParameters.Parameter) {
        guard let star = parameter.name.firstIndex(of: 0x2A), star > 0 else { return nil }
        var digits = parameter.name[(star + 1)...]
        isExtended = digits.last == 0x2A
        if isExtended { digits = digits.dropLast() }
        guard digits.count <= 6, let number = digits.decimalValue else { return nil }
        name = Array(parameter.name[..<star])
        self.number = number
        value = parameter.value
    }

    static func join(_ segments: [Segment], name: [UInt8]) -> FieldParameters.Parameter {
        // Sorting is stable: of two with one number the first counts.
        let sorted = segments.sorted { $0.number < $1.number }
        let isExtended = sorted.contains { $0.isExtended }
        var value: [UInt8] = []
        // A charset is named by the first alone; without it what is coded cannot be told from what is not.
        if isExtended, sorted.first?.isExtended == false { value.append("''" as StaticString) }
        var last = -1
        for segment in sorted where segment.number != last {
            last = segment.number
            if isExtended, !segment.isExtended {
                for byte in segment.value { PercentCodedText.append(byte, to: &value) }
            } else {
                value += segment.value
            }
        }
        return .init(name: isExtended ? name + [0x2A] : name, value: value)
    }
}

/// RFC 2231 §7: `attribute-char`s stand for themselves.
enum PercentCodedText {
    private static let digits = [UInt8]("0123456789ABCDEF".utf8)

    static func append(_ byte: UInt8, to out: inout [UInt8]) {
        if byte < 0x80, FieldCursor.isTokenByte(byte), byte != 0x2A, byte != 0x27, byte != 0x25 {
            out.append(byte)
        } else {
            out.append(0x25)
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        }
    }
}
