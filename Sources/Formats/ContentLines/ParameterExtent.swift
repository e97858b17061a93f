public import Bytes

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
        if isBareWord { return BareWord.isNamed(name, text[value]) }
        return text.span.extracting(self.name).equalsIgnoringASCIICase(name)
    }

    /// The values as one text: a comma that nobody quoted belongs to it.
    func text(in text: [UInt8]) -> String {
        if isPlain { return WellFormedText.string(text.span.extracting(value)) }
        return WellFormedText.string(ParameterValue.decode(text[Parameter.withoutQuotes(text.span, value)]))
    }
}

extension ParameterExtent {
    /// The first parameter after the `;` at `position`; nil where there is none before `end`, which is in the text.
    @usableFromInline
    static func first(in text: [UInt8], after position: Int, before end: Int) -> ParameterExtent? {
        precondition(position >= 0 && end <= text.count)
        return text.withUnsafeBufferPointer { first(in: $0, after: position, before: end) }
    }

    @inline(__always)
    private static func first(in text: UnsafeBufferPointer<UInt8>, after position: Int, before end: Int) -> ParameterExtent? {
        let area = Span(_unsafeElements: UnsafeBufferPointer(rebasing: text[..<end]))
        if let plain = plain(in: text, area, after: position, before: end) { return plain }
        var position = position
        while position < end {
            let start = position + 1
            let (equals, next, isPlain) = scan(text, from: start, to: end)
            position = next
            if let equals, equals > start {
                return ParameterExtent(
                    name: area.trimmingASCIIWhitespace(start..<equals), value: (equals + 1)..<next, isBareWord: false,
                    isPlain: isPlain, end: next)
            }
            let word = area.trimmingASCIIWhitespace(start..<next)
            if !word.isEmpty {
                return ParameterExtent(
                    name: word.lowerBound..<word.lowerBound, value: word, isBareWord: true, isPlain: isPlain, end: next)
            }
        }
        return nil
    }

    /// A parameter with nothing but a name and a plain value, as nearly all are; nil where it has more, or less.
    @inline(__always)
    private static func plain(
        in text: UnsafeBufferPointer<UInt8>, _ area: Span<UInt8>, after position: Int, before end: Int
    ) -> ParameterExtent? {
        let start = position &+ 1
        let equals = text.mark(from: start, to: end)
        guard equals > start, equals < end, text[equals] == 0x3D else { return nil }
        let next = text.mark(from: equals &+ 1, to: end)
        guard next == end || text[next] == 0x3B else { return nil }
        return ParameterExtent(
            name: area.trimmingASCIIWhitespace(start..<equals), value: (equals &+ 1)..<next, isBareWord: false, isPlain: true,
            end: next)
    }

    /// Where the first `=` of the parameter stands, where the parameter ends, and whether it is plain.
    @inline(__always)
    private static func scan(
        _ text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
    ) -> (equals: Int?, end: Int, isPlain: Bool) {
        var equals: Int?
        var isQuoted = false
        var isPlain = true
        var index = text.mark(from: start, to: end)
        while index < end {
            switch text[index] {
            case 0x3D: if equals == nil { equals = index }
            case 0x3B: if !isQuoted { return (equals, index, isPlain) }
            case 0x22:
                isQuoted.toggle()
                isPlain = false
            default: isPlain = false
            }
            index = text.mark(from: index &+ 1, to: end)
        }
        guard isQuoted else { return (equals, end, isPlain) }
        // A quote that is never closed hides nothing.
        let next = text.first(from: start, to: end) { $0.places(of: 0x3B) }
        return (equals.flatMap { $0 < next ? $0 : nil }, next, false)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The place of the first byte that parts parameters, or that makes one more than plain, or `end`.
    @inline(__always)
    fileprivate func mark(from start: Int, to end: Int) -> Int {
        first(from: start, to: end) {
            $0.places(of: 0x3D) | $0.places(of: 0x3B) | $0.places(of: 0x22) | $0.places(of: 0x2C) | $0.places(of: 0x5E)
        }
    }
}
