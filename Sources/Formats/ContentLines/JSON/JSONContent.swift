import Bytes

/// Components as JSON and JSON as components: what jCal (RFC 7265) and jCard (RFC 7095) share. RFC 6868's carets are no part
/// of JSON; they are made and taken away on the side of the text.
package struct JSONContent: Sendable {
    private let dialect: JSONDialect

    package init(_ dialect: JSONDialect) {
        self.dialect = dialect
    }

    /// Appends `[name, [properties], [components]]`, or without the last where `hasComponents` is not set. Lines that are
    /// named as no property can be are left out.
    /// - Parameter version: stands first, in the place of every VERSION.
    package func append(
        _ component: Component, hasComponents: Bool, version: StaticString? = nil, to out: inout [UInt8]
    ) {
        out.append(0x5B)
        JSONText.append(JSONText.lowercased(component.uppercasedName).utf8, to: &out)
        out.append(",[")
        let writer = JSONPropertyWriter(dialect: dialect)
        var isFirst = version == nil
        if let version {
            out.append("[\"version\",{},\"text\",\"")
            out.append(version)
            out.append("\"]")
        }
        for line in component.properties where version == nil || !line.isNamed("VERSION") {
            if !isFirst { out.append(0x2C) }
            if writer.append(line, to: &out) {
                isFirst = false
            } else if !isFirst {
                out.removeLast()
            }
        }
        out.append(0x5D)
        if hasComponents {
            out.append(",[")
            isFirst = true
            for child in component.children where canName(child) {
                if !isFirst { out.append(0x2C) }
                isFirst = false
                append(child, hasComponents: true, to: &out)
            }
            out.append(0x5D)
        }
        out.append(0x5D)
    }

    /// Whether the component has a name that JSON can have.
    package func canName(_ component: Component) -> Bool { JSONText.isName(component.uppercasedName.utf8) }

    /// One value, or several in an array (RFC 7265 §3.2): each an array that begins with a name.
    package static func objects(_ json: [UInt8], limits: JSONValue.Limits) throws(JSONContentError) -> [JSONValue] {
        let value: JSONValue
        do {
            value = try JSONValue.parse(json, limits: limits)
        } catch {
            throw .notJSON(error)
        }
        guard let fields = value.array, let first = fields.first else { throw .structure("an array") }
        return first.array == nil ? [value] : fields
    }

    /// Appends the lines of a component, from its BEGIN to its END.
    package func append(_ value: JSONValue, hasComponents: Bool, to out: inout [UInt8]) throws(JSONContentError) {
        guard let fields = value.array, fields.count == (hasComponents ? 3 : 2), let written = fields[0].string,
            let properties = fields[1].array
        else {
            throw .structure(hasComponents ? "[name, [properties], [components]]" : "[name, [properties]]")
        }
        let name = written.utf8.map(\.asciiUppercased)
        guard JSONText.isName(name) else { throw .componentName(written) }
        var writer = ContentLineWriter()
        writer.logicalLine("BEGIN:".utf8 + name)
        let reader = JSONPropertyReader(dialect: dialect)
        var lines: [[UInt8]] = []
        for property in properties {
            let (name, line) = try reader.line(property)
            // RFC 6350 §6.7.9: VERSION right after BEGIN, where JSON has it anywhere.
            lines.insert(line, at: dialect.hasGroups && name == "VERSION" ? 0 : lines.endIndex)
        }
        for line in lines { writer.logicalLine(line) }
        out.append(contentsOf: writer.bytes)
        if hasComponents {
            guard let components = fields[2].array else { throw .structure("an array of components") }
            for component in components { try append(component, hasComponents: true, to: &out) }
        }
        ContentLineFolding.append(("END:".utf8 + name)[...], to: &out)
    }
}
