/// A document as arrays: no object an element, and nothing changes after the reader has made it.
final class XMLTree: Sendable {
    /// Bytes of `bytes`.
    struct Span: Sendable, Equatable {
        var start: UInt32 = 0
        var count: UInt32 = 0
        var isEmpty: Bool { count == 0 }
    }

    /// Entries of `attributes` or `declarations`.
    struct Entries: Sendable {
        var start: UInt32 = 0
        var count: UInt32 = 0
        var indices: Range<Int> { Int(start)..<Int(start) + Int(count) }
    }

    /// An element, or a run of text (`name` is nil). Links are indices of `nodes`, -1 for none.
    struct Node: Sendable {
        var name: XMLName?
        var parent: Int32
        var next: Int32 = -1
        var firstChild: Int32 = -1
        var lastChild: Int32 = -1
        /// The prefix of an element; the text of a run.
        var span: Span
        var attributes = Entries()
        var declarations = Entries()
    }

    struct Attribute: Sendable {
        var namespace: Span
        var prefix: Span
        var local: Span
        var value: Span
    }

    /// `xmlns:prefix="uri"`; an empty prefix is the default namespace, an empty URI takes it back.
    struct Declaration: Sendable {
        var prefix: Span
        var uri: Span
    }

    let nodes: [Node]
    let attributes: [Attribute]
    let declarations: [Declaration]
    /// All text, values and prefixes.
    let bytes: [UInt8]

    init(nodes: [Node], attributes: [Attribute], declarations: [Declaration], bytes: [UInt8]) {
        self.nodes = nodes
        self.attributes = attributes
        self.declarations = declarations
        self.bytes = bytes
    }

    func slice(_ span: Span) -> ArraySlice<UInt8> {
        let start = Int(span.start)
        return bytes[start..<start + Int(span.count)]
    }
}
