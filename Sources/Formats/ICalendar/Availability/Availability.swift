import Bytes
import CivilTime
package import ContentLines

/// RFC 7953 §3.1: hours in which somebody can be met, within a stretch of time in which else they cannot.
package struct Availability: Sendable {
    /// RFC 7953 §4: 1 counts most, 9 least but for 0.
    package let priority: Int
    /// RFC 7953 §3.2: what the time is that is not available.
    package let kind: BusyKind
    /// Nil: it has always been so.
    private let start: Moment?
    /// Nil: it will always be so.
    private let end: Moment?
    /// Its AVAILABLE components, those of one UID together.
    let available: [RecurrenceSet]

    private struct Moment: Sendable {
        let time: CalendarTime
        let clock: SeriesClock

        init(_ time: CalendarTime, _ zones: some ZoneResolving) {
            self.time = time
            clock = SeriesClock(of: time, zones)
        }

        /// RFC 7953 §3.1 wants UTC or a zone; other forms are the owner's.
        func seconds(in zone: any TimeZoneRules) -> Int64 { (clock.rules ?? zone).instant(of: time.wall).seconds }
    }

    /// `component` is a VAVAILABILITY. Whatever it says badly is as if it were not said.
    package init(_ component: Component, zones: some ZoneResolving) {
        let start = component.property("DTSTART")?.calendarTime
        self.start = start.map { Moment($0, zones) }
        if let time = component.property("DTEND")?.calendarTime {
            end = Moment(time, zones)
        } else {
            // RFC 7953 §3.1: no DURATION without DTSTART.
            let duration = component.property("DURATION")?.duration
            end = start.flatMap { start in duration.flatMap { start.ended($0, zones) } }.map { Moment($0, zones) }
        }
        let priority = component.property("PRIORITY")?.value.trimmingASCIIWhitespace.decimalValue ?? 0
        // RFC 5545 §3.8.1.9
        self.priority = 0...9 ~= priority ? priority : 0
        let type = component.property("BUSYTYPE")?.value.trimmingASCIIWhitespace
        let kind = type.map { BusyKind(freeBusyType: $0) } ?? .unavailable
        // RFC 7953 §3.2: FREE is no value of it.
        self.kind = kind == .free ? .unavailable : kind
        available = Self.groups(of: component).map { RecurrenceSet($0, zones: zones) }
    }

    /// The components of one UID are a master and its overrides.
    private static func groups(of component: Component) -> [[Component]] {
        var groups: [[Component]] = []
        var places: [[UInt8]: Int] = [:]
        for child in component.children(named: "AVAILABLE") {
            let uid = child.property("UID").map { Array($0.value) }
            if let uid, let place = places[uid] {
                groups[place].append(child)
            } else {
                if let uid { places[uid] = groups.count }
                groups.append([child])
            }
        }
        return groups
    }

    /// RFC 7953 §7.2.2: what of `range` it is about; an end before the start is none.
    func covered(_ range: Range<Int64>, floatingIn zone: any TimeZoneRules) -> Range<Int64> {
        let first = start?.seconds(in: zone) ?? .min
        let last = end?.seconds(in: zone) ?? .max
        return (first..<max(first, last)).clamped(to: range)
    }
}

extension CalendarTime {
    /// When it is over that begins then and lasts so long (RFC 5545 §3.3.6); nil beyond the year 9999.
    fileprivate func ended(_ duration: CivilDuration, _ zones: some ZoneResolving) -> CalendarTime? {
        let clock = SeriesClock(of: self, zones)
        let seconds = CivilDuration.end(of: duration, wall: wall, seconds: clock.seconds(of: wall), clock)
        return CivilDateTime(wallSeconds: seconds).map { clock.isFloating ? .floating($0) : .utc($0) }
    }
}
