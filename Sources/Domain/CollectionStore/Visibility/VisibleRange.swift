package import Database

/// How far into the past and the future a calendar shows its members: those that have something in the days from so many
/// before today to so many after it. What is stored does not depend on it, and what has no time is always shown.
package struct VisibleRange: Sendable, Hashable {
    /// Nil: all of the past.
    package let pastDays: Int?
    /// Nil: all of the future.
    package let futureDays: Int?

    /// More days than that are all days that anybody bounds.
    package static let maximumDays = 100_000

    /// Nil where nothing is bounded. What is out of bounds is brought into them.
    package init?(pastDays: Int?, futureDays: Int?) {
        if pastDays == nil, futureDays == nil { return nil }
        func clamped(_ days: Int?) -> Int? { days.map { max(0, min($0, Self.maximumDays)) } }
        self.pastDays = clamped(pastDays)
        self.futureDays = clamped(futureDays)
    }

    /// What is shown at a time. It moves once a day, at midnight in UTC, for everybody alike.
    package func window(at now: Milliseconds) -> VisibleWindow {
        let (quotient, remainder) = now.quotientAndRemainder(dividingBy: 86_400_000)
        let today = remainder < 0 ? quotient - 1 : quotient
        return VisibleWindow(first: pastDays.map { today - Int64($0) }, last: futureDays.map { today + Int64($0) })
    }

    /// Sets or takes away what a calendar shows. Its sync tokens stay good: they say what was shown.
    package static func set(
        _ tx: borrowing WriteTransaction, of collection: Collection, to range: VisibleRange?
    ) throws {
        try tx.execute(
            "UPDATE collection SET visible_past = $2, visible_future = $3 WHERE id = $1",
            [
                .integer(collection.id.rawValue), Value((range?.pastDays).map(Int64.init)),
                Value((range?.futureDays).map(Int64.init)),
            ])
    }

    static func read(past: Int64?, future: Int64?) -> VisibleRange? {
        VisibleRange(pastDays: past.map { Int(clamping: $0) }, futureDays: future.map { Int(clamping: $0) })
    }
}

/// Whole days in UTC, counted from 1970-01-01, from the first to the last.
package struct VisibleWindow: Sendable, Hashable {
    /// Nil: from ever.
    package let first: Int64?
    /// It is in the window; nil: for ever.
    package let last: Int64?

    package static let all = VisibleWindow(first: nil, last: nil)

    package init(first: Int64?, last: Int64?) {
        self.first = first
        self.last = last
    }

    /// In seconds since 1970; nil where there is no bound.
    package var lower: Int64? { first.map { $0 &* 86_400 } }
    /// What begins then is outside.
    package var upper: Int64? { last.map { ($0 &+ 1) &* 86_400 } }

    /// The days that are in one of the two and not in the other, as at most two windows.
    func differences(from other: VisibleWindow) -> [VisibleWindow] {
        let (a, b) = (first ?? .min, last.map { $0 &+ 1 } ?? .max)
        let (c, d) = (other.first ?? .min, other.last.map { $0 &+ 1 } ?? .max)
        let parts =
            a >= b || c >= d || b <= c || d <= a
            ? [(a, b), (c, d)] : [(min(a, c), max(a, c)), (min(b, d), max(b, d))]
        return parts.filter { $0.0 < $0.1 }.map { from, end in
            VisibleWindow(first: from == .min ? nil : from, last: end == .max ? nil : end - 1)
        }
    }

    // MARK: In a token

    /// `20500~20800`, with nothing where there is no bound.
    var text: String { "\(first.map { "\($0)" } ?? "")~\(last.map { "\($0)" } ?? "")" }

    init?(text: some StringProtocol) {
        let parts = text.split(separator: "~", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = Self.day(parts[0]), let last = Self.day(parts[1]) else { return nil }
        self.init(first: first, last: last)
    }

    /// Nil where it is no day; a nil in it where there is no bound.
    private static func day(_ text: some StringProtocol) -> Int64?? {
        if text.isEmpty { return .some(nil) }
        // Ten digits are far beyond all years, and their seconds far below what overflows.
        guard text.utf8.count <= 10, let day = Int64(String(text)), String(day).utf8.elementsEqual(text.utf8) else {
            return nil
        }
        return .some(day)
    }
}
