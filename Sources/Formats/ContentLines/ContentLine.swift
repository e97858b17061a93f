import Bytes

/// One property as it stands in a document: a view, cheap to copy. Nothing is decoded before it is asked for.
///
/// What only looks up where something stands is inlined into other modules, so that they need not count references to the
/// document for each line that they look at.
///
///     contentline = [group "."] name *(";" param) ":" value
public struct ContentLine: Sendable {
    @usableFromInline let storage: ComponentTree.Storage
    @usableFromInline let index: Int

    @inlinable @inline(__always)
    init(storage: ComponentTree.Storage, index: Int) {
        self.storage = storage
        self.index = index
    }

    @inlinable @inline(__always)
    var extent: ContentLineExtent { storage.extents[index] }

    /// As written, without the group.
    @inlinable @inline(__always)
    public var name: ArraySlice<UInt8> {
        let extent = extent
        return storage.text[Int(extent.nameStart)..<Int(extent.nameEnd)]
    }
    /// In bytes: enough to tell most names apart.
    @inlinable @inline(__always)
    public var nameCount: Int { extent.nameCount }
    /// In upper case.
    package var uppercasedName: String { String(utf8: name.map(\.asciiUppercased)) }
    /// RFC 6350 §3.3: what stands before the name's dot.
    package var group: ArraySlice<UInt8>? {
        let extent = extent
        return extent.nameStart > extent.start ? storage.text[Int(extent.start)..<Int(extent.nameStart) - 1] : nil
    }
    /// Everything after the colon, without folds and still escaped and encoded.
    @inlinable @inline(__always)
    public var value: ArraySlice<UInt8> {
        let extent = extent
        return storage.text[Int(extent.valueStart)..<Int(extent.end)]
    }
    /// `value`, for those who only look at it, and count no references to the document then.
    @inlinable @inline(__always)
    public func withValue<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        let extent = extent
        let text = storage.text
        return body(text.span.extracting(Int(extent.valueStart)..<Int(extent.end)))
    }
    /// Whether the value is `text`, without case and white space at either end.
    package func isValue(_ text: StaticString) -> Bool {
        withValue { $0.extracting($0.trimmingASCIIWhitespace(0..<$0.count)).equalsIgnoringASCIICase(text) }
    }
    /// The whole line without folds.
    package var unfolded: ArraySlice<UInt8> { storage.text[Int(extent.start)..<Int(extent.end)] }
    /// The line as it stands in the source, with its folds, without its line end.
    package var source: ArraySlice<UInt8> { storage.source[sourceRange] }
    /// Where the line stands in the source, without its line end.
    package var sourceRange: Range<Int> { Int(extent.sourceStart)..<Int(extent.sourceEnd) }

    /// Whether the name is `name`, without case.
    @inlinable @inline(__always)
    public func isNamed(_ name: StaticString) -> Bool {
        extent.isNamed(name, in: storage.text)
    }
    /// Whether the name is `name`, without case.
    package func isNamed(_ name: some Collection<UInt8>) -> Bool { self.name.equalsIgnoringASCIICase(name) }

    /// In their order, repeated ones as often as they stand there.
    @inlinable @inline(__always)
    public var parameters: ParameterSequence {
        let extent = extent
        // A line without a colon has its end where the value would start.
        return ParameterSequence(
            storage: storage, area: Int(extent.parametersStart)..<max(Int(extent.parametersStart), Int(extent.valueStart) - 1))
    }
    /// Calls `body` with each value of each of `parameters`, without quotes and RFC 6868's carets.
    @inlinable @inline(__always)
    public func forEachParameterValue(_ body: (Span<UInt8>) -> Void) {
        let extent = extent
        guard extent.hasParameters else { return }
        var position = Int(extent.parametersStart)
        let end = Int(extent.valueStart) - 1
        while let found = ParameterExtent.first(in: storage.text, after: position, before: end) {
            if found.isPlain {
                let text = storage.text
                body(text.span.extracting(found.value))
            } else {
                Parameter(storage: storage, extent: found).forEachCodedValue(body)
            }
            position = found.end
        }
    }
    /// The first parameter with that name.
    @inlinable @inline(__always)
    public func parameter(_ name: StaticString) -> Parameter? {
        extent.hasParameters ? firstParameter(named: name) : nil
    }

    @usableFromInline
    func firstParameter(named name: StaticString) -> Parameter? {
        parameterExtent(name).map { Parameter(storage: storage, extent: $0) }
    }

    /// `Parameter.value` of the first parameter with that name.
    package func parameterValue(_ name: StaticString) -> String? {
        guard extent.hasParameters, let found = parameterExtent(name) else { return nil }
        return found.text(in: storage.text)
    }

    private func parameterExtent(_ name: StaticString) -> ParameterExtent? {
        let extent = extent
        var position = Int(extent.parametersStart)
        let end = Int(extent.valueStart) - 1
        while let found = ParameterExtent.first(in: storage.text, after: position, before: end) {
            if found.isNamed(name, in: storage.text) { return found }
            position = found.end
        }
        return nil
    }

    /// The line, without folds, where the first parameter with that name has another value; nil where there is none.
    package func unfolded(withValue value: String, of name: StaticString) -> [UInt8]? {
        guard let parameter = parameter(name), !parameter.isBareWord else { return nil }
        let extent = extent
        var line = Array(storage.text[Int(extent.start)..<parameter.extent.value.lowerBound])
        ParameterValue.append(value.utf8, to: &line)
        line += storage.text[parameter.extent.value.upperBound..<Int(extent.end)]
        return line
    }

    /// The first parameter with that name.
    package func parameter(named name: [UInt8]) -> Parameter? {
        parameters.first { $0.isNamed(name) }
    }
    /// The values of all parameters with that name, decoded.
    package func parameterValues(_ name: StaticString) -> [String] {
        parameters.filter { $0.isNamed(name) }.flatMap(\.values)
    }
}

