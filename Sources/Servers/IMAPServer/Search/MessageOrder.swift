import Bytes
import ContentLines
import IMAPGrammar
import Mail

/// The order of SORT (RFC 5256 §3).
struct MessageOrder {
    /// What is kept of a message: its place among others as bytes, of which the first eight are a number.
    struct Row {
        fileprivate var first: UInt64
        /// Those behind the first eight.
        fileprivate var rest: [UInt8]
        var uid: UID
    }

    private let criteria: [SortCriterion]
    /// What is read of each message.
    let parts: MessageParts
    let keys: SortKeys.Fields

    init(_ criteria: [SortCriterion]) {
        self.criteria = criteria
        parts = criteria.allSatisfy { [.arrival, .size, .relevancy].contains($0.key) } ? [] : .keys
        keys = criteria.reduce(into: []) { $0.formUnion(Self.field($1.key)) }
    }

    private static func field(_ key: SortCriterion.Key) -> SortKeys.Fields {
        switch key {
        case .arrival, .date, .size, .relevancy: []
        case .from: .from
        case .to: .to
        case .cc: .cc
        case .subject: .subject
        case .displayFrom: .displayFrom
        case .displayTo: .displayTo
        }
    }

    /// RFC 6203 §6
    var usesRelevancy: Bool { criteria.contains { $0.key == .relevancy } }

    func row(_ message: StoredMessage, relevancy: Double = 0) -> Row {
        if criteria.count == 1, let number = Self.number(criteria[0].key, message, relevancy) {
            let bits = Self.ordered(number)
            return Row(first: criteria[0].isReversed ? ~bits : bits, rest: [], uid: message.uid)
        }
        var bytes: [UInt8] = []
        for criterion in criteria {
            let start = bytes.count
            append(criterion.key, message, relevancy, to: &bytes)
            // RFC 5256 §3: REVERSE
            if criterion.isReversed { for index in start..<bytes.count { bytes[index] = ~bytes[index] } }
        }
        var first: UInt64 = 0
        for index in 0..<8 { first = first << 8 | UInt64(index < bytes.count ? bytes[index] : 0) }
        return Row(first: first, rest: bytes.count > 8 ? Array(bytes[8...]) : [], uid: message.uid)
    }

    static func sorted(_ rows: [Row]) -> [UID] {
        // Most are told apart by the first bytes: numbers are moved, and the rest is looked at where they are the same.
        struct Place {
            var first: UInt64
            var uid: UID
            var index: UInt32
        }
        var places = rows.enumerated().map { Place(first: $1.first, uid: $1.uid, index: UInt32(clamping: $0)) }
        places.sort { a, b in
            if a.first != b.first { return a.first < b.first }
            let (restOfA, restOfB) = (rows[Int(a.index)].rest, rows[Int(b.index)].rest)
            if restOfA != restOfB { return restOfA.lexicographicallyPrecedes(restOfB) }
            // RFC 5256 §3: else by the message's number.
            return a.uid < b.uid
        }
        return places.map(\.uid)
    }

    private func append(
        _ key: SortCriterion.Key, _ message: StoredMessage, _ relevancy: Double, to bytes: inout [UInt8]
    ) {
        if let number = Self.number(key, message, relevancy) {
            let bits = Self.ordered(number)
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
            return
        }
        switch key {
        case .from: Self.append(message.keys?.from, to: &bytes)
        case .to: Self.append(message.keys?.to, to: &bytes)
        case .cc: Self.append(message.keys?.cc, to: &bytes)
        case .subject: Self.append(message.keys?.baseSubject, to: &bytes)
        case .displayFrom: Self.append(message.keys?.displayFrom, to: &bytes)
        case .displayTo: Self.append(message.keys?.displayTo, to: &bytes)
        case .arrival, .date, .size, .relevancy: break
        }
    }

    private static func number(_ key: SortCriterion.Key, _ message: StoredMessage, _ relevancy: Double) -> Int64? {
        switch key {
        case .arrival: message.internalDate.seconds
        case .date: sent(message)
        case .size: Int64(message.size)
        // RFC 6203 §6: the best is the first.
        case .relevancy: -Int64((relevancy * 1_000_000).rounded())
        default: nil
        }
    }

    /// In the order of the numbers.
    private static func ordered(_ number: Int64) -> UInt64 { UInt64(bitPattern: number) ^ (1 << 63) }

    /// The end is lower than all that may stand in the text.
    private static func append(_ text: [UInt8]?, to bytes: inout [UInt8]) {
        for byte in Collation.unicodeCasemap.folded((text ?? [])[...]) {
            if byte <= 1 { bytes.append(1) }
            bytes.append(byte <= 1 ? byte + 1 : byte)
        }
        bytes.append(0)
    }

    /// RFC 5256 §2.2: INTERNALDATE where there is no Date that can be read.
    static func sent(_ message: StoredMessage) -> Int64 { message.keys?.sent ?? message.internalDate.seconds }
}
