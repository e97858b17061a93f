package import CollectionStore

/// When a source is asked again.
package struct RefreshSchedule: Sendable, Equatable {
    /// Where neither the owner nor the source says how often.
    package var byDefault: Milliseconds
    package var shortest: Milliseconds
    package var longest: Milliseconds

    package init(
        byDefault: Milliseconds = 12 * 3_600_000, shortest: Milliseconds = 15 * 60_000,
        longest: Milliseconds = 7 * 86_400_000
    ) {
        self.shortest = max(1, shortest)
        self.longest = max(self.shortest, longest)
        self.byDefault = byDefault
    }

    /// The time of the first attempt after one that failed.
    private static let firstRetry: Milliseconds = 5 * 60_000

    /// RFC 7986 §5.7: what a source says is the shortest time that it likes; its owner may want more, not less. A source
    /// that only tells how long its answer stays fresh (RFC 9111 §5.2.2.1) is not asked within that time.
    package func interval(
        wished: Milliseconds?, source: Milliseconds?, maximumAge: Milliseconds?
    ) -> Milliseconds {
        let least = source ?? maximumAge ?? 0
        return clamped(max(wished ?? source ?? byDefault, least))
    }

    /// `jitter` is from 0 to 1: those that were made together are not fetched together for ever.
    package func next(after now: Milliseconds, interval: Milliseconds, jitter: Double) -> Milliseconds {
        let interval = clamped(interval)
        return now + interval + Milliseconds(Double(interval) / 10 * min(1, max(0, jitter)))
    }

    /// After the `failureCount`th failure in a row: ever later, up to a day, but never before the source wants
    /// (`retryAfter`).
    package func next(
        after now: Milliseconds, failureCount: Int, retryAfter: Milliseconds?, jitter: Double
    ) -> Milliseconds {
        let doublings = max(0, min(20, failureCount - 1))
        let backoff = min(min(Self.firstRetry, clamped(byDefault)) << doublings, 86_400_000)
        return next(after: now, interval: max(backoff, retryAfter ?? 0), jitter: jitter)
    }

    private func clamped(_ interval: Milliseconds) -> Milliseconds { min(longest, max(shortest, interval)) }
}
