/// RFC 5545 §3.3.6: days are counted on the calendar, and what is below a day on the clock, so that `P1D` is 23 or 25 hours
/// where the clocks change and `PT24H` never is.
@frozen
public struct CivilDuration: Hashable, Sendable {
    /// Nominal days; weeks are seven. Of the same sign as `seconds`, if both are there.
    public var days: Int
    /// Exact seconds.
    public var seconds: Int

    @inlinable
    public init(days: Int = 0, seconds: Int = 0) {
        self.days = days
        self.seconds = seconds
    }

    /// On a calendar whose days all have 24 hours.
    @inlinable
    public var nominalSeconds: Int64 { Int64(days) * 86_400 + Int64(seconds) }
}
