import Bytes

/// Makes nodes of the lines that say BEGIN and END.
struct ComponentTreeBuilder: ~Copyable {
    private var extents: [ContentLineExtent]
    private var nodes: [ComponentTree.Node] = []
    private var repairs: ComponentTree.Repairs = []
    private let rules: NestingRules
    private let limits: ContentLineLimits
    /// The innermost node that is open, and how many are: the others are its parents. -1 for none.
    private var innermost = -1
    private var depth = 0

    init(extents: [ContentLineExtent], rules: NestingRules, limits: ContentLineLimits) {
        self.extents = extents
        self.rules = rules
        self.limits = limits
    }

    mutating func run(_ text: [UInt8]) -> ParseError? {
        nodes.reserveCapacity(8)
        for line in extents.indices {
            if extents[line].flaw == .unread { text.withUnsafeBufferPointer { extents[line].readHead(in: $0) } }
            switch extents[line].delimiter(in: text) {
            case .begin:
                if let failure = text.withUnsafeBufferPointer({ begin(line, $0) }) { return failure }
            case .end: text.withUnsafeBufferPointer { end(line, $0) }
            case nil:
                if extents[line].flaw == .withoutValue { repairs.insert(.lineWithoutValue) }
                if depth == 0 { repairs.insert(.textOutside) }
            }
        }
        if depth > 0 {
            repairs.insert(.missingEnd)
            while depth > 0 { closeInnermost(before: extents.count) }
        }
        return nil
    }

    /// What was built.
    consuming func storage(source: [UInt8], text: consuming [UInt8]) -> ComponentTree.Storage {
        ComponentTree.Storage(source: source, text: text, extents: extents, nodes: nodes, repairs: repairs)
    }

    private mutating func begin(_ line: Int, _ text: UnsafeBufferPointer<UInt8>) -> ParseError? {
        let name = componentName(line, text)
        let level = rules.level(UnsafeBufferPointer(rebasing: text[name]))
        if let level, !isValueOfNestingProperty(line, text), let outermost = outermost(ofLevel: level) {
            repairs.insert(.missingEnd)
            while innermost >= outermost { closeInnermost(before: line) }
        }
        if depth >= limits.depth {
            return ParseError(
                at: Int(extents[line].sourceStart), expected: "at most \(limits.depth) levels of components")
        }
        nodes.append(ComponentTree.Node(
            beginLine: line, endLine: extents.count, parent: innermost, subtreeEnd: 0,
            nameStart: name.lowerBound, nameEnd: name.upperBound, level: level))
        innermost = nodes.count - 1
        depth += 1
        return nil
    }

    private mutating func end(_ line: Int, _ text: UnsafeBufferPointer<UInt8>) {
        let name = UnsafeBufferPointer(rebasing: text[componentName(line, text)])
        var match = innermost
        while match >= 0, !isNode(match, named: name, in: text) { match = nodes[match].parent }
        guard match >= 0 else {
            extents[line].flaw = .strayEnd
            repairs.insert(.strayEnd)
            return
        }
        if match != innermost { repairs.insert(.missingEnd) }
        while innermost > match { closeInnermost(before: line) }
        nodes[match].hasEnd = true
        closeInnermost(before: line)
    }

    private func isNode(_ node: Int, named name: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        let own = UnsafeBufferPointer(rebasing: text[nodes[node].nameStart..<nodes[node].nameEnd])
        return own.count == name.count
            && UnsafeRawBufferPointer(own).equalsIgnoringASCIICase(UnsafeRawBufferPointer(name))
    }

    /// Of the open nodes the outermost with that level or a higher one.
    private func outermost(ofLevel level: UInt8) -> Int? {
        var found: Int?
        var node = innermost
        while node >= 0 {
            if nodes[node].level ?? 0 >= level { found = node }
            node = nodes[node].parent
        }
        return found
    }

    private mutating func closeInnermost(before line: Int) {
        nodes[innermost].endLine = line
        nodes[innermost].subtreeEnd = nodes.count
        innermost = nodes[innermost].parent
        depth -= 1
    }

    private func componentName(_ line: Int, _ text: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        var (start, end) = (Int(extents[line].valueStart), Int(extents[line].end))
        while start < end, text[start].isASCIIWhitespace { start += 1 }
        while start < end, text[end - 1].isASCIIWhitespace { end -= 1 }
        return start..<end
    }

    private func isValueOfNestingProperty(_ line: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let property = rules.nestingProperty, line > 0 else { return false }
        let before = extents[line - 1]
        return text[Int(before.nameStart)..<Int(before.nameEnd)].equalsIgnoringASCIICase(property)
            && text[Int(before.valueStart)..<Int(before.end)].allSatisfy(\.isASCIIWhitespace)
    }
}