extension ContentLine {
    /// The value in UTF-8, without quoted-printable (vCard 2.1, vCalendar 1.0) and CHARSET, still escaped.
    @inlinable @inline(__always)
    public var transferDecodedValue: ArraySlice<UInt8> { extent.hasParameters ? valueDecodedByParameters : value }

    @usableFromInline
    var valueDecodedByParameters: ArraySlice<UInt8> {
        var decoded = value
        var charset: String?
        var isQuotedPrintable = false
        var parameters = parameters.makeIterator()
        while let parameter = parameters.next() {
            if parameter.isNamed("ENCODING") {
                isQuotedPrintable = isQuotedPrintable || parameter.hasValue("QUOTED-PRINTABLE")
            } else if charset == nil, parameter.isNamed("CHARSET") {
                charset = parameter.values.first
            }
        }
        if isQuotedPrintable { decoded = ArraySlice(QuotedPrintable.decode(decoded)) }
        if let charset, !WellFormedText.isUTF8(decoded), let converted = Charset.utf8(decoded, from: charset) {
            decoded = ArraySlice(converted)
        }
        return decoded
    }
    /// The bytes of the value as text, decoded, without escapes; they may not be UTF-8.
    @inlinable @inline(__always)
    public func withText<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        if extent.hasParameters { return withTextDecodedByParameters(body) }
        return withValue { TextValue.withUnescaped($0, body) }
    }

    /// Calls `body` with the bytes of each part of a value of several, decoded, without escapes.
    public func forEachPart(separator: UInt8, _ body: (Span<UInt8>) -> Void) {
        let value = transferDecodedValue
        StructuredValue.forEachPart(of: value.span, separator: separator) { part in
            TextValue.withUnescaped(value.span.extracting(part), body)
        }
    }

    @usableFromInline
    func withTextDecodedByParameters<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        let value = valueDecodedByParameters
        return TextValue.withUnescaped(value.span, body)
    }
    /// The value as text: decoded, without escapes.
    package var text: String { withText { WellFormedText.string($0) } }
    /// The value as it is, as text: for URIs, dates, identifiers.
    package var rawText: String { withValue { WellFormedText.string($0) } }
}
