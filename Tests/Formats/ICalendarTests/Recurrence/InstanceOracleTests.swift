import Bytes
import CivilTime
import ContentLines
import Foundation
import ICalendar
import Testing

@Suite("Instances: of files that others ship (Tests/Oracles/instances)")
struct InstanceOracleTests {
    static let environment = ProcessInfo.processInfo.environment

    @Test("writes the instances that a comparison asks for", .enabled(if: environment["INSTANCE_REQUESTS"] != nil))
    func answer() throws {
        let requests = try #require(Self.environment["INSTANCE_REQUESTS"])
        let folder = try #require(Self.environment["INSTANCE_FILES"])
        let results = try #require(Self.environment["INSTANCE_RESULTS"])
        var out = ""
        for line in try String(contentsOfFile: requests, encoding: .utf8).split(separator: "\n") {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + fields[0])))
            let range = try InstantRange(start: instant(fields[1]), end: instant(fields[2]))
            let found = try Self.instances(of: bytes, in: range).sorted().joined(separator: " ")
            out += "\(fields[0])\t\(fields[1])\t\(fields[2])\t\(found)\n"
        }
        try out.write(toFile: results, atomically: true, encoding: .utf8)
    }

    private static let database = TimeZoneDatabase { name in
        (try? Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/" + name))).map { [UInt8]($0) }
    }

    /// Of all events in the file, as `start/end`.
    private static func instances(of file: [UInt8], in range: InstantRange) throws -> [String] {
        var splitter = try CalendarSplitter(file)
        var found: [String] = []
        while let item = try splitter.next() {
            guard case .object(let object) = item, object.kind == .vevent else { continue }
            let resource = try CalendarObjectResource.validate(object.bytes)
            let zones = CalendarTimeZones(resource.calendar, database: database)
            let set = RecurrenceSet(resource.components, zones: zones)
            var budget = StepBudget(1_000_000)
            var instances = set.instances(overlapping: range, floatingIn: FixedOffset.utc)
            while let instance = try instances.next(&budget) {
                found.append(text(instance.interval.start, instance) + "/" + text(instance.interval.end, instance))
            }
        }
        return found
    }

    private static func text(_ time: TimeOnLine, _ instance: RecurrenceInstance) -> String {
        guard let wall = CivilDateTime(wallSeconds: time.seconds) else { return "-" }
        if instance.isAllDay { return ICalendarTests.text(CalendarTime.date(wall.date)) }
        return ICalendarTests.text(time.isFloating ? .floating(wall) : .utc(wall))
    }
}
