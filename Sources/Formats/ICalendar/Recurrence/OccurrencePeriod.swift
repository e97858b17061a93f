import CivilTime

/// The occurrences of one period of a rule, not made but counted: any of them is found by its index.
struct OccurrencePeriod {
    let firstDay: Int
    let days: DaySet
    let times: TimeSet
    private let timeCount: Int
    /// How many there are before BYSETPOS.
    let memberCount: Int

    init(firstDay: Int, days: DaySet, times: TimeSet) {
        self.firstDay = firstDay
        self.days = days
        self.times = times
        timeCount = times.count
        memberCount = days.count * timeCount
    }

    /// Wall seconds of a member, `index` being below `memberCount`.
    func member(at index: Int) -> Int64 {
        let day = timeCount == 1 ? days.day(at: index) : days.day(at: index / max(1, timeCount))
        let second = times.secondOfDay(at: timeCount == 1 ? 0 : index % max(1, timeCount))
        return Int64(firstDay + day) * 86_400 + Int64(second)
    }

    /// How many members are before `wallSeconds`.
    func rank(_ wallSeconds: Int64) -> Int {
        let day = Int(wallSeconds).dividedDown(by: 86_400)
        let offset = day - firstDay
        if offset < 0 { return 0 }
        if offset >= DaySet.capacity { return memberCount }
        let before = days.rank(offset) * timeCount
        return days.contains(offset) ? before + times.rank(Int(wallSeconds) - day * 86_400) : before
    }

    /// The indexes of the members that `positions` name, ascending and each once (RFC 5545 §3.3.10, BYSETPOS).
    func selected(_ positions: [Int], into indexes: inout [Int]) {
        indexes.removeAll(keepingCapacity: true)
        for position in positions {
            let index = position > 0 ? position - 1 : memberCount + position
            if 0..<memberCount ~= index { indexes.append(index) }
        }
        // Those from the front come ascending, and so do those from the back; only both together need work.
        if let first = positions.first, let last = positions.last, first > 0, last < 0 {
            indexes.sort()
            var kept = 0
            for place in indexes.indices where kept == 0 || indexes[kept - 1] != indexes[place] {
                indexes[kept] = indexes[place]
                kept += 1
            }
            indexes.removeLast(indexes.count - kept)
        }
    }
}
