import Bytes

/// Where one parameter stands in the text of a document, which has fewer bytes than 32 bits can count.
@usableFromInline
struct ParameterExtent: Sendable {
    @usableFromInline var nameStart: UInt32
    @usableFromInline var nameEnd: UInt32
    @usableFromInline var valueStart: UInt32
    @usableFromInline var valueEnd: UInt32
    @usableFromInline var nextStart: UInt32
    @usableFromInline var isBareWord: Bool
    /// Whether the value has no quote, no comma and no caret.
    @usableFromInline var isPlain: Bool

    /// Empty for a bare word.
    @inlinable @inline(__always)
    var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
    @inlinable @inline(__always)
    var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    /// Of the next `;`, or the colon.
    @inlinable @inline(__always)
    var end: Int { Int(nextStart) }

    @inline(__always)
    private init(name: Range<Int>, value: Range<Int>, isBareWord: Bool, isPlain: Bool, end: Int) {
        nameStart = UInt32(truncatingIfNeeded: name.lowerBound)
        nameEnd = UInt32(truncatingIfNeeded: name.upperBound)
        valueStart = UInt32(truncatingIfNeeded: value.lowerBound)
        valueEnd = UInt32(truncatingIfNeeded: value.upperBound)
        nextStart = UInt32(truncatingIfNeeded: end)
        self.isBareWord = isBareWord
        self.isPlain = isPlain
    }

    /// Whether the name is `name`, without case; a bare word has the name that later versions would give it.
    @inlinable @inline(__always)
    func isNamed(_ name: StaticString, in text: [UInt8]) -> Bool {
        (isBareWord || Int(nameEnd &- nameStart) == name.utf8CodeUnitCount) && isNamed(sameLength: name, in: text)
    }

    @usableFromInline
    func isNamed(sameLength name: StaticString, in text: [UInt8]) -> Bool {
        if isBareWord { return BareWord.name(of: text[value]).equalsIgnoringASCIICase(name) }
        return text.span.extracting(self.name).equalsIgnoringASCIICase(name)
    }
}

extension ParameterExtent {
    /// The first parameter after the `;` at `position`; nil where there is none before `end`, which is in the text.
    @usableFromInline
    static func first(in text: [UInt8], after position: Int, before end: Int) -> ParameterExtent? {
        text.withUnsafeBufferPointer { text in
            first(in: Span(_unsafeElements: UnsafeBufferPointer(rebasing: text[..<end])), after: position)
        }
    }

    @inline(__always)
    private static func first(in area: Span<UInt8>, after position: Int) -> ParameterExtent? {
        var position = position
        while position < area.count {
            let start = position + 1
            let (equals, end, isPlain) = scan(area, from: start)
            position = end
            if let equals, equals > start {
                return ParameterExtent(
                    name: area.trimmingASCIIWhitespace(start..<equals), value: (equals + 1)..<end, isBareWord: false,
                    isPlain: isPlain, end: end)
            }
            let word = area.trimmingASCIIWhitespace(start..<end)
            if !word.isEmpty {
                return ParameterExtent(
                    name: word.lowerBound..<word.lowerBound, value: word, isBareWord: true, isPlain: isPlain, end: end)
            }
        }
        return nil
    }

    /// Where the first `=` of the parameter stands, where the parameter ends, and whether it is plain.
    @inline(__always)
    private static func scan(_ area: Span<UInt8>, from start: Int) -> (equals: Int?, end: Int, isPlain: Bool) {
        // Of most parameters the name has nothing of interest.
        var index = start
        while index < area.count, area[index] > 0x3D, area[index] != 0x5E { index &+= 1 }
        var equals: Int?
        var isQuoted = false
        var isPlain = true
        while index < area.count {
            let byte = area[index]
            // Letters, which most are, come after nearly all that is looked for.
            if byte <= 0x3D {
                if byte == 0x3D {
                    if equals == nil { equals = index }
                } else if byte == 0x3B {
                    if !isQuoted { return (equals, index, isPlain) }
                } else if byte == 0x22 {
                    isQuoted.toggle()
                    isPlain = false
                } else if byte == 0x2C {
                    isPlain = false
                }
            } else if byte == 0x5E {
                isPlain = false
            }
            index &+= 1
        }
        guard isQuoted else { return (equals, index, isPlain) }
        // A quote that is never closed hides nothing.
        let end = area.firstOffset(of: 0x3B, from: start) ?? area.count
        return (equals.flatMap { $0 < end ? $0 : nil }, end, false)
    }
}
