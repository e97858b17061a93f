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
        let text = storage.text
        Self.forEachRange(in: text.span, extent.value, isPlain: extent.isPlain) { body(text[$0]) }
    }
    /// Calls `body` with each, without quotes and RFC 6868's carets.
    @usableFromInline
    func forEachCodedValue(_ body: (Span<UInt8>) -> Void) {
        let text = storage.text
        Self.forEachRange(in: text.span, extent.value, isPlain: extent.isPlain) { range in
            let coded = text.span.extracting(range)
            guard coded.firstOffset(of: 0x5E) != nil else { return body(coded) }
            let value = ParameterValue.decode(text[range])
            body(value.span)
        }
    }
    /// Calls `body` with the place of each value in `text`, without quotes.
    @inline(__always)
    private static func forEachRange(in text: Span<UInt8>, _ values: Range<Int>, isPlain: Bool, _ body: (Range<Int>) -> Void) {
        if isPlain { return body(values) }
        var start = values.lowerBound
        var isQuoted = false
        for index in values {
            let byte = text[index]
            if byte == 0x22 { isQuoted.toggle() }
            if byte == 0x2C && !isQuoted {
                body(withoutQuotes(text, start..<index))
                start = index + 1
            }
        }
        body(withoutQuotes(text, start..<values.upperBound))
    }
    /// Each without quotes and RFC 6868's carets.
    package var values: [String] {
        rawValues.map { WellFormedText.string(ParameterValue.decode($0)) }
    }
    /// The values as one text, as for a parameter that has only one: a comma that nobody quoted belongs to it.
    package var value: String { extent.text(in: storage.text) }
    /// Whether one of the values is `value`, without case.
    package func hasValue(_ value: StaticString) -> Bool {
        if extent.isPlain {
            let text = storage.text
            return text.span.extracting(extent.value).equalsIgnoringASCIICase(value)
        }
        return rawValues.contains { $0.equalsIgnoringASCIICase(value) }
    }

    static func withoutQuotes(_ text: Span<UInt8>, _ value: Range<Int>) -> Range<Int> {
        guard !value.isEmpty else { return value }
        let (isOpened, isClosed) = (text[value.lowerBound] == 0x22, text[value.upperBound - 1] == 0x22)
        guard isOpened || isClosed else { return value }
        guard isOpened, isClosed, value.count >= 2 else {
            // A quote that is never closed.
            let rest = value.lowerBound + 1..<value.upperBound
            return isOpened && text.extracting(rest).firstOffset(of: 0x22) == nil ? rest : value
        }
        let inner = value.lowerBound + 1..<value.upperBound - 1
        return text.extracting(inner).firstOffset(of: 0x22) == nil ? inner : value
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
@usableFromInline
enum BareWord {
    /// Whether the name that it would have is `name`, without case.
    @usableFromInline
    static func isNamed(_ name: StaticString, _ word: ArraySlice<UInt8>) -> Bool {
        self.name(of: word).equalsIgnoringASCIICase(name)
    }

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
