import Bytes
package import CivilTime

/// RFC 5545 §3.3.9: a stretch of time, by its end or by its length.
package struct PeriodValue: Hashable, Sendable {
    package enum End: Hashable, Sendable {
        case time(CalendarTime)
        case duration(CivilDuration)
    }

    package let start: CalendarTime
    package let end: End

    /// Nil for what has no slash, or no time before it, or neither a time nor a duration after it.
    package init?(_ value: ArraySlice<UInt8>, zoneID: String? = nil) {
        guard let slash = value.firstIndex(of: 0x2F),
            let start = CalendarTime(value[..<slash], zoneID: zoneID)
        else { return nil }
        let second = value[(slash + 1)...]
        if let time = CalendarTime(second, zoneID: zoneID) {
            end = .time(time)
        } else if let duration = CivilDuration(second) {
            end = .duration(duration)
        } else {
            return nil
        }
        self.start = start
    }
}
