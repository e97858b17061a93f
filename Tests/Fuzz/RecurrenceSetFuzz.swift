import Bytes
import CivilTime
import ContentLines
import ICalendar

/// Reads a calendar object, resolves its zones by its own VTIMEZONEs and lists its instances: those of a range are those of all
/// that overlap it, and none is outside of the runs.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let resource = try? CalendarObjectResource.validate(bytes) else { return 0 }
    let zones = CalendarTimeZones(resource.calendar, database: database)
    let set = RecurrenceSet(resource.components, zones: zones)
    _ = (set.isWithoutTime, set.isRecurring, set.unsupportedScale, set.span)
    let place = FixedOffset(seconds: 3600)
    let all = list(set, InstantRange(), place)
    let runs = set.runs(mergingGapsBelow: 30, limit: 10)
    for instance in all.instances {
        let (begin, end) = (instance.interval.start, instance.interval.end)
        precondition(begin.isFloating == end.isFloating && begin.seconds <= end.seconds)
        precondition(runs.contains { run in
            run.isFloating == begin.isFloating && run.start <= begin.seconds && end.seconds <= run.end
        }, "an instance is outside of the runs")
    }
    guard all.isComplete, let middle = all.instances.dropFirst(all.instances.count / 2).first else { return 0 }
    let from = middle.interval.start.instant(in: place)
    let range = InstantRange(start: from, end: Instant(seconds: from.seconds &+ 86_400))
    let found = list(set, range, place)
    let expected = all.instances.filter { $0.overlaps(range, floatingIn: place) }
    precondition(!found.isComplete || found.instances.map(\.interval) == expected.map(\.interval), "a range has other instances")
    return 0
}

private let database = TimeZoneDatabase { _ in nil }

private func list(
    _ set: RecurrenceSet, _ range: InstantRange, _ place: FixedOffset
) -> (instances: [RecurrenceInstance], isComplete: Bool) {
    var made: [RecurrenceInstance] = []
    var budget = StepBudget(20_000)
    var instances = set.instances(overlapping: range, floatingIn: place)
    do {
        while made.count < 200 {
            guard let next = try instances.next(&budget) else { return (made, true) }
            made.append(next)
        }
    } catch {}
    return (made, false)
}
