import Bytes
import ContentLines
import IMAPGrammar
import Mail

/// The order of SORT (RFC 5256 §3).
struct MessageOrder {
    private enum Value: Comparable {
        case number(Int64)
        case text([UInt8])

        static func < (a: Value, b: Value) -> Bool {
            switch (a, b) {
            case (.number(let a), .number(let b)): a < b
            case (.text(let a), .text(let b)): a.lexicographicallyPrecedes(b)
            case (.number, .text): true
            case (.text, .number): false
            }
        }
    }

    private let criteria: [SortCriterion]

    init(_ criteria: [SortCriterion]) { self.criteria = criteria }

    func sorted(_ messages: [StoredMessage]) -> [StoredMessage] {
        // Each value is made once, not at each comparison.
        let rows = messages.map { message in (message, criteria.map { value($0.key, message) }) }
        return rows.sorted { a, b in
            for (index, criterion) in criteria.enumerated() {
                let (left, right) = (a.1[index], b.1[index])
                if left == right { continue }
                return criterion.isReversed ? right < left : left < right
            }
            // RFC 5256 §3: else by the message's number.
            return a.0.uid < b.0.uid
        }.map(\.0)
    }

    private func value(_ key: SortCriterion.Key, _ message: StoredMessage) -> Value {
        let keys = message.keys ?? SortKeys()
        func text(_ bytes: [UInt8]) -> Value { .text(Collation.unicodeCasemap.folded(bytes[...])) }
        return switch key {
        case .arrival: .number(message.internalDate.seconds)
        case .date: .number(MessageOrder.sent(message))
        case .size: .number(Int64(message.size))
        case .from: text(keys.from)
        case .to: text(keys.to)
        case .cc: text(keys.cc)
        case .subject: text(keys.baseSubject)
        case .displayFrom: text(keys.displayFrom)
        case .displayTo: text(keys.displayTo)
        // RFC 6203 §5: all are as good as each other.
        case .relevancy: .number(0)
        }
    }

    /// RFC 5256 §2.2: INTERNALDATE where there is no Date that can be read.
    static func sent(_ message: StoredMessage) -> Int64 { message.keys?.sent ?? message.internalDate.seconds }
}
