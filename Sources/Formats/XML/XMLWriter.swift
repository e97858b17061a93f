import Bytes

/// Writes elements straight to bytes. Each has an explicit prefix (some clients look for its text), nothing stands between
/// elements that was not asked for, and what was written is well-formed as long as each `open` has its `close`.
package struct XMLWriter: Sendable {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 1024) { bytes.reserveCapacity(capacity) }

    package var count: Int { bytes.count }

    /// Takes back what was written after a place.
    package mutating func truncate(to count: Int) {
        if count < bytes.count { bytes.removeLast(bytes.count - max(0, count)) }
    }

    /// Begins a document: the declaration, and the root with the prefixes of all known namespaces.
    package mutating func openRoot(_ name: XMLName) {
        bytes.append("<?xml version=\"1.0\" encoding=\"utf-8\"?><")
        appendName(name)
        for namespace in XMLNamespace.allCases {
            bytes.append(" xmlns:")
            bytes.append(namespace.prefix)
            bytes.append("=\"")
            bytes.append(namespace.uri)
            bytes.append(0x22)
        }
        appendForeignDeclaration(name)
        bytes.append(0x3E)
    }

    /// Begins an element that declares its own namespace, and so means the same wherever it stands.
    package mutating func openStandalone(_ name: XMLName) {
        bytes.append(0x3C)
        appendName(name)
        if let namespace = name.knownNamespace {
            bytes.append(" xmlns:")
            bytes.append(namespace.prefix)
            bytes.append("=\"")
            bytes.append(namespace.uri)
            bytes.append(0x22)
        }
        appendForeignDeclaration(name)
        bytes.append(0x3E)
    }

    package mutating func open(_ name: XMLName) {
        bytes.append(0x3C)
        appendName(name)
        appendForeignDeclaration(name)
        bytes.append(0x3E)
    }

    /// With attributes in no namespace (`xml:lang` may stand for itself).
    package mutating func open(_ name: XMLName, attributes: [(String, String)]) {
        start(name, attributes)
        bytes.append(0x3E)
    }

    package mutating func close(_ name: XMLName) {
        bytes.append("</")
        appendName(name)
        bytes.append(0x3E)
    }

    package mutating func empty(_ name: XMLName, attributes: [(String, String)] = []) {
        start(name, attributes)
        bytes.append("/>")
    }

    /// Text, escaped.
    package mutating func text(_ text: String) {
        var text = text
        text.withUTF8 { XMLText.append($0, to: &bytes) }
    }

    package mutating func text(_ text: [UInt8]) { XMLText.append(text, to: &bytes) }

    package mutating func text(_ text: UnsafeRawBufferPointer) {
        text.withMemoryRebound(to: UInt8.self) { XMLText.append($0, to: &bytes) }
    }

    package mutating func text(decimal number: some FixedWidthInteger) { bytes.append(decimal: number) }

    /// Bytes that are XML already, or text that needs no escaping.
    package mutating func raw(_ markup: [UInt8]) { bytes.append(contentsOf: markup) }
    package mutating func raw(_ markup: StaticString) { bytes.append(markup) }
    package mutating func raw(_ markup: UnsafeRawBufferPointer) {
        markup.withMemoryRebound(to: UInt8.self) { bytes.append(contentsOf: $0) }
    }

    /// A name as the segment of a path.
    package mutating func rawSegment(_ name: UnsafeRawBufferPointer) { PercentCoding.appendSegment(name, to: &bytes) }

    private mutating func start(_ name: XMLName, _ attributes: [(String, String)]) {
        bytes.append(0x3C)
        appendName(name)
        appendForeignDeclaration(name)
        for (attribute, value) in attributes {
            bytes.append(0x20)
            bytes.append(attribute)
            bytes.append("=\"")
            var value = value
            value.withUTF8 { XMLText.appendAttribute($0, to: &bytes) }
            bytes.append(0x22)
        }
    }

    private mutating func appendName(_ name: XMLName) {
        switch name {
        case .dav(let local): append(.dav, local.rawValue)
        case .caldav(let local): append(.caldav, local.rawValue)
        case .carddav(let local): append(.carddav, local.rawValue)
        case .calendarServer(let local): append(.calendarServer, local.rawValue)
        case .appleICal(let local): append(.appleICal, local.rawValue)
        case .foreign(let foreign):
            if !foreign.namespace.isEmpty { bytes.append("X:") }
            bytes.append(contentsOf: foreign.local)
        }
    }

    private mutating func append(_ namespace: XMLNamespace, _ local: String) {
        bytes.append(namespace.prefix)
        bytes.append(0x3A)
        bytes.append(local)
    }

    /// A namespace that is not known is declared on the element itself; a name in none has no prefix.
    private mutating func appendForeignDeclaration(_ name: XMLName) {
        guard case .foreign(let foreign) = name, !foreign.namespace.isEmpty else { return }
        bytes.append(" xmlns:X=\"")
        foreign.namespace.withUnsafeBufferPointer { XMLText.appendAttribute($0, to: &bytes) }
        bytes.append(0x22)
    }
}
