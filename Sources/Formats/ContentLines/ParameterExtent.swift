import Bytes

/// Where one parameter stands.
@usableFromInline
struct ParameterExtent: Sendable {
    /// Empty for a bare word.
    @usableFromInline var name: Range<Int>
    @usableFromInline var value: Range<Int>
    @usableFromInline var isBareWord: Bool
    /// Whether the value has neither a quote nor a comma.
    @usableFromInline var isPlain: Bool
    /// Of the next `;`, or the end of the area.
    @usableFromInline var end: Int

    @inlinable @inline(__always)
    func isNamed(_ name: StaticString, in area: ArraySlice<UInt8>) -> Bool {
        (isBareWord || self.name.count == name.utf8CodeUnitCount) && isNamed(sameLength: name, in: area)
    }

    @usableFromInline
    func isNamed(sameLength name: StaticString, in area: ArraySlice<UInt8>) -> Bool {
        if isBareWord { return BareWord.name(of: area[value]).equalsIgnoringASCIICase(name) }
        return area[self.name].equalsIgnoringASCIICase(name)
    }
}

extension ParameterExtent {
    /// The first parameter after the `;` at `position`; nil where there is none.
    @usableFromInline
    static func first(in area: ArraySlice<UInt8>, after position: Int) -> ParameterExtent? {
        let base = area.startIndex
        guard var found = area.withUnsafeBufferPointer({ first(in: $0, after: position - base) }) else { return nil }
        found.name = (found.name.lowerBound + base)..<(found.name.upperBound + base)
        found.value = (found.value.lowerBound + base)..<(found.value.upperBound + base)
        found.end += base
        return found
    }

    private static func first(in area: UnsafeBufferPointer<UInt8>, after position: Int) -> ParameterExtent? {
        var position = position
        while position < area.count {
            let start = position + 1
            let (equals, end, isPlain) = scan(area, from: start)
            position = end
            if let equals, equals > start {
                return ParameterExtent(
                    name: trimmed(start..<equals, area), value: (equals + 1)..<end, isBareWord: false, isPlain: isPlain,
                    end: end)
            }
            let word = trimmed(start..<end, area)
            if !word.isEmpty {
                return ParameterExtent(
                    name: word.lowerBound..<word.lowerBound, value: word, isBareWord: true, isPlain: isPlain, end: end)
            }
        }
        return nil
    }

    /// Where the first `=` of the parameter stands, where the parameter ends, and whether there is no quote and no comma in it.
    private static func scan(
        _ area: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> (equals: Int?, end: Int, isPlain: Bool) {
        var equals: Int?
        var isQuoted = false
        var isPlain = true
        var index = start
        while index < area.count {
            let byte = area[index]
            // Letters, which most are, come after all that is looked for.
            if byte <= 0x3D {
                switch byte {
                case 0x22:
                    isQuoted.toggle()
                    isPlain = false
                case 0x2C: isPlain = false
                case 0x3B where !isQuoted: return (equals, index, isPlain)
                case 0x3D where equals == nil: equals = index
                default: break
                }
            }
            index += 1
        }
        guard isQuoted else { return (equals, index, isPlain) }
        // A quote that is never closed hides nothing.
        let end = area.firstOffset(of: 0x3B, from: start) ?? area.count
        return (equals.flatMap { $0 < end ? $0 : nil }, end, false)
    }

    private static func trimmed(_ range: Range<Int>, _ area: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, area[start].isASCIIWhitespace { start += 1 }
        while start < end, area[end - 1].isASCIIWhitespace { end -= 1 }
        return start..<end
    }
}
