internal import Bytes

/// ESEARCH (RFC 9051 §7.3.4, RFC 4731): what of a result is told. What is nil is left out.
package struct SearchResult: Sendable {
    /// RFC 7377 §2.1: the mailbox, where several were searched.
    package struct Source: Sendable {
        package var mailbox: MailboxName
        package var uidValidity: UInt32

        package init(mailbox: MailboxName, uidValidity: UInt32) { (self.mailbox, self.uidValidity) = (mailbox, uidValidity) }
    }

    /// In the order of SORT, or ascending.
    package enum Numbers: Sendable {
        case set(NumberSet)
        case ordered([UInt32])
    }

    package var tag: [UInt8]?
    package var source: Source?
    package var isUID: Bool
    package var min: UInt32?
    package var max: UInt32?
    package var count: Int?
    /// Left out where it is empty (RFC 9051 §7.3.4).
    package var all: Numbers?
    /// RFC 9394 §3.1; an empty one is NIL.
    package var partial: (range: PartialRange, numbers: Numbers)?
    /// RFC 7162 §3.1.5.
    package var modSeq: UInt64?
    /// RFC 6203 §4: 1 to 100, in the order of the results.
    package var relevancy: [UInt8]?
    /// RFC 5267 §4.2: the place, 0 where the results have no order, and the numbers.
    package var added: [(place: UInt32, numbers: Numbers)] = []
    package var removed: [(place: UInt32, numbers: Numbers)] = []

    package init(tag: [UInt8]?, isUID: Bool) { (self.tag, self.isUID) = (tag, isUID) }
}

/// Threads (RFC 5256 §4) as one array, since a thread may be as deep as a mailbox is long: each message with the next one that
/// answers the same, and the first one that answers it.
package struct Threads: Sendable {
    package struct Message: Sendable {
        /// Nil for a message that is missing, whose answers stand together.
        package var number: UInt32?
        /// Places in the array.
        package var firstChild: Int?
        package var nextSibling: Int?

        package init(number: UInt32?, firstChild: Int? = nil, nextSibling: Int? = nil) {
            (self.number, self.firstChild, self.nextSibling) = (number, firstChild, nextSibling)
        }
    }

    package var messages: [Message] = []
    /// The first messages of the threads, in the order of the answer.
    package var roots: [Int] = []

    package init() {}
}

extension ResponseWriter {
    /// RFC 3501 §7.2.5. `modSeq`: RFC 7162 §3.1.5.
    package mutating func search(_ numbers: some Sequence<UInt32>, modSeq: UInt64? = nil) {
        numberLine("* SEARCH", numbers, modSeq)
    }

    /// RFC 5256 §4.
    package mutating func sort(_ numbers: some Sequence<UInt32>, modSeq: UInt64? = nil) {
        numberLine("* SORT", numbers, modSeq)
    }

    private mutating func numberLine(_ name: StaticString, _ numbers: some Sequence<UInt32>, _ modSeq: UInt64?) {
        bytes.append(name)
        for number in numbers {
            bytes.append(0x20)
            bytes.append(decimal: number)
        }
        if let modSeq {
            bytes.append(" (MODSEQ ")
            bytes.append(decimal: modSeq)
            bytes.append(0x29)
        }
        endLine()
    }

    package mutating func extendedSearch(_ result: SearchResult) {
        bytes.append("* ESEARCH")
        if result.tag != nil || result.source != nil { correlator(result) }
        if result.isUID { bytes.append(" UID") }
        value(" MIN ", result.min)
        value(" MAX ", result.max)
        if let all = result.all, !all.isEmpty {
            bytes.append(" ALL ")
            append(all)
        }
        value(" COUNT ", result.count)
        if let partial = result.partial {
            bytes.append(" PARTIAL (")
            partial.range.append(to: &bytes)
            bytes.append(0x20)
            if partial.numbers.isEmpty { bytes.append("NIL") } else { append(partial.numbers) }
            bytes.append(0x29)
        }
        updates(" ADDTO ", result.added)
        updates(" REMOVEFROM ", result.removed)
        value(" MODSEQ ", result.modSeq)
        if let relevancy = result.relevancy {
            bytes.append(" RELEVANCY ")
            list(relevancy) { $0.bytes.append(decimal: $1) }
        }
        endLine()
    }

