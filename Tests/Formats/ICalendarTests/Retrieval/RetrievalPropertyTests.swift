import Bytes
import CivilTime
import ContentLines
import ICalendar
import TestRandom
import Testing

@Suite("Retrieval of random objects")
struct RetrievalPropertyTests {
    /// A series with overrides, some of them for no instance.
    private func series(_ random: inout SeededGenerator) throws -> CalendarObjectResource {
        let forms = ["", ";TZID=Europe/Berlin", ";TZID=Asia/Tokyo", ";VALUE=DATE", "Z"]
        let form = forms.randomElement(using: &random) ?? ""
        func property(_ name: String, _ day: Int, _ hour: Int) -> String {
            let date = "202503\(day < 10 ? "0" : "")\(day)"
            if form == ";VALUE=DATE" { return "\(name)\(form):\(date)" }
            let time = "T\(hour < 10 ? "0" : "")\(hour)3000"
            return form == "Z" ? "\(name):\(date)\(time)Z" : "\(name)\(form):\(date)\(time)"
        }
        func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }
        let start = number(20..<25)
        let hour = number(0..<20)
        let length = [
            "DURATION:P1D", property("DTEND", start + 1, hour), "X-NONE:1",
            form == ";VALUE=DATE" ? "DURATION:P2D" : "DURATION:PT90M",
        ]
        var blocks = [[
            property("DTSTART", start, hour), length.randomElement(using: &random) ?? "",
            "RRULE:FREQ=DAILY;INTERVAL=\(number(1..<4));COUNT=\(number(1..<12))",
            property("EXDATE", start + number(0..<6), hour), property("RDATE", start + number(0..<6), number(0..<20)),
        ]]
        for index in 0..<number(0..<3) {
            let range = number(0..<3) == 0 ? ";RANGE=THISANDFUTURE" : ""
            blocks.append([
                property("RECURRENCE-ID" + range, start + index * 2, hour),
                property("DTSTART", start + number(0..<6), number(0..<20)), length.randomElement(using: &random) ?? "",
            ])
        }
        return try calendarObject(blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n"))
    }

    private func found(
        _ object: CalendarObjectResource, _ range: InstantRange
    ) throws -> [RecurrenceInstance] {
        var budget = StepBudget(100_000)
        let set = RecurrenceSet(
            object.components, zones: CalendarTimeZones(object.calendar, database: ZoneFiles.database))
        var instances = set.instances(overlapping: range, floatingIn: Berlin())
        var all: [RecurrenceInstance] = []
        while let instance = try instances.next(&budget) { all.append(instance) }
        return all
    }

    private func moment(_ random: inout SeededGenerator) throws -> Instant {
        Instant(seconds: try utc("20250320T000000Z").seconds + Int64.random(in: 0..<500_000, using: &random))
    }

