import ContentLines
import Grams
import Stemming

/// Reads the input, cut at its first line end, as what is looked for and as a text: no bytes trap, and the grams rule out no text that has all of
/// the words (RFC 6203).
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let parts = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
    let wanted = Collation.unicodeCasemap.folded(parts[0])
    let text = Collation.unicodeCasemap.folded(parts.count > 1 ? parts[1] : parts[0])
    // Bytes that nobody has folded are no reason to trap either.
    _ = WordQuery(Array(parts[0]))?.counts(in: bytes, upTo: 3)
    guard let query = WordQuery(wanted) else { return 0 }
    precondition(query.count > 0 && query.count <= WordQuery.mostWords)
    let counts = query.counts(in: text, upTo: 4)
    precondition(counts.count == query.count && counts.allSatisfy { $0 <= 4 })
    precondition(query.counts(in: wanted).allSatisfy { $0 > 0 }, "what is looked for has its own words")
    guard counts.allSatisfy({ $0 > 0 }), let condition = query.condition else { return 0 }
    var set = GramSet()
    set.insert(text)
    if set.isOpen { return 0 }
    var grams: [Gram] = []
    set.forEach { grams.append($0) }
    precondition(holds(condition, grams), "the index would hide it")
    if let bounded = condition.bounded { precondition(holds(bounded, grams), "the shorter question hides it") }
    return 0
}

private func holds(_ condition: GramCondition, _ grams: [Gram]) -> Bool {
    switch condition {
    case .has(let query): query.ranges.allSatisfy { range in grams.contains { range.contains($0) } }
    case .all(let parts): parts.allSatisfy { holds($0, grams) }
    case .any(let parts): parts.contains { holds($0, grams) }
    }
}
