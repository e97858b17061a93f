import Bytes

/// One parameter as it stands in a line.
///
///     param = name "=" value *("," value)          value = *SAFE-CHAR / DQUOTE *QSAFE-CHAR DQUOTE
public struct Parameter: Sendable {
    @usableFromInline let storage: ComponentTree.Storage
    @usableFromInline let extent: ParameterExtent

    @inlinable @inline(__always)
    init(storage: ComponentTree.Storage, extent: ParameterExtent) {
        self.storage = storage
        self.extent = extent
    }

    /// As written. A bare word of vCard 2.1 (`TEL;HOME;PREF:`) has the name that later versions would give it.
    package var name: ArraySlice<UInt8> { isBareWord ? BareWord.name(of: rawValue) : storage.text[extent.name] }
    /// All values, quoted and encoded.
    @inlinable @inline(__always)
    public var rawValue: ArraySlice<UInt8> { storage.text[extent.value] }
    /// Whether it is a word without a name, or a name without a value.
    @inlinable @inline(__always)
    public var isBareWord: Bool { extent.isBareWord }

    /// Whether the name is `name`, without case.
    @inlinable @inline(__always)
    public func isNamed(_ name: StaticString) -> Bool { extent.isNamed(name, in: storage.text) }
    /// Whether the name is `name`, without case.
    package func isNamed(_ name: some Collection<UInt8>) -> Bool { self.name.equalsIgnoringASCIICase(name) }

    /// Each as written, but for the quotes around it.
    package var rawValues: [ArraySlice<UInt8>] {
        var values: [ArraySlice<UInt8>] = []
        forEachRawValue { values.append($0) }
        return values
    }

    private func forEachRawValue(_ body: (ArraySlice<UInt8>) -> Void) {
        let rawValue = rawValue
        if extent.isPlain { return body(rawValue) }
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
    /// Calls `body` with each, without quotes and RFC 6868's carets.
    @usableFromInline
    func forEachCodedValue(_ body: (Span<UInt8>) -> Void) {
        forEachRawValue { rawValue in
            let value = ParameterValue.decode(rawValue)
            body(value.span)
        }
    }
    /// Each without quotes and RFC 6868's carets.
    package var values: [String] {
        rawValues.map { WellFormedText.string(ParameterValue.decode($0)) }
    }
    /// The values as one text, as for a parameter that has only one: a comma that nobody quoted belongs to it.
    package var value: String {
        if extent.isPlain {
            let text = storage.text
            return WellFormedText.string(text.span.extracting(extent.value))
        }
        return WellFormedText.string(ParameterValue.decode(Self.withoutQuotes(rawValue)))
    }
    /// Whether one of the values is `value`, without case.
    package func hasValue(_ value: StaticString) -> Bool {
        if extent.isPlain {
            let text = storage.text
            return text.span.extracting(extent.value).equalsIgnoringASCIICase(value)
        }
        return rawValues.contains { $0.equalsIgnoringASCIICase(value) }
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
public struct ParameterSequence: Sequence, Sendable {
    @usableFromInline let storage: ComponentTree.Storage
    /// From the first `;` to the colon, both not included in what is parsed.
    @usableFromInline let area: Range<Int>

    @inlinable @inline(__always)
    init(storage: ComponentTree.Storage, area: Range<Int>) {
        self.storage = storage
        self.area = area
    }

    @inlinable @inline(__always)
    public func makeIterator() -> Iterator { Iterator(storage: storage, area: area) }

    /// Walks from `;` to `;`.
    public struct Iterator: IteratorProtocol {
        @usableFromInline let storage: ComponentTree.Storage
        /// Of the next `;`.
        @usableFromInline var position: Int
        @usableFromInline let end: Int

        @inlinable @inline(__always)
        init(storage: ComponentTree.Storage, area: Range<Int>) {
            self.storage = storage
            position = area.lowerBound
            end = area.upperBound
        }

        @inlinable @inline(__always)
        public mutating func next() -> Parameter? {
            guard let extent = ParameterExtent.first(in: storage.text, after: position, before: end) else {
                position = end
                return nil
            }
            position = extent.end
            return Parameter(storage: storage, extent: extent)
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
