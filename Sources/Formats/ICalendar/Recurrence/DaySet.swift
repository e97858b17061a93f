/// Days of one period (at most a year of 385 days and some beside it), by their distance from a first day that the owner knows.
struct DaySet {
    private var words = SIMD8<UInt64>(repeating: 0)

    static let capacity = 512

    init() {}

    /// The days whose bits are set; bit 0 is the first day.
    init(_ bits: UInt64) {
        words[0] = bits
    }

    var isEmpty: Bool { words == SIMD8(repeating: 0) }

    /// Adds the days whose bits are set, bit 0 being day `offset`.
    mutating func insert(_ bits: UInt64, at offset: Int) {
        guard bits != 0, offset >= 0, offset < Self.capacity else { return }
        let word = offset >> 6
        let shift = UInt64(offset & 63)
        words[word] |= bits << shift
        if shift > 0, word < 7 { words[word + 1] |= bits >> (64 - shift) }
    }

    /// The `length` days (at most 63) from `offset` on, as bits.
    func bits(at offset: Int, length: Int) -> UInt64 {
        guard offset >= 0, offset < Self.capacity else { return 0 }
        let word = offset >> 6
        let shift = UInt64(offset & 63)
        var bits = words[word] >> shift
        if shift > 0, word < 7 { bits |= words[word + 1] << (64 - shift) }
        return bits & UInt64.ones(length)
    }

    func contains(_ offset: Int) -> Bool { bits(at: offset, length: 1) != 0 }

    var count: Int {
        var sum = 0
        for word in 0..<8 { sum += words[word].nonzeroBitCount }
        return sum
    }

    /// The day that has `index` days of the set before it.
    func day(at index: Int) -> Int {
        var left = index
        for word in 0..<8 {
            let count = words[word].nonzeroBitCount
            if left < count { return word << 6 + words[word].positionOfSetBit(left) }
            left -= count
        }
        return Self.capacity
    }

    /// How many days of the set are before `offset`.
    func rank(_ offset: Int) -> Int {
        if offset <= 0 { return 0 }
        var sum = 0
        for word in 0..<8 {
            let length = min(64, offset - word << 6)
            if length <= 0 { break }
            sum += (words[word] & UInt64.ones(length)).nonzeroBitCount
        }
        return sum
    }

    /// Whether a day from `offset` on is in the set.
    func hasDay(from offset: Int) -> Bool { rank(offset) < count }
}

/// Times of a day: all combinations of some hours, minutes and seconds.
struct TimeSet {
    var hours: UInt64
    var minutes: UInt64
    var seconds: UInt64

    var count: Int { hours.nonzeroBitCount * minutes.nonzeroBitCount * seconds.nonzeroBitCount }
    var isEmpty: Bool { hours == 0 || minutes == 0 || seconds == 0 }

    func contains(secondOfDay: Int) -> Bool {
        hours.hasBit(secondOfDay / 3600) && minutes.hasBit(secondOfDay / 60 % 60) && seconds.hasBit(secondOfDay % 60)
    }

    /// The second of the day that has `index` others before it.
    func secondOfDay(at index: Int) -> Int {
        let minuteCount = minutes.nonzeroBitCount
        let secondCount = seconds.nonzeroBitCount
        guard minuteCount > 0, secondCount > 0 else { return 0 }
        let hour = hours.positionOfSetBit(index / (minuteCount * secondCount))
        let minute = minutes.positionOfSetBit(index / secondCount % minuteCount)
        return hour * 3600 + minute * 60 + seconds.positionOfSetBit(index % secondCount)
    }

    /// How many times of the set are before `secondOfDay`.
    func rank(_ secondOfDay: Int) -> Int {
        if secondOfDay >= 86_400 { return count }
        let hour = secondOfDay / 3600
        let minute = secondOfDay / 60 % 60
        let inMinute = seconds.nonzeroBitCount
        let inHour = minutes.nonzeroBitCount * inMinute
        var rank = (hours & UInt64.ones(hour)).nonzeroBitCount * inHour
        guard hours.hasBit(hour) else { return rank }
        rank += (minutes & UInt64.ones(minute)).nonzeroBitCount * inMinute
        guard minutes.hasBit(minute) else { return rank }
        return rank + (seconds & UInt64.ones(secondOfDay % 60)).nonzeroBitCount
    }
}

extension UInt64 {
    /// The lowest `count` bits.
    static func ones(_ count: Int) -> UInt64 { count >= 64 ? .max : count <= 0 ? 0 : (1 << UInt64(count)) - 1 }

    func hasBit(_ position: Int) -> Bool { 0..<64 ~= position && self >> UInt64(position) & 1 == 1 }

    /// The position of the set bit that has `index` set bits below it; 64 where there is none.
    func positionOfSetBit(_ index: Int) -> Int {
        var bits = self
        for _ in 0..<Swift.max(0, Swift.min(index, 64)) { bits &= bits &- 1 }
        return bits.trailingZeroBitCount
    }

    /// The lowest `length` bits in opposite order.
    func reversed(_ length: Int) -> UInt64 { length <= 0 ? 0 : bitReversed >> UInt64(64 - length) }

    /// A bit for each number.
    init(bits numbers: some Sequence<Int>) {
        self = 0
        for number in numbers where 0..<64 ~= number { self |= 1 << UInt64(number) }
    }
}

extension UInt64 {
    private var bitReversed: UInt64 {
        var x = byteSwapped
        x = (x >> 4) & 0x0F0F_0F0F_0F0F_0F0F | (x & 0x0F0F_0F0F_0F0F_0F0F) << 4
        x = (x >> 2) & 0x3333_3333_3333_3333 | (x & 0x3333_3333_3333_3333) << 2
        return (x >> 1) & 0x5555_5555_5555_5555 | (x & 0x5555_5555_5555_5555) << 1
    }
}
