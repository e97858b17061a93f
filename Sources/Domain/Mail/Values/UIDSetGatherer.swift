/// Makes one set of many that come in any order, as the rows of a change log do. Each union of two sets sorts both; here the ranges are put
/// together when there are twice as many as after the last time, so the whole costs as much as sorting all of them once.
struct UIDSetGatherer {
    private var ranges: [ClosedRange<UID>] = []
    private var threshold = Self.least

    private static let least = 4096

    mutating func add(_ set: UIDSet) {
        ranges += set.ranges
        guard ranges.count > threshold else { return }
        ranges = UIDSet(ranges: ranges).ranges
        threshold = max(Self.least, 2 * ranges.count)
    }

    var set: UIDSet { UIDSet(ranges: ranges) }
}
