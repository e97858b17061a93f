import IMAPGrammar
import Mail

/// RFC 5256 §3: ORDEREDSUBJECT: messages of one base subject are one thread, its first message with all others below it.
enum OrderedSubject {
    static func threads(_ messages: [ThreadMessage], number: (UID) -> UInt32?) -> Threads {
        var groups: [Int: [ThreadMessage]] = [:]
        for message in messages { groups[message.subject, default: []].append(message) }
        let sorted = groups.values.map { $0.sorted { $0.isBefore($1) } }.sorted { a, b in
            guard let a = a.first, let b = b.first else { return false }
            return a.isBefore(b)
        }
        var threads = Threads()
        for group in sorted {
            var last: Int?
            for (position, message) in group.enumerated() {
                guard let number = number(message.uid) else { continue }
                let index = threads.messages.count
                threads.messages.append(.init(number: number))
                if position == 0 || threads.roots.isEmpty {
                    threads.roots.append(index)
                } else if let last, last != threads.roots[threads.roots.count - 1] {
                    threads.messages[last].nextSibling = index
                } else if let root = threads.roots.last {
                    threads.messages[root].firstChild = index
                }
                last = index
            }
        }
        return threads
    }
}
