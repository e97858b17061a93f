import Bytes

/// One parameter as it stands in a line.
///
///     param = name "=" value *("," value)          value = *SAFE-CHAR / DQUOTE *QSAFE-CHAR DQUOTE
package struct Parameter: Sendable {
    /// As written. A bare word of vCard 2.1 (`TEL;HOME;PREF:`) has the name that later versions would give it.
    package let name: ArraySlice<UInt8>
    /// All values, quoted and encoded.
    package let rawValue: ArraySlice<UInt8>
    /// Whether it is a word without a name, or a name without a value.
    package let isBareWord: Bool

    /// Whether the name is `name`, without case.
    package func isNamed(_ name: StaticString) -> Bool { self.name.equalsIgnoringASCIICase(name) }
    /// Whether the name is `name`, without case.
    package func isNamed(_ name: some Collection<UInt8>) -> Bool { self.name.equalsIgnoringASCIICase(name) }

    /// Each as written, but for the quotes around it.
    package var rawValues: [ArraySlice<UInt8>] {
        var values: [ArraySlice<UInt8>] = []
        forEachRawValue { values.append($0) }
        return values
    }
    /// Calls `body` with each as written, but for the quotes around it.
    package func forEachRawValue(_ body: (ArraySlice<UInt8>) -> Void) {
        if !rawValue.has(0x2C) { return body(Self.withoutQuotes(rawValue)) }
        var start = rawValue.startIndex
        var isQuoted = false
        for index in rawValue.indices {
            if rawValue[index] == 0x22 { isQuoted.toggle() }
            if rawValue[index] == 0x2C && !isQuoted {
                body(Self.withoutQuotes(rawValue[start..<index]))
                start = index + 1
            }
        }
        body(Self.withoutQuotes(rawValue[start...]))
    }
    /// Each without quotes and RFC 6868's carets.
    package var values: [String] {
        rawValues.map { WellFormedText.string(ParameterValue.decode($0)) }
    }
    /// The values as one text, as for a parameter that has only one: a comma that nobody quoted belongs to it.
    package var value: String {
        WellFormedText.string(ParameterValue.decode(Self.withoutQuotes(rawValue)))
    }
    /// Whether one of the values is `value`, without case.
    package func hasValue(_ value: StaticString) -> Bool {
        var isFound = false
        forEachRawValue { isFound = isFound || $0.equalsIgnoringASCIICase(value) }
        return isFound
    }

    private static func withoutQuotes(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard value.first == 0x22 || value.last == 0x22 else { return value }
        guard value.count >= 2, value.first == 0x22, value.last == 0x22 else {
            // A quote that is never closed.
            return value.first == 0x22 && !value.dropFirst().contains(0x22) ? value.dropFirst() : value
        }
        let inner = value.dropFirst().dropLast()
        return inner.contains(0x22) ? value : inner
    }
}

/// The parameters of a line, found one by one.
package struct ParameterSequence: Sequence, Sendable {
    /// From the first `;` to the colon, both not included in what is parsed.
    let area: ArraySlice<UInt8>

    package func makeIterator() -> Iterator { Iterator(area: area, position: area.startIndex) }

    /// Walks from `;` to `;`.
    package struct Iterator: IteratorProtocol {
        let area: ArraySlice<UInt8>
        /// Of the next `;`.
        var position: Int

        package mutating func next() -> Parameter? {
            while position < area.endIndex {
                let start = position + 1
                let (equals, end) = scan(from: start)
                position = end
                if let equals, equals > start {
                    return Parameter(
                        name: area[start..<equals].trimmingASCIIWhitespace, rawValue: area[(equals + 1)..<end],
                        isBareWord: false)
                }
                let word = area[start..<end].trimmingASCIIWhitespace
                if !word.isEmpty {
                    return Parameter(name: BareWord.name(of: word), rawValue: word, isBareWord: true)
                }
            }
            return nil
        }

        /// Where the first `=` of the parameter stands, and where the parameter ends.
        private func scan(from start: Int) -> (equals: Int?, end: Int) {
            let base = area.startIndex
            return area.withUnsafeBufferPointer { bytes in
                var equals: Int?
                var isQuoted = false
                var index = start - base
                while index < bytes.count {
                    switch bytes[index] {
                    case 0x22: isQuoted.toggle()
                    case 0x3B where !isQuoted: return (equals, base + index)
                    case 0x3D where equals == nil: equals = base + index
                    default: break
                    }
                    index += 1
                }
                guard isQuoted else { return (equals, base + index) }
                // A quote that is never closed hides nothing.
                let end = area.index(of: 0x3B, from: start) ?? area.endIndex
                return (equals.flatMap { $0 < end ? $0 : nil }, end)
            }
        }
    }
}

/// vCard 2.1 §2.1.2: parameter values may stand without a name.
enum BareWord {
    private static let type = ArraySlice("TYPE".utf8)
    private static let encoding = ArraySlice("ENCODING".utf8)
    private static let value = ArraySlice("VALUE".utf8)

    static func name(of word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        switch word.count {
        case 4 where word.equalsIgnoringASCIICase("7BIT") || word.equalsIgnoringASCIICase("8BIT"): encoding
        case 6 where word.equalsIgnoringASCIICase("BASE64"): encoding
        case 16 where word.equalsIgnoringASCIICase("QUOTED-PRINTABLE"): encoding
        case 3 where word.equalsIgnoringASCIICase("URL") || word.equalsIgnoringASCIICase("CID"): value
        case 6 where word.equalsIgnoringASCIICase("INLINE"): value
        case 10 where word.equalsIgnoringASCIICase("CONTENT-ID"): value
        default: type
        }
    }
}
