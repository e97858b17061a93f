import Bytes

/// Lines as the arrays of RFC 7265 §3.4 and RFC 7095 §3.3.
struct JSONPropertyWriter {
    let dialect: JSONDialect

    /// `[name, parameters, type, value...]`; false, and nothing appended, for a line whose name is none.
    func append(_ line: ContentLine, to out: inout [UInt8]) -> Bool {
        let name = line.uppercasedName
        guard JSONText.isPropertyName(name.utf8) else { return false }
        let named = line.parameter("VALUE").map { JSONText.lowercased($0.value) }
        let defaultType = dialect.types[name]
        let raw = line.value
        var identifier = named ?? defaultType?.identifier ?? "unknown"
        if !JSONText.isName(identifier.utf8) { identifier = "unknown" }
        if named == nil, identifier == "date-time", !dialect.hasTruncatedDates, !raw.contains(0x54) {
            // A date that forgot to say so.
            if JSONScalar.date(raw, as: "date", mayBeTruncated: false) != nil { identifier = "date" }
        }
        let form = form(of: identifier, defaultType)
        var values: [UInt8] = []
        if !JSONValueWriter(type: identifier, dialect: dialect).append(raw, form, to: &values) {
            // RFC 7265 §5.1: what cannot be understood is kept as it is.
            identifier = "unknown"
            values.removeAll()
            JSONText.append(text: raw, to: &values)
        }
        out.append(0x5B)
        JSONText.append(JSONText.lowercased(name).utf8, to: &out)
        out.append(0x2C)
        appendParameters(of: line, isBinary: identifier == "binary", to: &out)
        out.append(0x2C)
        JSONText.append(identifier.utf8, to: &out)
        out.append(0x2C)
        out.append(contentsOf: values)
        out.append(0x5D)
        return true
    }

    /// A property has its form with its own type; a list may be of another type too (RDATE of periods).
    private func form(of identifier: String, _ defaultType: JSONPropertyType?) -> JSONPropertyType.Form {
        guard let defaultType else { return .single }
        return defaultType.identifier == identifier || defaultType.form == .list ? defaultType.form : .single
    }

    /// RFC 7265 §3.5, RFC 7095 §3.4: a name with a text, or with several in an array.
    private func appendParameters(of line: ContentLine, isBinary: Bool, to out: inout [UInt8]) {
        var names: [String] = []
        var values: [String: [String]] = [:]
        if dialect.hasGroups, let written = line.group?.trimmingASCIIWhitespace {
            let group = WellFormedText.string(written)
            if JSONText.isGroup(group.utf8) {
                names.append("group")
                values["group"] = [group]
            }
        }
        for parameter in line.parameters {
            let name = JSONText.lowercased(WellFormedText.string(parameter.name))
            // RFC 7265 §3.5.1, RFC 7095 §3.3.1.2: said in other ways.
            if name == "value" || isBinary && name == "encoding" || dialect.hasGroups && name == "group" { continue }
            guard JSONText.isName(name.utf8) else { continue }
            var texts = parameter.values
            if dialect.quotedLists.contains(name) {
                texts = texts.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
            }
            if values[name] == nil { names.append(name) }
            values[name, default: []] += texts
        }
        out.append(0x7B)
        for (number, name) in names.enumerated() {
            if number > 0 { out.append(0x2C) }
            JSONText.append(name.utf8, to: &out)
            out.append(0x3A)
            let texts = values[name] ?? []
            if texts.count != 1 { out.append(0x5B) }
            for (index, text) in texts.enumerated() {
                if index > 0 { out.append(0x2C) }
                JSONText.append(text.utf8, to: &out)
            }
            if texts.count != 1 { out.append(0x5D) }
        }
        out.append(0x7D)
    }
}

/// The values of one property, by their type.
struct JSONValueWriter {
    let type: String
    let dialect: JSONDialect

    /// False for a value that is not of its type; what was appended is of no use then.
    func append(_ raw: ArraySlice<UInt8>, _ form: JSONPropertyType.Form, to out: inout [UInt8]) -> Bool {
        switch form {
        case .single: return appendOne(raw, to: &out)
        case .list: return append(StructuredValue.split(raw, at: 0x2C), to: &out) { appendOne($0, to: &$1) }
        case .structured, .structuredLists:
            let parts = StructuredValue.split(raw, at: 0x3B)
            if parts.count == 1 { return appendComponent(raw, form, to: &out) }
            out.append(0x5B)
            guard append(parts, to: &out, { appendComponent($0, form, to: &$1) }) else { return false }
            out.append(0x5D)
            return true
        }
    }

    private func append(
        _ parts: [ArraySlice<UInt8>], to out: inout [UInt8], _ each: (ArraySlice<UInt8>, inout [UInt8]) -> Bool
    ) -> Bool {
        for (number, part) in parts.enumerated() {
            if number > 0 { out.append(0x2C) }
            guard each(part, &out) else { return false }
        }
        return true
    }

    private func appendComponent(
        _ part: ArraySlice<UInt8>, _ form: JSONPropertyType.Form, to out: inout [UInt8]
    ) -> Bool {
        let items = form == .structuredLists ? StructuredValue.split(part, at: 0x2C) : [part]
        if items.count == 1 { return appendOne(part, to: &out) }
        out.append(0x5B)
        guard append(items, to: &out, { appendOne($0, to: &$1) }) else { return false }
        out.append(0x5D)
        return true
    }

    private func appendOne(_ raw: ArraySlice<UInt8>, to out: inout [UInt8]) -> Bool {
        switch type {
        case "text": JSONText.append(text: TextValue.unescape(raw), to: &out)
        case "integer", "float":
            guard let number = JSONScalar.number(raw), type == "float" || !number.contains(0x2E) else { return false }
            out.append(contentsOf: number)
        case "boolean":
            if raw.equalsIgnoringASCIICase("TRUE") {
                out.append("true")
            } else if raw.equalsIgnoringASCIICase("FALSE") {
                out.append("false")
            } else {
                return false
            }
        case "date", "time", "date-time", "date-and-or-time", "timestamp":
            return appendText(JSONScalar.date(raw, as: type, mayBeTruncated: dialect.hasTruncatedDates), to: &out)
        case "utc-offset": return appendText(JSONScalar.offset(raw, separated: true), to: &out)
        case "duration": return appendText(JSONScalar.isDuration(raw) ? Array(raw) : nil, to: &out)
        case "binary":
            let base64 = raw.filter { !$0.isASCIIWhitespace }
            return appendText(base64.allSatisfy(JSONScalar.isBase64) ? base64 : nil, to: &out)
        case "period":
            let ends = raw.split(separator: 0x2F, omittingEmptySubsequences: false)
            guard ends.count == 2, let first = ends.first, let last = ends.last,
                let start = JSONScalar.date(first, as: "date-time", mayBeTruncated: false),
                let end = JSONScalar.periodEnd(last)
            else { return false }
            // RFC 7265 §3.6.9
            out.append(0x5B)
            JSONText.append(start, to: &out)
            out.append(0x2C)
            JSONText.append(end, to: &out)
            out.append(0x5D)
        case "recur":
            guard let object = JSONRecurrence.json(raw) else { return false }
            out.append(contentsOf: object)
        default: JSONText.append(text: raw, to: &out)
        }
        return true
    }

    private func appendText(_ text: [UInt8]?, to out: inout [UInt8]) -> Bool {
        guard let text else { return false }
        JSONText.append(text, to: &out)
        return true
    }
}
