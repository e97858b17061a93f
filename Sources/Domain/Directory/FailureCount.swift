/// Failures over time: each counts, and one is forgiven every `forgiveness` milliseconds.
struct FailureCount: Sendable, Equatable {
    static let forgiveness: Int64 = 10 * 60_000

    // What is not forgiven yet, in milliseconds, as it was at `at`.
    private var debt: Int64 = 0
    private var at: Int64 = 0

    func value(now: Int64) -> Int { Int((remaining(now: now) + Self.forgiveness - 1) / Self.forgiveness) }

    mutating func add(now: Int64) {
        // The bound keeps the sum from growing for ever.
        debt = min(remaining(now: now) + Self.forgiveness, 10_000 * Self.forgiveness)
        at = now
    }

    private func remaining(now: Int64) -> Int64 { max(0, debt - max(0, now &- at)) }
}

/// The failures of late by fingerprints of what was tried, so that one thing tried again and again counts once.
struct RecentFailures: Sendable {
    /// As many programs with an old password can be behind one address without being taken for a guesser.
    static let capacity = 32

    private var fingerprints: [UInt64] = []

    func contains(_ fingerprint: UInt64) -> Bool { fingerprints.contains(fingerprint) }

    /// False where it is there already.
    mutating func insert(_ fingerprint: UInt64) -> Bool {
        if let index = fingerprints.firstIndex(of: fingerprint) {
            fingerprints.remove(at: index)
            fingerprints.append(fingerprint)
            return false
        }
        if fingerprints.count >= Self.capacity { fingerprints.removeFirst() }
        fingerprints.append(fingerprint)
        return true
    }
}
