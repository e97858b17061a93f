// The walks are inlined into other modules: see `ContentLine`.

/// Components that stand side by side.
public struct ComponentSequence: Sequence, Sendable {
    @usableFromInline let storage: ComponentTree.Storage
    @usableFromInline let range: Range<Int>

    @inlinable @inline(__always)
    init(storage: ComponentTree.Storage, range: Range<Int>) {
        self.storage = storage
        self.range = range
    }

    /// The first of them.
    @inlinable @inline(__always)
    public var first: Component? { range.isEmpty ? nil : Component(storage: storage, index: range.lowerBound) }

    @inlinable @inline(__always)
    public func makeIterator() -> Iterator {
        Iterator(storage: storage, node: range.lowerBound, end: range.upperBound)
    }

    /// Walks over siblings.
    public struct Iterator: IteratorProtocol {
        @usableFromInline let storage: ComponentTree.Storage
        @usableFromInline var node: Int
        @usableFromInline let end: Int

        @inlinable @inline(__always)
        init(storage: ComponentTree.Storage, node: Int, end: Int) {
            self.storage = storage
            self.node = node
            self.end = end
        }

        @inlinable @inline(__always)
        public mutating func next() -> Component? {
            guard node < end else { return nil }
            defer { node = storage.nodes[node].subtreeEnd }
            return Component(storage: storage, index: node)
        }
    }
}

/// The properties of one component, without those of the components within it.
public struct PropertySequence: Sequence, Sendable {
    @usableFromInline let component: Component

    @inlinable @inline(__always)
    init(of component: Component) {
        self.component = component
    }

    @inlinable @inline(__always)
    public func makeIterator() -> Iterator { Iterator(of: component) }

    /// Walks over lines, and past children.
    public struct Iterator: IteratorProtocol {
        @usableFromInline let storage: ComponentTree.Storage
        @usableFromInline var cursor: PropertyCursor

        @inlinable @inline(__always)
        init(of component: Component) {
            storage = component.storage
            cursor = PropertyCursor(of: component)
        }

        @inlinable @inline(__always)
        public mutating func next() -> ContentLine? {
            nextLine().map { ContentLine(storage: storage, index: $0) }
        }

        @inlinable @inline(__always)
        mutating func nextLine() -> Int? { cursor.next(in: storage) }
    }
}

/// Where a walk over the properties of a component is. It holds no reference, so that a walk need not count any.
@usableFromInline
struct PropertyCursor {
    @usableFromInline var line: Int
    @usableFromInline let endLine: Int
    @usableFromInline var child: Int
    @usableFromInline let childEnd: Int

    @inlinable @inline(__always)
    init(of component: Component) {
        let node = component.storage.nodes[component.index]
        line = node.beginLine + 1
        endLine = node.endLine
        child = component.index + 1
        childEnd = node.subtreeEnd
    }

    /// The next line that is a property.
    @inlinable @inline(__always)
    mutating func next(in storage: ComponentTree.Storage) -> Int? {
        while line < endLine {
            if child < childEnd, line == storage.nodes[child].beginLine {
                line = storage.nodes[child].lineAfter
                child = storage.nodes[child].subtreeEnd
                continue
            }
            defer { line += 1 }
            if storage.extents[line].flaw == .none { return line }
        }
        return nil
    }
}

/// The properties of one component that have a name. It has a type of its own, and is no lazy filter, because that is called
/// for every object that is stored.
public struct NamedPropertySequence: Sequence, Sendable {
    @usableFromInline let component: Component
    @usableFromInline let name: StaticString

    @inlinable @inline(__always)
    init(component: Component, name: StaticString) {
        self.component = component
        self.name = name
    }

    @inlinable @inline(__always)
    public func makeIterator() -> Iterator { Iterator(lines: PropertySequence.Iterator(of: component), name: name) }

    /// Walks over the lines that have the name.
    public struct Iterator: IteratorProtocol {
        @usableFromInline var lines: PropertySequence.Iterator
        @usableFromInline let name: StaticString

        @inlinable @inline(__always)
        init(lines: PropertySequence.Iterator, name: StaticString) {
            self.lines = lines
            self.name = name
        }

        @inlinable @inline(__always)
        public mutating func next() -> ContentLine? {
            while let line = lines.nextLine() {
                if lines.storage.extents[line].isNamed(name, in: lines.storage.text) {
                    return ContentLine(storage: lines.storage, index: line)
                }
            }
            return nil
        }
    }
}

/// The components that stand side by side and have a name.
public struct NamedComponentSequence: Sequence, Sendable {
    @usableFromInline let all: ComponentSequence
    @usableFromInline let name: StaticString

    @inlinable @inline(__always)
    init(all: ComponentSequence, name: StaticString) {
        self.all = all
        self.name = name
    }

    /// The first of them.
    @inlinable @inline(__always)
    public var first: Component? { node(from: all.range.lowerBound).map { Component(storage: all.storage, index: $0) } }

    /// The one that there is; nil for none, and for several.
    @inlinable @inline(__always)
    public var only: Component? {
        guard let node = node(from: all.range.lowerBound), self.node(from: all.storage.nodes[node].subtreeEnd) == nil else { return nil }
        return Component(storage: all.storage, index: node)
    }

    /// The first one that has the name, of `start` and those that stand beside it.
    @usableFromInline
    func node(from start: Int) -> Int? {
        var node = start
        while node < all.range.upperBound {
            if all.storage.isNode(node, named: name) { return node }
            node = all.storage.nodes[node].subtreeEnd
        }
        return nil
    }

    @inlinable @inline(__always)
    public func makeIterator() -> Iterator { Iterator(all: all.makeIterator(), name: name) }

    /// Walks over the siblings that have the name.
    public struct Iterator: IteratorProtocol {
        @usableFromInline var all: ComponentSequence.Iterator
        @usableFromInline let name: StaticString

        @inlinable @inline(__always)
        init(all: ComponentSequence.Iterator, name: StaticString) {
            self.all = all
            self.name = name
        }

        @inlinable @inline(__always)
        public mutating func next() -> Component? {
            while let component = all.next() {
                if component.isNamed(name) { return component }
            }
            return nil
        }
    }
}

/// All components of a tree, in the order in which they begin.
public struct AllComponents: Sequence, Sendable {
    @usableFromInline let storage: ComponentTree.Storage

    @inlinable @inline(__always)
    init(storage: ComponentTree.Storage) { self.storage = storage }

    @inlinable @inline(__always)
    public func makeIterator() -> Iterator { Iterator(storage: storage) }

    /// Walks over the nodes.
    public struct Iterator: IteratorProtocol {
        @usableFromInline let storage: ComponentTree.Storage
        @usableFromInline var node = 0

        @inlinable @inline(__always)
        init(storage: ComponentTree.Storage) { self.storage = storage }

        @inlinable @inline(__always)
        public mutating func next() -> Component? {
            guard node < storage.nodes.count else { return nil }
            defer { node += 1 }
            return Component(storage: storage, index: node)
        }
    }
}
