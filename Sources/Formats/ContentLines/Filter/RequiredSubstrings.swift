import Bytes

/// What must stand in the search text of an object that a filter can match: of each clause one needle. Needles and search
/// text are folded by i;unicode-casemap, under which all that is the same for one of the other two collations is the same.
///
/// An object whose search text lacks it need not be looked at; of another, nothing is known.
package struct RequiredSubstrings: Hashable, Sendable {
    /// All must hold; one holds where one of its needles is found. No clause and no needle is empty.
    package private(set) var clauses: [[[UInt8]]]

    /// What an object must contain to pass `match`; nil where that cannot be said.
    package init?(_ match: TextMatch) {
        if match.isNegated || match.text.isEmpty { return nil }
        clauses = [[Collation.unicodeCasemap.folded(match.text)]]
    }

    /// Where all of `tests` must hold. Of one that is nil nothing is known.
    package init?(allOf tests: [RequiredSubstrings?]) {
        var clauses: [[[UInt8]]] = []
        for test in tests { clauses += (test?.clauses ?? []).filter { !clauses.contains($0) } }
        if clauses.isEmpty { return nil }
        self.clauses = clauses
    }

    /// Where one of `tests` is enough.
    package init?(anyOf tests: [RequiredSubstrings?]) {
        if tests.count == 1 {
            guard let only = tests.first ?? nil else { return nil }
            self = only
            return
        }
        var needles: [[UInt8]] = []
        for test in tests {
            // The clause that says most: few needles, and long ones.
            guard let best = test?.clauses.max(by: { Self.weight($0) < Self.weight($1) }) else { return nil }
            needles += best.filter { !needles.contains($0) }
        }
        if needles.isEmpty { return nil }
        clauses = [needles]
    }

    private static func weight(_ clause: [[UInt8]]) -> Int { (clause.map(\.count).min() ?? 0) - clause.count }

    /// Whether an object with that search text can match.
    package func allow(_ searchText: [UInt8]) -> Bool {
        searchText.withUnsafeBytes { text in
            clauses.allSatisfy { needles in needles.contains { text.contains($0) } }
        }
    }
}

/// Collects the texts that a text-match could look at, folded by i;unicode-casemap, one a line.
package struct SearchText: Sendable {
    private let limit: Int
    private var text: [UInt8] = []
    private var isComplete = true

    /// `limit` is the count of bytes above which there is no search text.
    package init(limit: Int) {
        self.limit = limit
    }

    /// Adds the value of a property. False where it is known that there will be none.
    package mutating func add(_ line: ContentLine) -> Bool {
        guard isComplete, line.value.count <= limit else {
            isComplete = false
            return false
        }
        if !text.isEmpty { text.append(0x0A) }
        Collation.unicodeCasemap.appendFolded(line.matchedText, to: &text)
        isComplete = text.count <= limit
        return isComplete
    }

    /// Nil where it would be too long: what has no search text cannot be ruled out by it.
    package var result: [UInt8]? { isComplete ? text : nil }
}
