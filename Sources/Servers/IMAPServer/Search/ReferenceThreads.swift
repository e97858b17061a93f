import Bytes
import ContentLines
import IMAPGrammar
import Mail

/// RFC 5256 §3: THREAD=REFERENCES, steps (1) to (6). Messages are places in one array, so that depth costs no stack.
struct ReferenceThreads {
    private struct Node {
        /// Nil: a message that is referred to and is not there.
        var message: StoredMessage?
        var parent: Int?
        var children: [Int] = []
    }

    private var nodes: [Node] = []
    private var roots: [Int] = []
    private let number: (UID) -> UInt32?

    init(_ messages: [StoredMessage], number: @escaping (UID) -> UInt32?) {
        self.number = number
        link(messages)
        prune()
        groupBySubject()
    }

    // MARK: (1) and (2)

    private mutating func link(_ messages: [StoredMessage]) {
        var places: [[UInt8]: Int] = [:]
        nodes.reserveCapacity(messages.count)
        // (1) A message whose Message-ID another has, or that has none, stands under an id of its own.
        for message in messages {
            let id = message.keys?.messageID ?? []
            if !id.isEmpty, places[id] == nil { places[id] = nodes.count }
            nodes.append(Node(message: message))
        }
        for index in messages.indices {
            var previous: Int?
            for reference in nodes[index].message?.keys?.references ?? [] {
                let place = places[reference] ?? nodes.count
                if place == nodes.count {
                    places[reference] = place
                    nodes.append(Node())
                }
                // (1A) Links that are there stay, and none may close a circle.
                if let previous, nodes[place].parent == nil, !isAbove(place, previous) { adopt(place, by: previous) }
                previous = place
            }
            // (1B) The last reference is the parent, whatever others said.
            guard let previous, previous != index, !isAbove(index, previous) else { continue }
            leave(index)
            adopt(index, by: previous)
        }
        roots = nodes.indices.filter { nodes[$0].parent == nil }
    }

    private func isAbove(_ node: Int, _ other: Int) -> Bool {
        var current: Int? = other
        var steps = 0
        // References of 1,000 ids at most; a longer way up is taken for a circle.
        while let place = current, steps < 2_000 {
            if place == node { return true }
            current = nodes[place].parent
            steps += 1
        }
        return current != nil
    }

    private mutating func adopt(_ child: Int, by parent: Int) {
        nodes[child].parent = parent
        nodes[parent].children.append(child)
    }

    private mutating func leave(_ child: Int) {
        guard let parent = nodes[child].parent else { return }
        nodes[parent].children.removeAll { $0 == child }
        nodes[child].parent = nil
    }

    // MARK: (3)

    /// Messages that are not there go, and their children stand in their place; at the top only where there is one child.
    private mutating func prune() {
        for index in postOrder() where nodes[index].message == nil {
            let children = nodes[index].children
            guard let parent = nodes[index].parent else { continue }
            // Of those of the parent it is one; the children take its place.
            nodes[parent].children.removeAll { $0 == index }
            for child in children { adopt(child, by: parent) }
            nodes[index].children = []
            nodes[index].parent = nil
        }
        var kept: [Int] = []
        for root in roots {
            if nodes[root].message != nil || nodes[root].children.count > 1 {
                kept.append(root)
            } else if let child = nodes[root].children.first {
                nodes[child].parent = nil
                nodes[root].children = []
                kept.append(child)
            }
        }
        roots = kept
    }

    /// Children before their parents.
    private func postOrder() -> [Int] {
        var order: [Int] = []
        var stack = roots
        while let index = stack.popLast() {
            order.append(index)
            stack += nodes[index].children
        }
        return order.reversed()
    }

    // MARK: (4) and (5)

    private func date(_ index: Int) -> (Int64, UID) {
        let node = nodes[index]
        if let message = node.message { return (MessageOrder.sent(message), message.uid) }
        // (4) By the first child, which is the first in date.
        return node.children.compactMap { nodes[$0].message }.map { (MessageOrder.sent($0), $0.uid) }.min { $0 < $1 } ?? (0, 0)
    }

    private func subject(_ index: Int) -> SortKeys? {
        if let message = nodes[index].message { return message.keys }
        return nodes[index].children.first.flatMap { nodes[$0].message?.keys }
    }

    private mutating func groupBySubject() {
        roots = roots.sorted { date($0) < date($1) }
        var table: [[UInt8]: Int] = [:]
        for root in roots {
            guard let keys = subject(root), !keys.baseSubject.isEmpty else { continue }
            let text = Collation.unicodeCasemap.folded(keys.baseSubject[...])
            guard let other = table[text] else {
                table[text] = root
                continue
            }
            // (5B) What is no message, or no reply where the other is one, stands for the subject.
            let isBetter = nodes[root].message == nil && nodes[other].message != nil
                || (nodes[other].message != nil && subject(other)?.isReplyOrForward == true && !keys.isReplyOrForward)
            if isBetter { table[text] = root }
        }
        var kept: [Int] = []
        var replaced: [Int: Int] = [:]
        for root in roots {
            guard let keys = subject(root), !keys.baseSubject.isEmpty,
                let found = table[Collation.unicodeCasemap.folded(keys.baseSubject[...])], found != root
            else {
                kept.append(root)
                continue
            }
            let other = replaced[found] ?? found
            merge(root, into: other, &replaced, found)
        }
        roots = kept.map { replaced[$0] ?? $0 }
    }

    /// (5C)
    private mutating func merge(_ root: Int, into other: Int, _ replaced: inout [Int: Int], _ found: Int) {
        let (isDummy, isOtherDummy) = (nodes[root].message == nil, nodes[other].message == nil)
        switch (isDummy, isOtherDummy) {
        case (true, true):
            let children = nodes[root].children
            nodes[root].children = []
            for child in children { adopt(child, by: other) }
        case (false, true): adopt(root, by: other)
        case (false, false) where subject(root)?.isReplyOrForward == true && subject(other)?.isReplyOrForward == false:
            adopt(root, by: other)
        default:
            // Both stand side by side below a message that is not there.
            let dummy = nodes.count
            nodes.append(Node())
            adopt(other, by: dummy)
            adopt(root, by: dummy)
            replaced[found] = dummy
        }
    }

    // MARK: (6)

    var threads: Threads {
        var threads = Threads()
        var places: [Int: Int] = [:]
        func place(_ index: Int) -> Int {
            if let place = places[index] { return place }
            let place = threads.messages.count
            threads.messages.append(.init(number: nodes[index].message.flatMap { number($0.uid) }))
            places[index] = place
            return place
        }
        var stack = roots.sorted { date($0) < date($1) }
        threads.roots = stack.map(place)
        while let index = stack.popLast() {
            var last: Int?
            for child in nodes[index].children.sorted(by: { date($0) < date($1) }) {
                let current = place(child)
                if let last { threads.messages[last].nextSibling = current } else { threads.messages[place(index)].firstChild = current }
                last = current
                stack.append(child)
            }
        }
        return threads
    }
}
