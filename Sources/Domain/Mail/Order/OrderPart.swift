import Bytes

/// A column of a segment as its row of `mail_order` has it.
enum OrderPart {
    /// Grows where what is in a column changes, so also with `BaseSubject` and what folds texts.
    static let version: Int64 = 1
    /// UIDs, times and sizes: each segment has it.
    static let times: Int64 = 0
    static let identifiers: Int64 = 1 + Int64(SortKeys.Fields.textCount)

    /// The number of a column of texts.
    static func texts(_ place: Int) -> Int64 { 1 + Int64(place) }

    /// Those that a segment with these fields has.
    static func parts(_ fields: SortKeys.Fields) -> [Int64] {
        var parts = [times]
        for place in 0..<SortKeys.Fields.textCount where fields.contains(SortKeys.Fields(rawValue: 1 << place)) { parts.append(texts(place)) }
        if fields.contains(.identifiers) { parts.append(identifiers) }
        return parts
    }

    // MARK: Writing

    static func encoded(_ segment: OrderSegment, _ part: Int64) -> [UInt8] {
        var out: [UInt8] = []
        switch part {
        case times: appendTimes(segment, to: &out)
        case identifiers: appendIdentifiers(segment.identifiers, to: &out)
        default:
            let place = Int(part - 1)
            guard segment.texts.indices.contains(place) else { return [] }
            let texts = segment.texts[place]
            out.appendNumber(UInt64(texts.distinct.count))
            for text in texts.distinct { out.appendCounted(text) }
            for (index, number) in texts.places.enumerated() {
                // The first are subjects, which have a mark besides.
                let isReply = place == 0 && segment.areReplies.indices.contains(index) && segment.areReplies[index]
                out.appendNumber(place == 0 ? UInt64(number) << 1 | (isReply ? 1 : 0) : UInt64(number))
            }
        }
        return out
    }

    private static func appendTimes(_ segment: OrderSegment, to out: inout [UInt8]) {
        var last: UID = 0
        var lastArrival: Int64 = 0
        for index in segment.uids.indices {
            out.appendNumber(UInt64(segment.uids[index] &- last))
            last = segment.uids[index]
            // Most come a moment after they were sent.
            out.appendSigned(segment.arrivals[index] &- lastArrival)
            lastArrival = segment.arrivals[index]
            out.appendSigned(segment.sent[index] &- lastArrival)
            out.appendSigned(segment.sizes[index])
        }
    }

    private static func appendIdentifiers(_ identifiers: OrderSegment.Identifiers, to out: inout [UInt8]) {
        var numbers: [UInt64: UInt64] = [:]
        var distinct: [UInt64] = []
        func number(_ hash: UInt64) -> UInt64 {
            if let known = numbers[hash] { return known }
            let number = UInt64(distinct.count)
            numbers[hash] = number
            distinct.append(hash)
            return number
        }
        var rest: [UInt8] = []
        for (index, own) in identifiers.own.enumerated() {
            rest.appendNumber(own.map { number($0) + 1 } ?? 0)
            let references = identifiers.references(at: index)
            rest.appendNumber(UInt64(references.count))
            for reference in references { rest.appendNumber(number(reference)) }
        }
        out.appendNumber(UInt64(distinct.count))
        for hash in distinct { out.appendWord(hash) }
        out += rest
    }

    // MARK: Reading

    /// False where the bytes are none of ours; the times come first.
    static func read(_ bytes: [UInt8], _ part: Int64, _ count: Int, into segment: inout OrderSegment) -> Bool {
        var reader = NumberReader(bytes)
        return switch part {
        case times: readTimes(&reader, count, &segment)
        case identifiers: readIdentifiers(&reader, count, &segment)
        default: readTexts(&reader, Int(clamping: part - 1), count, &segment)
        }
    }

    private static func readTimes(_ reader: inout NumberReader, _ count: Int, _ segment: inout OrderSegment) -> Bool {
        segment.uids.reserveCapacity(count)
        segment.arrivals.reserveCapacity(count)
        segment.sent.reserveCapacity(count)
        segment.sizes.reserveCapacity(count)
        var last: UInt64 = 0
        var arrival: Int64 = 0
        for _ in 0..<count {
            guard let gap = reader.next(), gap > 0, gap <= UInt64(UID.max), last + gap <= UInt64(UID.max),
                let later = reader.nextSigned(), let sent = reader.nextSigned(), let size = reader.nextSigned()
            else { return false }
            last += gap
            arrival &+= later
            segment.uids.append(UID(truncatingIfNeeded: last))
            segment.arrivals.append(arrival)
            segment.sent.append(arrival &+ sent)
            segment.sizes.append(size)
        }
        return reader.isAtEnd
    }

    private static func readTexts(_ reader: inout NumberReader, _ place: Int, _ count: Int, _ segment: inout OrderSegment) -> Bool {
        guard segment.texts.indices.contains(place), let distinct = reader.nextCount(), distinct <= count else { return false }
        var texts = OrderSegment.Texts()
        texts.distinct.reserveCapacity(distinct)
        texts.places.reserveCapacity(count)
        for _ in 0..<distinct {
            guard let text = reader.nextBytes() else { return false }
            texts.distinct.append(Array(text))
        }
        for _ in 0..<count {
            guard let number = reader.next() else { return false }
            let index = place == 0 ? number >> 1 : number
            guard index < UInt64(distinct) else { return false }
            texts.places.append(UInt32(truncatingIfNeeded: index))
            if place == 0 { segment.areReplies.append(number & 1 != 0) }
        }
        segment.texts[place] = texts
        return reader.isAtEnd
    }

    private static func readIdentifiers(_ reader: inout NumberReader, _ count: Int, _ segment: inout OrderSegment) -> Bool {
        guard let distinct = reader.nextCount(), distinct <= reader.remaining / 8 else { return false }
        var hashes: [UInt64] = []
        hashes.reserveCapacity(distinct)
        for _ in 0..<distinct {
            guard let hash = reader.nextWord() else { return false }
            hashes.append(hash)
        }
        var identifiers = OrderSegment.Identifiers()
        identifiers.own.reserveCapacity(count)
        identifiers.ends.reserveCapacity(count)
        for _ in 0..<count {
            guard let own = reader.nextCount(), own <= distinct, let references = reader.nextCount(), references <= reader.remaining
            else { return false }
            identifiers.own.append(own > 0 ? hashes[own - 1] : nil)
            for _ in 0..<references {
                guard let number = reader.nextCount(), number < distinct else { return false }
                identifiers.references.append(hashes[number])
            }
            identifiers.ends.append(identifiers.references.count)
        }
        segment.identifiers = identifiers
        return reader.isAtEnd
    }
}
