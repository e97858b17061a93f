import Bytes

/// An element of a document that was read. It is a view: copying it is cheap, and it keeps its document alive.
package struct XMLElement: Sendable {
    let tree: XMLTree
    let index: Int32

    var node: XMLTree.Node { tree.nodes[Int(index)] }

    package var name: XMLName { tree.nodes[Int(index)].name ?? .dav(.error) }

    /// The text that stands in the element itself, not in its children, as one run.
    package var text: [UInt8] {
        var result: [UInt8] = []
        var child = node.firstChild
        while child >= 0 {
            let node = tree.nodes[Int(child)]
            if node.name == nil { result.append(contentsOf: tree.slice(node.span)) }
            child = node.next
        }
        return result
    }

    /// `text` without white space at its ends: for what is a token, a URL or a number.
    package var trimmedText: [UInt8] { [UInt8](text.trimmingASCIIWhitespace) }

    /// The children that are elements, in order.
    package var children: Children { Children(tree: tree, following: node.firstChild) }

    package func firstChild(named name: XMLName) -> XMLElement? {
        for child in children where child.name == name { return child }
        return nil
    }

    /// The attribute in no namespace with this name.
    package func attribute(_ local: StaticString) -> [UInt8]? {
        for index in node.attributes.indices {
            let attribute = tree.attributes[index]
            if attribute.namespace.isEmpty && local.withUTF8Buffer({ tree.slice(attribute.local).elementsEqual($0) }) {
                return [UInt8](tree.slice(attribute.value))
            }
        }
        return nil
    }

    /// The attribute with this local name in the namespace.
    package func attribute(_ local: StaticString, in namespace: StaticString) -> [UInt8]? {
        for index in node.attributes.indices {
            let attribute = tree.attributes[index]
            if namespace.withUTF8Buffer({ tree.slice(attribute.namespace).elementsEqual($0) })
                && local.withUTF8Buffer({ tree.slice(attribute.local).elementsEqual($0) })
            {
                return [UInt8](tree.slice(attribute.value))
            }
        }
        return nil
    }

    /// The nearest `xml:lang`, of the element itself or of one around it (XML 1.0 §2.12).
    package var language: [UInt8]? {
        var element = XMLElement?(self)
        while let here = element {
            if let language = here.attribute("lang", in: "http://www.w3.org/XML/1998/namespace") { return language }
            element = here.parent
        }
        return nil
    }

    /// Whether there is anything in the element, or an attribute on it.
    package var hasContent: Bool { node.firstChild >= 0 || node.attributes.count > 0 }

    /// Nil for the root.
    package var parent: XMLElement? { node.parent < 0 ? nil : XMLElement(tree: tree, index: node.parent) }

    /// The elements in an element.
    package struct Children: Sequence, IteratorProtocol, Sendable {
        let tree: XMLTree
        var following: Int32

        package mutating func next() -> XMLElement? {
            while following >= 0 {
                let index = following
                following = tree.nodes[Int(index)].next
                if tree.nodes[Int(index)].name != nil { return XMLElement(tree: tree, index: index) }
            }
            return nil
        }
    }
}
