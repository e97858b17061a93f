import IMAPGrammar
import Mail

/// RFC 5256 §3: THREAD=REFERENCES, steps (1) to (6). Messages, and those that are referred to and are not there, are places in one array,
/// so that depth costs no stack; lists of children are made once, when all parents are known.
struct ReferenceThreads {
    private var messages: [ThreadMessage]
    /// Of each place; those from `messages.count` on are not there.
    private var parents: [Int?] = []
    /// Whether it is the parent of any: only then can it be above another.
    private var isParent: [Bool] = []
    private var children: [[Int]] = []
    private var roots: [Int] = []
    private let number: (UID) -> UInt32?
    /// Steps that may be gone upwards in search of circles: who writes headers for that gets other threads, and no more of this server.
    private var stepsLeft = 50_000_000
    /// Messages that are not there and may be remembered.
    private var missingLeft: Int

    init(_ messages: [ThreadMessage], number: @escaping (UID) -> UInt32?) {
        self.messages = messages
        self.number = number
        missingLeft = 100_000 + 4 * messages.count
        link()
        // Not needed any more.
        for index in self.messages.indices { self.messages[index].references = [] }
        prune()
        groupBySubject()
    }

    private func isThere(_ place: Int) -> Bool { place < messages.count }

    // MARK: (1) and (2)

    private mutating func link() {
        var places: [UInt64: Int] = [:]
        places.reserveCapacity(messages.count)
        parents = Array(repeating: nil, count: messages.count)
        isParent = Array(repeating: false, count: messages.count)
        // (1) A message whose Message-ID another has, or that has none, stands under an id of its own.
        for (index, message) in messages.enumerated() {
            if let id = message.id, places[id] == nil { places[id] = index }
        }
        for index in messages.indices {
            var previous: Int?
            for reference in messages[index].references {
                var place = places[reference]
                if place == nil, missingLeft > 0 {
                    missingLeft -= 1
                    places[reference] = parents.count
                    place = parents.count
                    parents.append(nil)
                    isParent.append(false)
                }
                guard let place else { continue }
                // (1A) Links that are there stay, and none may close a circle.
                if let previous, parents[place] == nil { adopt(place, by: previous) }
                previous = place
            }
            // (1B) The last reference is the parent, whatever others said.
            if let previous { adopt(index, by: previous) }
        }
    }

    /// But where that would close a circle.
    private mutating func adopt(_ child: Int, by parent: Int) {
        if child == parent || (isParent[child] && isAbove(child, parent)) { return }
        parents[child] = parent
        isParent[parent] = true
    }

    private mutating func isAbove(_ place: Int, _ other: Int) -> Bool {
        var current: Int? = other
        while let above = current {
            if above == place || stepsLeft <= 0 { return true }
            stepsLeft -= 1
            current = parents[above]
        }
        return false
    }

    // MARK: (3)

    /// Messages that are not there go, and their children stand in their place; at the top only where there is one child.
    private mutating func prune() {
        // Where the children of one that is not there come to stand: the nearest message above, or the highest that is not there.
        var heirs: [Int?] = Array(repeating: nil, count: parents.count)
        for place in messages.count..<parents.count where heirs[place] == nil {
            var way = [place]
            var heir = place
            while let above = parents[heir] {
                heir = above
                if isThere(heir) { break }
                if let known = heirs[heir] {
                    heir = known
                    break
                }
                way.append(heir)
            }
            for missing in way { heirs[missing] = heir }
        }
        children = Array(repeating: [], count: parents.count)
        for index in messages.indices {
            guard let parent = parents[index] else {
                roots.append(index)
                continue
            }
            children[isThere(parent) ? parent : heirs[parent] ?? parent].append(index)
        }
        for place in messages.count..<parents.count {
            if children[place].count > 1 {
                children[place].sort(by: isBefore)
                roots.append(place)
            } else {
                roots += children[place]
                children[place] = []
            }
        }
    }

    // MARK: (4) and (5)

    private func isBefore(_ a: Int, _ b: Int) -> Bool { date(a) < date(b) }

    private func date(_ place: Int) -> (Int64, UID) {
        if isThere(place) { return (messages[place].sent, messages[place].uid) }
        // (4) By the first child, which is the first in date.
        guard let first = children[place].first, isThere(first) else { return (0, 0) }
        return (messages[first].sent, messages[first].uid)
    }

    private func subject(_ place: Int) -> (text: Int, isReplyOrForward: Bool)? {
        guard let message = isThere(place) ? place : children[place].first, isThere(message) else { return nil }
        return (messages[message].subject, messages[message].isReplyOrForward)
    }

    private mutating func groupBySubject() {
        roots.sort(by: isBefore)
        var table: [Int: Int] = [:]
        for root in roots {
            guard let (text, isReply) = subject(root), text != 0 else { continue }
            guard let other = table[text] else {
                table[text] = root
                continue
            }
            // (5B) What is no message, or no reply where the other is one, stands for the subject.
            let isBetter = !isThere(root) && isThere(other)
                || (isThere(other) && subject(other)?.isReplyOrForward == true && !isReply)
            if isBetter { table[text] = root }
        }
        var kept: [Int] = []
        var replaced: [Int: Int] = [:]
        for root in roots {
            guard let (text, _) = subject(root), text != 0, let found = table[text], found != root else {
                kept.append(root)
                continue
            }
            merge(root, into: replaced[found] ?? found, &replaced, found)
        }
        roots = kept.map { replaced[$0] ?? $0 }
    }

    /// (5C)
    private mutating func merge(_ root: Int, into other: Int, _ replaced: inout [Int: Int], _ found: Int) {
        switch (isThere(root), isThere(other)) {
        case (false, false):
            children[other] += children[root]
            children[root] = []
        case (true, false): children[other].append(root)
        case (true, true) where subject(root)?.isReplyOrForward == true && subject(other)?.isReplyOrForward == false:
            children[other].append(root)
        default:
            // Both stand side by side below a message that is not there.
            replaced[found] = children.count
            children.append([other, root])
        }
    }

    // MARK: (6)

    var threads: Threads {
        var threads = Threads()
        threads.messages.reserveCapacity(messages.count)
        func place(_ index: Int) -> Int {
            threads.messages.append(.init(number: isThere(index) ? number(messages[index].uid) : nil))
            return threads.messages.count - 1
        }
        // Each with its place in the answer.
        var stack = roots.sorted(by: isBefore).map { (index: $0, place: place($0)) }
        threads.roots = stack.map(\.place)
        while let (index, parent) = stack.popLast() {
            var last: Int?
            let list = children[index]
            for child in list.count > 1 ? list.sorted(by: isBefore) : list {
                let current = place(child)
                if let last { threads.messages[last].nextSibling = current } else { threads.messages[parent].firstChild = current }
                last = current
                stack.append((child, current))
            }
        }
        return threads
    }
}
