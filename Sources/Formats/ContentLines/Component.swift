import Bytes

/// What stands between a BEGIN and its END: a view into a tree, cheap to copy.
package struct Component: Sendable {
    let storage: ComponentTree.Storage
    let index: Int

    private var node: ComponentTree.Node { storage.nodes[index] }

    /// As written.
    package var name: ArraySlice<UInt8> { storage.text[node.nameStart..<node.nameEnd] }
    /// In upper case.
    package var uppercasedName: String { String(utf8: name.map(\.asciiUppercased)) }
    /// Nil for one of the outermost.
    package var parent: Component? {
        node.parent < 0 ? nil : Component(storage: storage, index: node.parent)
    }
    /// The components directly within, in their order.
    package var children: ComponentSequence {
        ComponentSequence(storage: storage, range: (index + 1)..<node.subtreeEnd)
    }
    /// The lines that are the component's own, in their order; lines without a colon are none.
    package var properties: PropertySequence { PropertySequence(of: self) }
    /// Where the component stands in the source, from its BEGIN to the end of its last line, without the line end.
    package var sourceRange: Range<Int> {
        let start = Int(storage.extents[node.beginLine].sourceStart)
        let last = max(node.beginLine, node.lineAfter - 1)
        return start..<max(start, Int(storage.extents[last].sourceEnd))
    }
    /// Whether this is the same component of the same tree.
    package func isSame(as other: Component) -> Bool { storage === other.storage && index == other.index }

    /// Whether the name is `name`, without case.
    package func isNamed(_ name: StaticString) -> Bool { self.name.equalsIgnoringASCIICase(name) }
    /// Whether the name is `name`, without case.
    package func isNamed(_ name: some Collection<UInt8>) -> Bool { self.name.equalsIgnoringASCIICase(name) }

    /// The first property with that name, in whatever group.
    package func property(_ name: StaticString) -> ContentLine? {
        var iterator = PropertySequence.Iterator(of: self)
        while let line = iterator.nextLine() {
            if storage.extents[line].isNamed(name, in: storage.text) {
                return ContentLine(storage: storage, index: line)
            }
        }
        return nil
    }
    /// All properties with that name, in whatever group, in their order.
    package func properties(named name: StaticString) -> some Sequence<ContentLine> {
        properties.lazy.filter { $0.isNamed(name) }
    }
    /// All properties with that name, in whatever group, in their order.
    package func properties(named name: [UInt8]) -> some Sequence<ContentLine> {
        properties.lazy.filter { $0.isNamed(name) }
    }
    /// The components directly within that have that name.
    package func children(named name: StaticString) -> some Sequence<Component> {
        children.lazy.filter { $0.isNamed(name) }
    }
    /// The components directly within that have that name.
    package func children(named name: [UInt8]) -> some Sequence<Component> {
        children.lazy.filter { $0.isNamed(name) }
    }
}

/// Components that stand side by side.
package struct ComponentSequence: Sequence, Sendable {
    let storage: ComponentTree.Storage
    let range: Range<Int>

    package func makeIterator() -> Iterator {
        Iterator(storage: storage, node: range.lowerBound, end: range.upperBound)
    }

    /// Walks over siblings.
    package struct Iterator: IteratorProtocol {
        let storage: ComponentTree.Storage
        var node: Int
        let end: Int

        package mutating func next() -> Component? {
            guard node < end else { return nil }
            defer { node = storage.nodes[node].subtreeEnd }
            return Component(storage: storage, index: node)
        }
    }
}

/// The properties of one component, without those of the components within it.
package struct PropertySequence: Sequence, Sendable {
    let component: Component

    init(of component: Component) {
        self.component = component
    }

    package func makeIterator() -> Iterator { Iterator(of: component) }

    /// Walks over lines, and past children.
    package struct Iterator: IteratorProtocol {
        let storage: ComponentTree.Storage
        var line: Int
        let endLine: Int
        var child: Int
        let childEnd: Int

        init(of component: Component) {
            let node = component.storage.nodes[component.index]
            storage = component.storage
            line = node.beginLine + 1
            endLine = node.endLine
            child = component.index + 1
            childEnd = node.subtreeEnd
        }

        package mutating func next() -> ContentLine? {
            nextLine().map { ContentLine(storage: storage, index: $0) }
        }

        mutating func nextLine() -> Int? {
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
}
