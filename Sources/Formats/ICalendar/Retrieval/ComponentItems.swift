import ContentLines

/// What stands directly in a component, in the order of the source.
enum ComponentItem {
    case property(ContentLine)
    case component(Component)
}

extension Component {
    /// Its properties and the components directly within.
    var items: ComponentItems { ComponentItems(component: self) }
}

struct ComponentItems: Sequence {
    let component: Component

    func makeIterator() -> Iterator { Iterator(component) }

    struct Iterator: IteratorProtocol {
        private var properties: PropertySequence.Iterator
        private var children: ComponentSequence.Iterator
        private var line: ContentLine?
        private var child: Component?

        init(_ component: Component) {
            properties = component.properties.makeIterator()
            children = component.children.makeIterator()
            line = properties.next()
            child = children.next()
        }

        mutating func next() -> ComponentItem? {
            guard let line else {
                guard let child else { return nil }
                self.child = children.next()
                return .component(child)
            }
            if let child, child.sourceRange.lowerBound < line.sourceRange.lowerBound {
                self.child = children.next()
                return .component(child)
            }
            self.line = properties.next()
            return .property(line)
        }
    }
}
