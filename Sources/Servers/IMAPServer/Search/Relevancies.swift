import IMAPGrammar
import Mail

/// How relevant the messages of a result are (RFC 6203 §4), taken as they are found.
final class Relevancies {
    private var values: [UID: Double] = [:]
    private var highest = 0.0

    /// Nil where they are not to be told.
    init?(_ returning: SearchReturn?) {
        if returning?.options.contains(.relevancy) != true { return nil }
    }

    func take(_ uid: UID, _ value: Double) {
        values[uid] = value
        highest = max(highest, value)
    }

    func scores(of uids: [UID]) -> [UInt8] { uids.map(score) }

    /// 1 to 100: the best of the result has 100.
    private func score(of uid: UID) -> UInt8 {
        guard highest > 0, let value = values[uid] else { return 100 }
        return UInt8(clamping: Int((value / highest * 100).rounded())).clamped(to: 1...100)
    }

    /// RFC 6203 §4, §6: relevancy is of what is looked for with FUZZY.
    static func check(_ key: SearchKey, _ returning: SearchReturn?, _ criteria: [SortCriterion] = []) -> Completion? {
        guard returning?.options.contains(.relevancy) == true || criteria.contains(where: { $0.key == .relevancy }) else { return nil }
        let isFuzzy = key.contains { if case .fuzzy = $0 { true } else { false } }
        return isFuzzy ? nil : .bad("RELEVANCY is for searches with FUZZY")
    }
}

extension UInt8 {
    fileprivate func clamped(to range: ClosedRange<UInt8>) -> UInt8 { Swift.min(Swift.max(self, range.lowerBound), range.upperBound) }
}
