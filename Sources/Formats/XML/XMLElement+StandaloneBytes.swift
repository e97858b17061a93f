import Bytes

extension XMLElement {
    /// The element as bytes that mean the same wherever they stand: RFC 4918 §4.3 asks to keep names, attributes,
    /// `xml:lang` in scope and content of a property, and better also its prefixes.
    ///
    /// Prefixes, the order of attributes, white space and mixed content are as sent. Of the namespaces in scope those
    /// are declared on the element whose prefix is used in it, or stands before a colon in its text, since a value may
    /// be a name. (All of them would multiply: declarations sent once would be in each property.) Comments and
    /// processing instructions are gone, `<x></x>` is `<x/>`, CDATA sections are escaped text.
    package var standaloneBytes: [UInt8] {
        var out: [UInt8] = []
        var hasLanguage = false
        for index in node.attributes.indices where isLanguage(tree.attributes[index]) { hasLanguage = true }
        appendStart(of: node, declarations: declarationsNeeded, to: &out)
        // RFC 5646 §4.4.1: tags are short. What is longer is none, and would come again with each property.
        if !hasLanguage, let language, language.count <= 100 {
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

    /// The element's own declarations, and before them those around it that are needed; a default namespace that was
    /// taken back is none.
    private var declarationsNeeded: [XMLTree.Declaration] {
        var around: [XMLTree.Declaration] = []
        var element = parent
        while let here = element {
            // The innermost declaration of a prefix is the one in force.
            for declaration in tree.declarations[here.node.declarations.indices] where !around.contains(where: {
                tree.slice($0.prefix) == tree.slice(declaration.prefix)
            }) {
                around.append(declaration)
            }
            element = here.parent
        }
        let own = tree.declarations[node.declarations.indices]
        around.removeAll { outer in
            outer.uri.isEmpty || own.contains { tree.slice($0.prefix) == tree.slice(outer.prefix) }
        }
        if around.isEmpty { return own.filter { !$0.uri.isEmpty } }
        let used = prefixesUsed
        return around.filter { used.contains(tree.slice($0.prefix)) } + own.filter { !$0.uri.isEmpty }
    }

    /// The prefixes (empty for none) of the elements and attributes here and below, and what could be one in text and
    /// values.
    private var prefixesUsed: Set<ArraySlice<UInt8>> {
        var used: Set<ArraySlice<UInt8>> = []
        var here = index
        while true {
            let current = tree.nodes[Int(here)]
            if current.name == nil {
                insertWordsBeforeColons(in: current.span, to: &used)
            } else {
                used.insert(tree.slice(current.span))
                for index in current.attributes.indices {
                    // An attribute without a prefix is in no namespace.
                    let prefix = tree.slice(tree.attributes[index].prefix)
                    if !prefix.isEmpty { used.insert(prefix) }
                    insertWordsBeforeColons(in: tree.attributes[index].value, to: &used)
                }
            }
            if current.firstChild >= 0 {
                here = current.firstChild
                continue
            }
            while here != index && tree.nodes[Int(here)].next < 0 { here = tree.nodes[Int(here)].parent }
            if here == index { return used }
            here = tree.nodes[Int(here)].next
        }
    }

    private func insertWordsBeforeColons(in span: XMLTree.Span, to words: inout Set<ArraySlice<UInt8>>) {
        let text = tree.slice(span)
        var start = text.startIndex
        for index in text.indices {
            let byte = text[index]
            if byte == 0x3A && start < index { words.insert(text[start..<index]) }
            let isPart = byte.isASCIILetter || byte.isASCIIDigit || byte >= 0x80
                || byte == 0x2D || byte == 0x2E || byte == 0x5F
            if !isPart { start = index + 1 }
        }
    }

    private func isLanguage(_ attribute: XMLTree.Attribute) -> Bool {
        tree.slice(attribute.prefix).elementsEqual("xml".utf8) && tree.slice(attribute.local).elementsEqual("lang".utf8)
    }
}