    private mutating func correlator(_ result: SearchResult) {
        bytes.append(" (")
        if let tag = result.tag {
            bytes.append("TAG ")
            string(tag)
        }
        if let source = result.source {
            bytes.append(result.tag == nil ? "MAILBOX " : " MAILBOX ")
            mailbox(source.mailbox)
            bytes.append(" UIDVALIDITY ")
            bytes.append(decimal: source.uidValidity)
        }
        bytes.append(0x29)
    }

    private mutating func value(_ name: StaticString, _ value: (some FixedWidthInteger)?) {
        guard let value else { return }
        bytes.append(name)
        bytes.append(decimal: value)
    }

    private mutating func append(_ numbers: SearchResult.Numbers) {
        switch numbers {
        case .set(let set): set.append(to: &bytes)
        case .ordered(let numbers): appendRuns(numbers)
        }
    }

    private mutating func updates(_ name: StaticString, _ updates: [(place: UInt32, numbers: SearchResult.Numbers)]) {
        if updates.isEmpty { return }
        bytes.append(name)
        list(updates) { writer, update in
            writer.bytes.append(decimal: update.place)
            writer.bytes.append(0x20)
            writer.append(update.numbers)
        }
    }

    /// RFC 5256 §4. Each message is written once, whatever the shape; links that lead to where they were before end there.
    package mutating func thread(_ threads: Threads) {
        bytes.append("* THREAD")
        if !threads.roots.isEmpty { bytes.append(0x20) }
        var walk = ThreadWalk(threads)
        for root in threads.roots { walk.write(root, to: &bytes) }
        endLine()
    }
}

extension SearchResult.Numbers {
    fileprivate var isEmpty: Bool {
        switch self {
        case .set(let set): set.isEmpty
        case .ordered(let numbers): numbers.isEmpty
        }
    }
}

/// The way through threads, with a stack of its own.
private struct ThreadWalk {
    private let messages: [Threads.Message]
    private var isWritten: [Bool]

    init(_ threads: Threads) {
        messages = threads.messages
        isWritten = Array(repeating: false, count: messages.count)
    }

    /// RFC 5256 §5: a message with one answer is followed by it; several stand in parentheses of their own, one behind the other.
    mutating func write(_ root: Int, to out: inout [UInt8]) {
        guard takes(root) else { return }
        // What is still to be written: a message in parentheses, or a parenthesis that ends.
        var stack: [Int?] = []
        var current: Int? = root
        out.append(0x28)
        stack.append(nil)
        var isFirst = true
        while true {
            if let place = current {
                if let number = messages[place].number {
                    if !isFirst { out.append(0x20) }
                    out.append(decimal: number)
                }
                let children = children(of: place)
                let isBranch = children.count > 1 || (messages[place].number == nil && isFirst && children.count == 1)
                isFirst = messages[place].number == nil && isFirst && !isBranch
                if !isBranch {
                    current = children.first
                    continue
                }
                if messages[place].number != nil { out.append(0x20) }
                for child in children.reversed() { stack.append(child) }
                current = nil
            }
            guard let next = stack.popLast() else { return }
            if let next {
                out.append(0x28)
                stack.append(nil)
                isFirst = true
                current = next
            } else {
                out.append(0x29)
            }
        }
    }

    private mutating func children(of place: Int) -> [Int] {
        var children: [Int] = []
        var child = messages[place].firstChild
        while let place = child, takes(place) {
            children.append(place)
            child = messages[place].nextSibling
        }
        return children
    }

    private mutating func takes(_ place: Int) -> Bool {
        guard messages.indices.contains(place), !isWritten[place] else { return false }
        isWritten[place] = true
        return true
    }
}
