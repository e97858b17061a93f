import Bytes

extension XMLElement {
    /// The element as bytes that mean the same wherever they stand: RFC 4918 §4.3 asks to keep names, attributes, `xml:lang`
    /// in scope and content of a property, and better also its prefixes.
    ///
    /// Prefixes, the order of attributes, white space and mixed content are as sent. All namespaces in scope are declared on
    /// the element, since a value may name a prefix in its text. Comments and processing instructions are gone, `<x></x>` is
    /// `<x/>`, CDATA sections are escaped text.
    package var standaloneBytes: [UInt8] {
        var out: [UInt8] = []
        var hasLanguage = false
        for index in node.attributes.indices where isLanguage(tree.attributes[index]) { hasLanguage = true }
        appendStart(of: node, declarations: declarationsInScope, to: &out)
        if !hasLanguage, let language {
            out.append(" xml:lang=\"")
            language.withUnsafeBufferPointer { XMLText.appendAttribute($0, to: &out) }
            out.append(0x22)
        }
        appendContent(to: &out)
        return out
    }

    /// Walks the links, so that a deep document needs no deep stack.
    private func appendContent(to out: inout [UInt8]) {
        guard node.firstChild >= 0 else {
            out.append("/>")
            return
        }
        out.append(0x3E)
        var here = node.firstChild
        while true {
            let current = tree.nodes[Int(here)]
            if current.name == nil {
                append(current.span, to: &out)
            } else {
                let indices = current.declarations.indices
                appendStart(of: current, declarations: indices.map { tree.declarations[$0] }, to: &out)
                if current.firstChild >= 0 {
                    out.append(0x3E)
                    here = current.firstChild
                    continue
                }
                out.append("/>")
            }
            // The next node: a sibling of this one or of the nearest around it that has one.
            var leaving = here
            while tree.nodes[Int(leaving)].next < 0 {
                leaving = tree.nodes[Int(leaving)].parent
                appendEnd(of: tree.nodes[Int(leaving)], to: &out)
                if leaving == index { return }
            }
            here = tree.nodes[Int(leaving)].next
        }
    }

    private func append(_ text: XMLTree.Span, to out: inout [UInt8]) {
        tree.slice(text).withUnsafeBufferPointer { XMLText.append($0, to: &out) }
    }

    private func appendStart(of node: XMLTree.Node, declarations: [XMLTree.Declaration], to out: inout [UInt8]) {
        out.append(0x3C)
        appendName(of: node, to: &out)
        for declaration in declarations {
            out.append(" xmlns")
            if !declaration.prefix.isEmpty {
                out.append(0x3A)
                out.append(contentsOf: tree.slice(declaration.prefix))
            }
            appendValue(declaration.uri, to: &out)
        }
        for index in node.attributes.indices {
            let attribute = tree.attributes[index]
            out.append(0x20)
            if !attribute.prefix.isEmpty {
                out.append(contentsOf: tree.slice(attribute.prefix))
                out.append(0x3A)
            }
            out.append(contentsOf: tree.slice(attribute.local))
            appendValue(attribute.value, to: &out)
        }
    }

    private func appendValue(_ value: XMLTree.Span, to out: inout [UInt8]) {
        out.append("=\"")
        tree.slice(value).withUnsafeBufferPointer { XMLText.appendAttribute($0, to: &out) }
        out.append(0x22)
    }

    private func appendEnd(of node: XMLTree.Node, to out: inout [UInt8]) {
        out.append("</")
        appendName(of: node, to: &out)
        out.append(0x3E)
    }

    private func appendName(of node: XMLTree.Node, to out: inout [UInt8]) {
        if !node.span.isEmpty {
            out.append(contentsOf: tree.slice(node.span))
            out.append(0x3A)
        }
        if let name = node.name { out.append(name.local) }
    }

    /// The innermost declaration of each prefix, outermost first; a default namespace that was taken back is none.
    private var declarationsInScope: [XMLTree.Declaration] {
        var lists: [Range<Int>] = []
        var element = XMLElement?(self)
        while let here = element {
            lists.append(here.node.declarations.indices)
            element = here.parent
        }
        var inScope: [XMLTree.Declaration] = []
        for list in lists.reversed() {
            for declaration in tree.declarations[list] {
                inScope.removeAll { tree.slice($0.prefix) == tree.slice(declaration.prefix) }
                inScope.append(declaration)
            }
        }
        inScope.removeAll { $0.uri.isEmpty }
        return inScope
    }

    private func isLanguage(_ attribute: XMLTree.Attribute) -> Bool {
        tree.slice(attribute.prefix).elementsEqual("xml".utf8) && tree.slice(attribute.local).elementsEqual("lang".utf8)
    }
}