    private func sorted(_ instances: [RecurrenceInstance]) -> [[Int64]] {
        instances.map { instance in
            [instance.interval.start, instance.interval.end].map { $0.instant(in: Berlin()).seconds }
        }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    @Test("an expanded object has the instances of the range, each by itself, without what made them")
    func expansion() throws {
        var random = SeededGenerator(state: 4791)
        var count = 0
        for _ in 0..<200 {
            let stored = try series(&random)
            let start = try moment(&random)
            let end = Instant(seconds: start.seconds + Int64.random(in: 1..<900_000, using: &random))
            let range = InstantRange(start: start, end: end)
            let expected = try found(stored, range)
            var asked = CalendarDataSelection()
            asked.recurrence = .expanded(range)
            let written = try asked.applied(to: stored, floatingIn: Berlin())
            for gone in ["RRULE", "RDATE", "EXDATE", "TZID", "VTIMEZONE", "RANGE="] {
                #expect(!written.contains(gone))
            }
            if expected.isEmpty {
                #expect(!written.contains("VEVENT"))
                continue
            }
            let made = try calendarObject([UInt8](written.utf8))
            #expect(made.components.count == expected.count)
            #expect(made.overrideCount == expected.count)
            #expect(sorted(try found(made, range)) == sorted(expected), "\(text(stored.document.source))\n\(written)")
            count += expected.count
        }
        #expect(count > 500)
    }

    @Test("a limited set has the same instances in the range as the whole")
    func limited() throws {
        var random = SeededGenerator(state: 96)
        for _ in 0..<200 {
            let stored = try series(&random)
            let start = try moment(&random)
            let range = InstantRange(start: start, end: Instant(seconds: start.seconds + 100_000))
            var asked = CalendarDataSelection()
            asked.recurrence = .limited(range)
            let made = try calendarObject([UInt8](asked.applied(to: stored, floatingIn: Berlin()).utf8))
            #expect(sorted(try found(made, range)) == sorted(try found(stored, range)))
            #expect(made.hasMaster)
        }
    }

    @Test("partial retrieval gives the lines that are asked for, all of them and no other, in their order")
    func parts() throws {
        var random = SeededGenerator(state: 963)
        for _ in 0..<100 {
            let stored = try series(&random)
            let names = ["DTSTART", "DTEND", "DURATION", "RRULE", "UID", "RDATE", "RECURRENCE-ID"]
                .filter { _ in Bool.random(using: &random) }
            var asked = CalendarDataSelection()
            asked.component = ComponentSelection(
                name: "VCALENDAR", properties: nil, components: [ComponentSelection(
                    name: "VEVENT", properties: names.map { ComponentSelection.Property(name: $0) }, components: [])])
            let lines = text(stored.document.source).split(separator: "\r\n").filter { line in
                let name = line.prefix { $0 != ":" && $0 != ";" }
                return names.contains(String(name)) || ["BEGIN", "END", "VERSION", "PRODID"].contains(name)
            }
            #expect(try asked.applied(to: stored).split(separator: "\r\n") == lines)
        }
    }

    @Test("random changes of an object do no harm, and what is given of it can be read")
    func mutations() throws {
        var random = SeededGenerator(state: 7)
        let source = calendar(zone("Z") + event("1", [
            "RRULE:FREQ=DAILY;COUNT=5", "RDATE;VALUE=PERIOD;TZID=Z:20250103T100000/PT2H", "DURATION:P1D",
            "BEGIN:VALARM", "TRIGGER;TZID=Z:20250102T100000", "END:VALARM",
        ]) + event("1", ["RECURRENCE-ID;RANGE=THISANDFUTURE:20250104T090000Z", "FREEBUSY:20250101T000000Z/PT1H"]))
        let range = try instantRange("20250101T000000Z", "20250201T000000Z")
        var selections: [CalendarDataSelection] = []
        for recurrence in [CalendarDataSelection.Recurrence.stored, .expanded(range), .limited(range)] {
            var selection = CalendarDataSelection()
            selection.recurrence = recurrence
            selection.freeBusyRange = range
            selections.append(selection)
            selection.component = ComponentSelection(name: "VCALENDAR", properties: [], components: [
                ComponentSelection(name: "VEVENT", properties: [.init(name: "DTSTART", isValueOmitted: true)]),
            ])
            selections.append(selection)
        }
        for _ in 0..<250 {
            var bytes = source
            for _ in 0..<Int.random(in: 1..<6, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                if Bool.random(using: &random) {
                    bytes[place] = UInt8.random(in: 0...255, using: &random)
                } else {
                    bytes.insert(
                        contentsOf: source[Int.random(in: 0..<source.count, using: &random)...].prefix(30), at: place)
                }
            }
            guard let stored = try? calendarObject(bytes) else { continue }
            for selection in selections {
                guard selection.limit(on: stored, steps: 20_000) == nil else { continue }
                let made = try selection.applied(to: stored, steps: 20_000)
                #expect((try? CalendarDocument.parse([UInt8](made.utf8))) != nil)
            }
            var busy = BusyTime(from: range.start ?? Instant(seconds: 0), to: range.end ?? Instant(seconds: 0))
            var budget = StepBudget(20_000)
            try? busy.add(stored, zones: Zones(), floatingIn: Berlin(), &budget)
            _ = try busy.periods()
            _ = TimeZonesByReference.removingStandardZones(from: stored.document, database: ZoneFiles.database)
            _ = TimeZonesByReference.addingMissingZones(to: stored.document, database: ZoneFiles.database)
        }
    }
}
