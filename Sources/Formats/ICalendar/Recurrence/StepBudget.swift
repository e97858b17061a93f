/// How much work evaluating recurrences may still cost. A step is a period that is looked at, or an instance that is
/// made: some ten to hundred nanoseconds.
///
/// There is no silent end: whoever runs out of steps throws, and the caller has an answer for it (RFC 4791 §7.8: 507).
public struct StepBudget: Sendable {
    /// The steps were used up before the evaluation was done.
    public struct Exhausted: Error, Equatable, Sendable {
        public init() {}
    }

    public var remaining: Int

    public init(_ steps: Int) {
        remaining = steps
    }

    @inlinable
    public mutating func spend(_ steps: Int = 1) throws(Exhausted) {
        remaining -= steps
        if remaining < 0 { throw Exhausted() }
    }
}
