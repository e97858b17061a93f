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

/// The properties of one component that have a name. It has a type of its own, and is no lazy filter, because that is called
/// for every object that is stored.
package struct NamedPropertySequence: Sequence, Sendable {
    let component: Component
    let name: StaticString

    package func makeIterator() -> Iterator { Iterator(lines: PropertySequence.Iterator(of: component), name: name) }

    /// Walks over the lines that have the name.
    package struct Iterator: IteratorProtocol {
        var lines: PropertySequence.Iterator
        let name: StaticString

        package mutating func next() -> ContentLine? {
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
package struct NamedComponentSequence: Sequence, Sendable {
    let all: ComponentSequence
    let name: StaticString

    package func makeIterator() -> Iterator { Iterator(all: all.makeIterator(), name: name) }

    /// Walks over the siblings that have the name.
    package struct Iterator: IteratorProtocol {
        var all: ComponentSequence.Iterator
        let name: StaticString

        package mutating func next() -> Component? {
            while let component = all.next() {
                if component.isNamed(name) { return component }
            }
            return nil
        }
    }
}

/// All components of a tree, in the order in which they begin.
package struct AllComponents: Sequence, Sendable {
    let storage: ComponentTree.Storage

    package func makeIterator() -> Iterator { Iterator(storage: storage) }

    /// Walks over the nodes.
    package struct Iterator: IteratorProtocol {
        let storage: ComponentTree.Storage
        var node = 0

        package mutating func next() -> Component? {
            guard node < storage.nodes.count else { return nil }
            defer { node += 1 }
            return Component(storage: storage, index: node)
        }
    }
}
