/// In which parts of a year instances may lie: a birthday that comes back for ever need not be looked at for a week in
/// another month.
///
/// A year is taken to have a 29 February, so that a date is in the same part of each; a part has seven days, the 53rd two.
package struct YearWeeks: OptionSet, Sendable, Hashable {
    package let rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    /// The numbers of the parts, from 0 to 52.
    var parts: [Int] { (0..<Self.partCount).filter { rawValue >> Int64($0) & 1 == 1 } }
    static let partCount = 53

    /// Any.
    package static let all = YearWeeks(rawValue: -1)

    /// With so many days before and after the day. `month` counts from 1; what no calendar has gives all.
    package init(month: Int, day: Int, before: Int, after: Int) {
        guard 1...12 ~= month, 1...31 ~= day, before >= 0, after >= 0, before < 180, after < 180 else {
            self = .all
            return
        }
        let middle = Self.daysBefore[month - 1] + day - 1
        var bits: Int64 = 0
        for day in (middle - before)...(middle + after) {
            bits |= 1 << Int64((day + Self.dayCount) % Self.dayCount / 7)
        }
        rawValue = bits
    }

    private static let dayCount = 366
    private static let daysBefore = [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335]
}
