import IMAPGrammar
import Mail

/// The order of SORT (RFC 5256 §3). Each criterion is a column of numbers; of texts it is their places among all texts that there are.
struct MessageOrder {
    fileprivate struct Column {
        var criterion: SortCriterion
        var numbers: [UInt64] = []
        /// Texts in the order in which they were first met, and the number of each.
        var texts: [[UInt8]] = []
        var known: [[UInt8]: UInt64] = [:]
    }

    private var columns: [Column]
    private var uids: [UID] = []
    private var relevancies: [UID: Double] = [:]
    /// What is read of each message.
    let parts: MessageParts
    let fields: SortKeys.Fields

    init(_ criteria: [SortCriterion]) {
        columns = criteria.map { Column(criterion: $0) }
        parts = criteria.allSatisfy { [.arrival, .size, .relevancy].contains($0.key) } ? [] : .keys
        fields = criteria.reduce(into: []) { $0.formUnion(Self.field($1.key)) }
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
    var usesRelevancy: Bool { columns.contains { $0.criterion.key == .relevancy } }

    /// Before the message itself.
    mutating func take(_ uid: UID, relevancy: Double) { relevancies[uid] = relevancy }

    /// The messages with these indices, which come in rising order of their UIDs.
    mutating func take(_ segment: OrderSegment, _ indices: [Int]) {
        for index in indices { uids.append(segment.uids[index]) }
        for place in columns.indices { columns[place].take(segment, indices, relevancies) }
    }

    /// RFC 5256 §3: what is the same in all criteria is in the order of the messages' numbers.
    mutating func sorted() -> [UID] {
        for place in columns.indices { columns[place].rank() }
        let sorted = StableOrder.indices(uids.count, by: columns.map(\.numbers))
        return sorted.map { uids[Int($0)] }
    }
}

extension MessageOrder.Column {
    fileprivate mutating func take(_ segment: OrderSegment, _ indices: [Int], _ relevancies: [UID: Double]) {
        numbers.reserveCapacity(numbers.count + indices.count)
        switch criterion.key {
        case .arrival: for index in indices { append(segment.arrivals[index]) }
        case .date: for index in indices { append(segment.sent[index]) }
        case .size: for index in indices { append(segment.sizes[index]) }
        // RFC 6203 §6: the best is the first.
        case .relevancy: for index in indices { append(-Int64(((relevancies[segment.uids[index]] ?? 0) * 1_000_000).rounded())) }
        case .from, .to, .cc, .subject, .displayFrom, .displayTo:
            let column = segment.texts(MessageOrder.field(criterion.key))
            var numbersOfTexts: [UInt64?] = Array(repeating: nil, count: column.distinct.count)
            for index in indices {
                let place = Int(column.places[index])
                let number = numbersOfTexts[place] ?? number(of: column.distinct[place])
                numbersOfTexts[place] = number
                numbers.append(number)
            }
        }
    }

    private mutating func append(_ number: Int64) {
        // In the order of the numbers; RFC 5256 §3: REVERSE.
        let bits = UInt64(bitPattern: number) ^ (1 << 63)
        numbers.append(criterion.isReversed ? ~bits : bits)
    }

    private mutating func number(of text: [UInt8]) -> UInt64 {
        if let number = known[text] { return number }
        let number = UInt64(texts.count)
        known[text] = number
        texts.append(text)
        return number
    }

    /// Gives each text the number that it has among all.
    fileprivate mutating func rank() {
        if texts.isEmpty { return }
        var ranks: [UInt64] = Array(repeating: 0, count: texts.count)
        for (rank, number) in TextOrder.indices(texts).enumerated() {
            ranks[number] = criterion.isReversed ? ~UInt64(rank) : UInt64(rank)
        }
        for index in numbers.indices { numbers[index] = ranks[Int(numbers[index])] }
    }
}

/// Texts in the order of their octets.
enum TextOrder {
    static func indices(_ texts: [[UInt8]]) -> [Int] {
        // Most are told apart by their first octets: numbers are moved, and the rest is looked at where these are the same.
        struct Place {
            var first: UInt64
            var index: Int
        }
        var places = texts.enumerated().map { index, text in
            var first: UInt64 = 0
            for place in 0..<8 { first = first << 8 | UInt64(place < text.count ? text[place] : 0) }
            return Place(first: first, index: index)
        }
        places.sort { a, b in
            a.first != b.first ? a.first < b.first : texts[a.index].lexicographicallyPrecedes(texts[b.index])
        }
        return places.map(\.index)
    }
}

/// Sorting by columns of numbers where what is the same stays in its order.
enum StableOrder {
    private static let digit = 11

    /// The indices `0..<count` by the first column, where that is the same by the second, and so on.
    static func indices(_ count: Int, by columns: [[UInt64]]) -> [UInt32] {
        var order = (0..<UInt32(clamping: count)).map { $0 }
        guard count > 512 else {
            order.sort { a, b in
                for column in columns where column[Int(a)] != column[Int(b)] { return column[Int(a)] < column[Int(b)] }
                return a < b
            }
            return order
        }
        var other = order
        for column in columns.reversed() {
            guard let first = column.first else { continue }
            // Digits that all have alike are passed over: most are.
            let differing = column.reduce(0) { $0 | ($1 ^ first) }
            for shift in stride(from: UInt64(0), to: 64, by: UInt64.Stride(digit)) {
                let mask: UInt64 = (1 << UInt64(digit)) - 1
                guard differing >> shift & mask != 0 else { continue }
                var starts = Array(repeating: 0, count: 1 << digit)
                for number in column { starts[Int(number >> shift & mask)] += 1 }
                var sum = 0
                for place in starts.indices { (starts[place], sum) = (sum, sum + starts[place]) }
                for index in order {
                    let place = Int(column[Int(index)] >> shift & mask)
                    other[starts[place]] = index
                    starts[place] += 1
                }
                swap(&order, &other)
            }
        }
        return order
    }
}
