import Bytes

/// Makes nodes of the lines that say BEGIN and END.
struct ComponentTreeBuilder {
    private(set) var extents: [ContentLineExtent]
    private(set) var nodes: [ComponentTree.Node] = []
    private(set) var repairs: ComponentTree.Repairs = []
    private let rules: NestingRules
    private let limits: ContentLineLimits
    /// The nodes that are open, outermost first.
    private var open: [Int] = []

    init(extents: [ContentLineExtent], rules: NestingRules, limits: ContentLineLimits) {
        self.extents = extents
        self.rules = rules
        self.limits = limits
    }

    mutating func run(_ text: [UInt8]) -> ParseError? {
        nodes.reserveCapacity(8)
        open.reserveCapacity(4)
        text.withUnsafeBufferPointer { bytes in
            for line in extents.indices { extents[line].scanName(in: bytes) }
        }
        for line in extents.indices {
            switch extents[line].delimiter(in: text) {
            case .begin:
                if let failure = text.withUnsafeBufferPointer({ begin(line, $0) }) { return failure }
            case .end: text.withUnsafeBufferPointer { end(line, $0) }
            case nil:
                if extents[line].flaw == .withoutValue { repairs.insert(.lineWithoutValue) }
                if open.isEmpty { repairs.insert(.textOutside) }
            }
        }
        if !open.isEmpty { close(from: 0, before: extents.count) }
        return nil
    }

    private mutating func begin(_ line: Int, _ text: UnsafeBufferPointer<UInt8>) -> ParseError? {
        let name = componentName(line, text)
        let level = rules.level(UnsafeBufferPointer(rebasing: text[name]))
        if let level, !isValueOfNestingProperty(line, text),
           let outermost = open.firstIndex(where: { (nodes[$0].level ?? 0) >= level }) {
            close(from: outermost, before: line)
        }
        if open.count >= limits.depth {
            return ParseError(
                at: Int(extents[line].sourceStart), expected: "at most \(limits.depth) levels of components")
        }
        nodes.append(ComponentTree.Node(
            beginLine: line, endLine: extents.count, parent: open.last ?? -1, subtreeEnd: 0,
            nameStart: name.lowerBound, nameEnd: name.upperBound, level: level))
        open.append(nodes.count - 1)
        return nil
    }

    private mutating func end(_ line: Int, _ text: UnsafeBufferPointer<UInt8>) {
        let name = text[componentName(line, text)]
        let match = open.lastIndex { node in
            text[nodes[node].nameStart..<nodes[node].nameEnd].equalsIgnoringASCIICase(name)
        }
        guard let match else {
            extents[line].flaw = .strayEnd
            repairs.insert(.strayEnd)
            return
        }
        if match + 1 < open.count { close(from: match + 1, before: line) }
        guard let node = open.popLast() else { return }
        nodes[node].endLine = line
        nodes[node].hasEnd = true
        nodes[node].subtreeEnd = nodes.count
    }

    private mutating func close(from depth: Int, before line: Int) {
        repairs.insert(.missingEnd)
        for node in open[depth...] {
            nodes[node].endLine = line
            nodes[node].subtreeEnd = nodes.count
        }
        open.removeSubrange(depth...)
    }

    private func componentName(_ line: Int, _ text: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        let name = text[Int(extents[line].valueStart)..<Int(extents[line].end)].trimmingASCIIWhitespace
        return name.startIndex..<name.endIndex
    }

    private func isValueOfNestingProperty(_ line: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let property = rules.nestingProperty, line > 0 else { return false }
        let before = extents[line - 1]
        return text[Int(before.nameStart)..<Int(before.nameEnd)].equalsIgnoringASCIICase(property)
            && text[Int(before.valueStart)..<Int(before.end)].allSatisfy(\.isASCIIWhitespace)
    }
}
