import Bytes

/// The arrays of RFC 7265 §3.4 and RFC 7095 §3.3 as lines.
struct JSONPropertyReader {
    let dialect: JSONDialect

    /// The property's name in upper case, and its line without folds.
    func line(_ property: JSONValue) throws(JSONContentError) -> (name: String, line: [UInt8]) {
        guard let fields = property.array, fields.count >= 4, case .string(let written) = fields[0],
            case .object(let parameters) = fields[1], case .string(let type) = fields[2]
        else { throw .structure("a property as [name, {parameters}, type, value, ...]") }
        let name = String(utf8: written.utf8.map(\.asciiUppercased))
        guard JSONText.isPropertyName(name.utf8) else { throw .propertyName(written) }
        guard JSONText.isName(type.utf8) else { throw .value(property: written) }
        var line: [UInt8] = []
        if dialect.hasGroups, let group = parameters.first(where: { JSONText.lowercased($0.name) == "group" }) {
            guard let text = group.value.string, JSONText.isGroup(Array(text.utf8)) else {
                throw .parameter(property: written, name: "group")
            }
            line.append(text)
            line.append(0x2E)
        }
        line.append(name)
        let identifier = JSONText.lowercased(type)
        // RFC 7265 §3.5.1, RFC 7095 §3.4.1
        if identifier != "unknown", identifier != dialect.types[name]?.identifier || dialect.alwaysTyped.contains(name) {
            line.append(";VALUE=")
            line.append(String(utf8: identifier.utf8.map(\.asciiUppercased)))
        }
        if identifier == "binary" { line.append(";ENCODING=BASE64") }
        try append(parameters, of: written, to: &line)
        line.append(0x3A)
        let reader = JSONValueReader(type: identifier, dialect: dialect)
        for (number, value) in fields.dropFirst(3).enumerated() {
            if number > 0 { line.append(0x2C) }
            guard reader.append(value, to: &line) else { throw .value(property: written) }
        }
        return (name, line)
    }

    private func append(
        _ parameters: [JSONValue.Member], of property: String, to line: inout [UInt8]
    ) throws(JSONContentError) {
        var names: Set<String> = []
        for parameter in parameters {
            let name = String(utf8: parameter.name.utf8.map(\.asciiUppercased))
            if dialect.hasGroups && name == "GROUP" { continue }
            let values = parameter.value.array ?? [parameter.value]
            guard JSONText.isName(name.utf8), name != "VALUE", names.insert(name).inserted, !values.isEmpty else {
                throw .parameter(property: property, name: parameter.name)
            }
            line.append(0x3B)
            line.append(name)
            line.append(0x3D)
            for (number, value) in values.enumerated() {
                guard let text = value.string.flatMap(JSONText.carried) else {
                    throw .parameter(property: property, name: parameter.name)
                }
                if number > 0 { line.append(0x2C) }
                ParameterValue.append(text.utf8, to: &line)
            }
        }
    }
}

/// The values of one property, by their type.
struct JSONValueReader {
    let type: String
    let dialect: JSONDialect

    /// False for what is not of the type, or cannot stand in a line.
    func append(_ value: JSONValue, to line: inout [UInt8]) -> Bool {
        guard case .array(let parts) = value, type != "period" else { return appendOne(value, to: &line) }
        // RFC 7095 §3.3.1.3: components, each of which may be a list.
        guard !parts.isEmpty, type == "text" || type == "float" || type == "integer" else { return false }
        for (number, part) in parts.enumerated() {
            if number > 0 { line.append(0x3B) }
            for (index, item) in (part.array ?? [part]).enumerated() {
                if index > 0 { line.append(0x2C) }
                guard appendOne(item, to: &line) else { return false }
            }
        }
        return true
    }

    private func appendOne(_ value: JSONValue, to line: inout [UInt8]) -> Bool {
        switch (type, value) {
        case ("text", .string(let text)):
            guard let text = JSONText.carried(text) else { return false }
            TextValue.appendEscaped(text.utf8, to: &line)
        case ("integer", .number(let number)), ("float", .number(let number)):
            guard let digits = JSONScalar.number(ArraySlice(number.utf8)), type == "float" || !digits.contains(0x2E) else {
                return false
            }
            line.append(contentsOf: digits)
        case ("boolean", .boolean(let flag)): line.append(flag ? "TRUE" : "FALSE")
        case ("recur", .object):
            guard let rule = JSONRecurrence.text(value) else { return false }
            line.append(contentsOf: rule)
        case ("period", .array(let ends)):
            guard ends.count == 2, let start = ends[0].string, let end = ends[1].string else { return false }
            return appendPeriod(start, end, to: &line)
        case ("period", .string(let text)):
            // As RFC 7265 Appendix B.2 has it.
            let ends = text.split(separator: "/", omittingEmptySubsequences: false)
            guard ends.count == 2 else { return false }
            return appendPeriod(String(ends[0]), String(ends[1]), to: &line)
        case ("text", _), ("integer", _), ("float", _), ("boolean", _), ("recur", _), ("period", _): return false
        case (_, .string(let text)): return appendText(text, to: &line)
        default: return false
        }
        return true
    }

    private func appendPeriod(_ start: String, _ end: String, to line: inout [UInt8]) -> Bool {
        guard let first = JSONScalar.date(basic: ArraySlice(start.utf8), as: "date-time", mayBeTruncated: false),
            let last = JSONScalar.periodEnd(basic: ArraySlice(end.utf8))
        else { return false }
        line.append(contentsOf: first + [0x2F] + last)
        return true
    }

    private func appendText(_ text: String, to line: inout [UInt8]) -> Bool {
        let bytes = ArraySlice(text.utf8)
        switch type {
        case "date", "time", "date-time", "date-and-or-time", "timestamp":
            guard let date = JSONScalar.date(basic: bytes, as: type, mayBeTruncated: dialect.hasTruncatedDates) else {
                return false
            }
            line.append(contentsOf: date)
        case "utc-offset":
            guard let offset = JSONScalar.offset(bytes, separated: false) else { return false }
            line.append(contentsOf: offset)
        case "duration" where !JSONScalar.isDuration(bytes): return false
        case "binary" where !bytes.allSatisfy(JSONScalar.isBase64): return false
        default:
            guard let raw = JSONText.carriedInOneLine(text) else { return false }
            line.append(raw)
        }
        return true
    }
}
