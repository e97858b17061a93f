import Bytes

/// What stands between a BEGIN and its END: a view into a tree, cheap to copy.
public struct Component: Sendable {
    @usableFromInline let storage: ComponentTree.Storage
    @usableFromInline let index: Int

    @inlinable @inline(__always)
    init(storage: ComponentTree.Storage, index: Int) {
        self.storage = storage
        self.index = index
    }

    @inlinable @inline(__always)
    var node: ComponentTree.Node { storage.nodes[index] }

    /// As written.
    @inlinable @inline(__always)
    public var name: ArraySlice<UInt8> { storage.text[node.nameStart..<node.nameEnd] }
    /// In bytes: enough to tell most names apart.
    @inlinable @inline(__always)
    public var nameCount: Int { node.nameEnd - node.nameStart }
    /// In upper case.
    package var uppercasedName: String { String(utf8: name.map(\.asciiUppercased)) }
    /// Nil for one of the outermost.
    package var parent: Component? {
        node.parent < 0 ? nil : Component(storage: storage, index: node.parent)
    }
    /// The components directly within, in their order.
    @inlinable @inline(__always)
    public var children: ComponentSequence {
        ComponentSequence(storage: storage, range: (index + 1)..<node.subtreeEnd)
    }
    /// The lines that are the component's own, in their order; lines without a colon are none.
    @inlinable @inline(__always)
    public var properties: PropertySequence { PropertySequence(of: self) }
    /// Calls `body` with each of `properties`, and counts no references to the document on the way.
    @inlinable @inline(__always)
    public func forEachProperty<Failure>(_ body: (ContentLine) throws(Failure) -> Void) throws(Failure) {
        var cursor = PropertyCursor(of: self)
        while let line = cursor.next(in: storage) { try body(ContentLine(storage: storage, index: line)) }
    }
    /// Where the component stands in the source, from its BEGIN to the end of its last line, without the line end.
    package var sourceRange: Range<Int> {
        let start = Int(storage.extents[node.beginLine].sourceStart)
        let last = max(node.beginLine, node.lineAfter - 1)
        return start..<max(start, Int(storage.extents[last].sourceEnd))
    }
    /// Calls `body` with `sourceRange` of the source.
    package func withSource<Result>(_ body: (ArraySlice<UInt8>) -> Result) -> Result { body(storage.source[sourceRange]) }
    /// Whether this is the same component of the same tree.
    package func isSame(as other: Component) -> Bool { storage === other.storage && index == other.index }

    /// Whether the name is `name`, without case.
    @inlinable @inline(__always)
    public func isNamed(_ name: StaticString) -> Bool { storage.isNode(index, named: name) }
    /// Whether the name is `name`, without case.
    package func isNamed(_ name: some Collection<UInt8>) -> Bool { self.name.equalsIgnoringASCIICase(name) }

    /// The first property with that name, in whatever group.
    @inlinable @inline(__always)
    public func property(_ name: StaticString) -> ContentLine? {
        firstLine(named: name).map { ContentLine(storage: storage, index: $0) }
    }

    @usableFromInline
    func firstLine(named name: StaticString) -> Int? {
        var cursor = PropertyCursor(of: self)
        while let line = cursor.next(in: storage) {
            if storage.extents[line].isNamed(name, in: storage.text) { return line }
        }
        return nil
    }

    /// All properties with that name, in whatever group, in their order.
    @inlinable @inline(__always)
    public func properties(named name: StaticString) -> NamedPropertySequence {
        NamedPropertySequence(component: self, name: name)
    }
    /// All properties with that name, in whatever group, in their order.
    package func properties(named name: [UInt8]) -> some Sequence<ContentLine> {
        properties.lazy.filter { $0.isNamed(name) }
    }
    /// The components directly within that have that name.
    @inlinable @inline(__always)
    public func children(named name: StaticString) -> NamedComponentSequence {
        NamedComponentSequence(all: children, name: name)
    }
    /// The components directly within that have that name.
    package func children(named name: [UInt8]) -> some Sequence<Component> {
        children.lazy.filter { $0.isNamed(name) }
    }
}
