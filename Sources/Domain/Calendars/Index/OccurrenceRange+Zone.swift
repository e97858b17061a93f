package import CivilTime
package import CollectionStore
package import ICalendar

extension OccurrenceRange {
    /// The range for somebody whose floating times and days are in `zone`.
    ///
    /// Where the clocks change close to a bound, what the wall shows does not tell on which side of it a time is: then
    /// what may overlap is taken in, and is not certain.
    package init(_ range: InstantRange, floatingIn zone: some TimeZoneRules) {
        let (lower, upper) = (range.start?.seconds ?? .min, range.end?.seconds ?? .max)
        let (floatingLower, certainLower) = Self.wall(lower, zone)
        let (certainUpper, floatingUpper) = Self.wall(upper, zone)
        self.init(
            lower: lower, upper: upper, floatingLower: floatingLower, floatingUpper: floatingUpper,
            certainFloatingLower: certainLower, certainFloatingUpper: certainUpper,
            weeks: YearWeeks(from: lower, to: upper))
    }

    /// The least and the greatest that a wall shows whose time is taken for `seconds` in `zone`.
    private static func wall(_ seconds: Int64, _ zone: some TimeZoneRules) -> (Int64, Int64) {
        // Far beyond all years there is no wall.
        guard seconds.magnitude < 1 << 40 else { return (seconds, seconds) }
        // A zone that changes its side of the date line skips a day.
        let around = [-2 * 86_400, -86_400, 0, 86_400, 2 * 86_400].map {
            Int64(zone.offset(at: Instant(seconds: seconds + $0)))
        }
        return (seconds + (around.min() ?? 0), seconds + (around.max() ?? 0))
    }
}
