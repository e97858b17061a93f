import Bytes
import ContentLines

/// One property on its way from one version to the other. Written as it stood in its card unless something changed.
struct CardLine {
    var group: ArraySlice<UInt8>? { didSet { isChanged = true } }
    /// In upper case; another name is set by `rename`.
    private(set) var name: String
    private(set) var writtenName: ArraySlice<UInt8>
    private(set) var parameters: [CardParameter]
    /// Still escaped.
    var value: ArraySlice<UInt8> { didSet { isChanged = true } }
    private(set) var isChanged = false
    private let source: ContentLine?

    init(_ line: ContentLine) {
        group = line.group
        name = line.uppercasedName
        writtenName = line.name
        parameters = []
        value = line.transferDecodedValue
        source = line
        for parameter in line.parameters {
            if parameter.isBareWord { isChanged = true }
            if parameter.isNamed("CHARSET") || parameter.isNamed("ENCODING") && parameter.hasValue("QUOTED-PRINTABLE") {
                // RFC 2426 §5: neither is there after version 2.1.
                isChanged = true
                continue
            }
            parameters.append(CardParameter(name: parameter.name, values: parameter.values))
        }
        if !WellFormedText.isUTF8(line.source) { isChanged = true }
        if isChanged { value = Self.lineBreaksEscaped(value) }
    }

    init(group: ArraySlice<UInt8>? = nil, name: String, parameters: [(String, String)] = [], value: some Collection<UInt8>) {
        self.group = group
        self.name = name
        writtenName = ArraySlice(name.utf8)
        self.parameters = parameters.map { CardParameter(name: ArraySlice($0.utf8), values: [$1]) }
        self.value = ArraySlice(value)
        isChanged = true
        source = nil
    }

    /// The value without escapes.
    var text: String { WellFormedText.string(TextValue.unescape(value)) }

    mutating func rename(_ name: String) {
        self.name = name
        writtenName = ArraySlice(name.utf8)
        isChanged = true
    }

    mutating func setText(_ text: String) {
        var out: [UInt8] = []
        TextValue.appendEscaped(text.utf8, to: &out)
        value = out[...]
    }

    func append(to writer: inout ContentLineWriter) {
        if !isChanged, let source {
            source.appendSource(to: &writer)
            return
        }
        var line: [UInt8] = []
        line.reserveCapacity(value.count + 80)
        if let group {
            line.append(WellFormedText.string(group))
            line.append(0x2E)
        }
        line.append(WellFormedText.string(writtenName))
        for parameter in parameters { parameter.append(to: &line) }
        line.append(0x3A)
        if WellFormedText.isUTF8(value) {
            line.append(contentsOf: value)
        } else {
            line.append(WellFormedText.string(value))
        }
        writer.logicalLine(SoftBreak.closed(line))
    }

    /// What quoted-printable can hide within a line.
    private static func lineBreaksEscaped(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard value.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return value }
        var out: [UInt8] = []
        var isAfterCR = false
        for byte in value {
            if byte == 0x0D || byte == 0x0A && !isAfterCR {
                out.append("\\n")
            } else if byte != 0x0A {
                out.append(byte)
            }
            isAfterCR = byte == 0x0D
        }
        return out[...]
    }
}

/// A parameter with its values, without quotes.
struct CardParameter {
    var name: ArraySlice<UInt8>
    var values: [String]

    func isNamed(_ name: StaticString) -> Bool { self.name.equalsIgnoringASCIICase(name) }

    func append(to line: inout [UInt8]) {
        line.append(0x3B)
        line.append(WellFormedText.string(name))
        line.append(0x3D)
        for (number, value) in values.enumerated() {
            if number > 0 { line.append(0x2C) }
            ParameterValue.append(value.utf8, to: &line)
        }
    }
}

extension CardLine {
    /// The first value of the parameter; nil where there is none.
    func parameter(_ name: StaticString) -> String? {
        parameters.first { $0.isNamed(name) }?.values.first
    }

    func hasParameter(_ name: StaticString) -> Bool { parameters.contains { $0.isNamed(name) } }

    /// The VALUE parameter, in lower case.
    var valueType: String? { parameter("VALUE")?.lowercased() }

    mutating func removeParameter(_ name: StaticString) {
        guard hasParameter(name) else { return }
        parameters.removeAll { $0.isNamed(name) }
        isChanged = true
    }

    /// In the place of one that is there.
    mutating func setParameter(_ name: StaticString, _ value: String) {
        if let index = parameters.firstIndex(where: { $0.isNamed(name) }) {
            parameters[index].values = [value]
        } else {
            parameters.append(CardParameter(name: ArraySlice("\(name)".utf8), values: [value]))
        }
        isChanged = true
    }

    mutating func removeValueType(_ types: String...) {
        if let valueType, types.contains(valueType) { removeParameter("VALUE") }
    }

    /// The values of TYPE, of all parameters of that name. A list in quotes (RFC 6350 §6.4.1 shows one) is a list.
    var types: [String] {
        parameters.filter { $0.isNamed("TYPE") }.flatMap(\.values).flatMap { value in
            value.split(separator: ",").map(String.init)
        }
    }

    func hasType(_ type: String) -> Bool { types.contains { $0.lowercased() == type } }

    mutating func setTypes(_ types: [String]) {
        guard types != self.types || parameters.contains(where: { $0.isNamed("TYPE") && $0.values.contains { $0.contains(",") } })
        else { return }
        let index = parameters.firstIndex { $0.isNamed("TYPE") } ?? parameters.endIndex
        let name = index < parameters.endIndex ? parameters[index].name : ArraySlice("TYPE".utf8)
        parameters.removeAll { $0.isNamed("TYPE") }
        if !types.isEmpty { parameters.insert(CardParameter(name: name, values: types), at: min(index, parameters.endIndex)) }
        isChanged = true
    }

    mutating func removeType(_ type: String) {
        if hasType(type) { setTypes(types.filter { $0.lowercased() != type }) }
    }
}

/// What only one version can say is kept beside what both can.
extension CardLine {
    /// In version 3.0: the value of 4.0 from which the one that stands there was made.
    static let version4Value: StaticString = "X-VCARD4-VALUE"
    /// In version 4.0: the name that the property had in 3.0, where several mean the same.
    static let version3Name: StaticString = "X-VCARD3-NAME"

    /// Sets what version 3.0 can say of the value, and keeps the whole of it.
    mutating func reduce(to value: some Collection<UInt8>) {
        setParameter(Self.version4Value, WellFormedText.string(self.value))
        self.value = ArraySlice(value)
    }

    /// Sets the value of version 4.0 again, unless a client has written another one since: `reduced` makes of it what
    /// version 3.0 can say.
    mutating func restore(_ reduced: (ArraySlice<UInt8>) -> [UInt8]?) -> Bool {
        guard let whole = parameter(Self.version4Value) else { return false }
        removeParameter(Self.version4Value)
        let bytes = ArraySlice(whole.utf8)
        guard let value = reduced(bytes), value.elementsEqual(self.value) else { return false }
        self.value = bytes
        return true
    }

    mutating func takeVersion3Name() -> String? {
        guard let name = parameter(Self.version3Name) else { return nil }
        removeParameter(Self.version3Name)
        return name.uppercased()
    }
}
