/// How a place's clocks stood and will stand.
package protocol TimeZoneRules: Sendable {
    /// Seconds east of UTC at that instant.
    func offset(at instant: Instant) -> Int

    /// The instant at which the wall shows `time` (RFC 5545 §3.3.5): a time that is skipped is read with the offset before the
    /// gap, a time that comes twice is the first of the two.
    func instant(of time: CivilDateTime) -> Instant
}

extension TimeZoneRules {
    /// What the wall shows at `instant`; nil outside the years 0 to 9999.
    package func wallTime(at instant: Instant) -> CivilDateTime? {
        let (sum, overflowed) = instant.seconds.addingReportingOverflow(Int64(offset(at: instant)))
        return overflowed ? nil : CivilDateTime(wallSeconds: sum)
    }
}

/// A zone whose clocks never change.
package struct FixedOffset: TimeZoneRules, Hashable {
    /// Seconds east of UTC.
    package let seconds: Int

    package init(seconds: Int) {
        self.seconds = seconds
    }

    package static let utc = FixedOffset(seconds: 0)

    package func offset(at instant: Instant) -> Int { seconds }

    package func instant(of time: CivilDateTime) -> Instant { Instant(seconds: time.wallSeconds - Int64(seconds)) }
}
