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
        var start = rawValue.startIndex
        var isQuoted = false
        for index in rawValue.indices {
            if rawValue[index] == 0x22 { isQuoted.toggle() }
            if rawValue[index] == 0x2C && !isQuoted {
                values.append(Self.withoutQuotes(rawValue[start..<index]))
                start = index + 1
            }
        }
        values.append(Self.withoutQuotes(rawValue[start...]))
        return values
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
        rawValues.contains { $0.equalsIgnoringASCIICase(value) }
    }

    private static func withoutQuotes(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
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

    package func makeIterator() -> Iterator { Iterator(rest: area) }

    /// Walks from `;` to `;`.
    package struct Iterator: IteratorProtocol {
        var rest: ArraySlice<UInt8>

        package mutating func next() -> Parameter? {
            while !rest.isEmpty {
                rest = rest.dropFirst()
                let end = endOfParameter()
                let parameter = rest[rest.startIndex..<end]
                rest = rest[end...]
                if let equals = parameter.firstIndex(of: 0x3D), equals > parameter.startIndex {
                    return Parameter(
                        name: parameter[..<equals].trimmingASCIIWhitespace,
                        rawValue: parameter[(equals + 1)...], isBareWord: false)
                }
                let word = parameter.trimmingASCIIWhitespace
                if !word.isEmpty {
                    return Parameter(name: BareWord.name(of: word), rawValue: word, isBareWord: true)
                }
            }
            return nil
        }

        private func endOfParameter() -> Int {
            var isQuoted = false
            for index in rest.indices {
                if rest[index] == 0x22 { isQuoted.toggle() }
                if rest[index] == 0x3B && !isQuoted { return index }
            }
            // A quote that is never closed hides nothing.
            return isQuoted ? rest.firstIndex(of: 0x3B) ?? rest.endIndex : rest.endIndex
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
