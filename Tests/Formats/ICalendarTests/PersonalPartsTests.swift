import Bytes
import ContentLines
import ICalendar
import TestRandom
import Testing

@Suite("What is somebody's alone in an object")
struct PersonalPartsTests {
    private let alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M", "ACKNOWLEDGED:20250102T085500Z", "END:VALARM"]
    private let other = ["BEGIN:VALARM", "ACTION:AUDIO", "TRIGGER:-PT1H", "END:VALARM"]

    private func object(_ bytes: [UInt8]) throws -> CalendarObjectResource { try CalendarObjectResource.validate(bytes) }

    private func event(_ key: String? = nil, _ lines: [String] = [], _ components: [String] = []) -> [String] {
        ["BEGIN:VEVENT", "UID:1", "DTSTART:20250102T090000Z"] + (key.map { ["RECURRENCE-ID:\($0)"] } ?? []) + lines + components
            + ["END:VEVENT"]
    }

    private func text(_ bytes: [UInt8]) -> [String] { String(utf8: bytes).split(separator: "\r\n").map(String.init) }

    @Test("alarms and what Thunderbird notes of them are taken out, and nothing else")
    func taken() throws {
        let notes = ["X-MOZ-LASTACK:20250102T085500Z", "x-moz-snooze-time-1735808400000000:20250102T090500Z"]
        let stored = calendar(event(nil, notes + ["X-MOZ-SNOOZ:1", "SUMMARY:a", " b"], alarm + ["BEGIN:VLOCATION", "UID:2", "END:VLOCATION"] + other))
        let found = try object(stored)
        #expect(found.hasPersonal)
        let rest = PersonalParts().view(of: found)
        #expect(rest == calendar(event(nil, ["X-MOZ-SNOOZ:1", "SUMMARY:a", " b"], ["BEGIN:VLOCATION", "UID:2", "END:VLOCATION"])))
        #expect(try !object(rest).hasPersonal && PersonalParts(of: object(rest)).isEmpty)
        // Lines before the first component, alarms behind the last.
        let again = PersonalParts(of: found).view(of: try object(rest))
        #expect(again == calendar(event(
            nil, ["X-MOZ-SNOOZ:1", "SUMMARY:a", " b"] + notes, ["BEGIN:VLOCATION", "UID:2", "END:VLOCATION"] + alarm + other)))
        #expect(try PersonalParts(of: object(again)) == PersonalParts(of: found))
    }

    @Test("what a client sends with its alarms at the end comes back to the byte, folds and all")
    func bytes() throws {
        let folded = ["BEGIN:VALARM", "DESCRIPTION:a", "  b", "END:VALARM"]
        let sent = calendar(zone("Z") + event(nil, ["RRULE:FREQ=DAILY"], alarm + folded) + event("20250103T090000Z", [], other))
        let own = PersonalParts(of: try object(sent))
        let shared = PersonalParts().view(of: try object(sent))
        #expect(PersonalParts(kept: own.kept()).view(of: try object(shared)) == sent)
        #expect(PersonalParts(kept: own.kept()) == own)
    }

    @Test("an instance of which nothing was kept has the alarms of its master, but not what was noted of those")
    func inherited() throws {
        let own = PersonalParts(of: try object(calendar(
            event(nil, ["X-MOZ-LASTACK:20250102T085500Z"], alarm) + event("20250104T090000Z"))))
        let shared = calendar(event() + event("20250103T090000Z") + event("20250104T090000Z"))
        #expect(own.view(of: try object(shared)) == calendar(
            event(nil, ["X-MOZ-LASTACK:20250102T085500Z"], alarm) + event("20250103T090000Z", [], alarm) + event("20250104T090000Z")))
        // One that is gone takes its alarms along.
        #expect(own.view(of: try object(calendar(event()))) == calendar(event(nil, ["X-MOZ-LASTACK:20250102T085500Z"], alarm)))
    }

    @Test("the alarms of a series are not repeated in any number of instances")
    func repeated() throws {
        let long = ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:" + String(repeating: "x", count: 60_000), "TRIGGER:-PT5M", "END:VALARM"]
        let own = PersonalParts(of: try object(calendar(event(nil, ["RRULE:FREQ=DAILY"], long))))
        let instances = (0..<2_000).flatMap { event("2025010\(2 + $0 % 8)T09\(10 + $0 / 8 % 50)\(10 + $0 / 400)Z") }
        let shared = calendar(event(nil, ["RRULE:FREQ=DAILY"]) + instances)
        let seen = own.view(of: try object(shared))
        #expect(seen.count > shared.count + 500_000 && seen.count < shared.count + 2_000_000)
    }

    @Test("nothing at all is nothing to keep")
    func empty() throws {
        #expect(try PersonalParts(of: object(calendar(event() + event("20250103T090000Z")))).isEmpty)
        #expect(try !PersonalParts(of: object(calendar(event() + event("20250103T090000Z", [], alarm)))).isEmpty)
        #expect(PersonalParts(kept: [UInt8]("damaged".utf8)).isEmpty)
    }

    @Test("an END that is missing or folded changes nothing of it")
    func malformed() throws {
        let start = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", "DTSTART:20250102T090000Z"]
        for lines in [
            start + ["BEGIN:VALARM", "TRIGGER:-PT5M", "END:VEVENT", "END:VCALENDAR"],
            start + ["BEGIN:VALARM", "TRIGGER:-PT5M", "END:VALARM", "END:VCALENDAR"],
            start + ["BEGIN:VLOCATION", "UID:2", "BEGIN:VALARM", "TRIGGER:-PT5M", "END:VALARM", "END:VEVENT", "END:VCALENDAR"],
            start + ["BEGIN:VALARM", "TRIGGER:-PT5M", "END:VALARM", "EN", " D:VEVENT", "END:VCALENDAR"],
            start + ["BEGIN:VALARM", "TRIGGER:-PT5M"],
        ] {
            let found = try object(document(lines))
            #expect(found.hasPersonal)
            let rest = PersonalParts().view(of: found)
            #expect(!String(utf8: rest).contains("TRIGGER") && !String(utf8: rest).contains("VALARM"), "\(lines)")
            let view = PersonalParts(of: found).view(of: try object(rest))
            #expect(String(utf8: view).contains("TRIGGER:-PT5M"))
            #expect(try PersonalParts(of: object(view)) == PersonalParts(of: found), "\(lines)")
        }
    }

    @Test("whatever the bytes are, nothing of anybody's is left when it is taken out, and all is as it was when it is put back", arguments: 0..<12)
    func property(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let source = calendar(
            zone("Z") + event(nil, ["X-MOZ-LASTACK:20250102T085500Z", "SUMMARY:a"], alarm + ["BEGIN:VLOCATION", "UID:2", "END:VLOCATION"])
                + event("20250103T090000Z", ["X-MOZ-SNOOZE-TIME:1"], other + alarm))
        for _ in 0..<200 {
            var bytes = source
            for _ in 0..<Int.random(in: 1..<6, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 9...128, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(contentsOf: source[Int.random(in: 0..<source.count, using: &random)...].prefix(40), at: place)
                }
            }
            guard let found = try? object(bytes) else { continue }
            let rest = PersonalParts().view(of: found)
            // What is taken out does not make it none.
            guard let shared = try? object(rest) else {
                Issue.record("\(String(utf8: bytes)) became \(String(utf8: rest))")
                continue
            }
            #expect(!shared.hasPersonal, "\(String(utf8: bytes))")
            #expect(found.saysTheSame(as: shared, ignoringTimeZones: false), "\(String(utf8: bytes))")
            let view = PersonalParts(kept: PersonalParts(of: found).kept()).view(of: shared)
            let seen = try object(view)
            #expect(PersonalParts().view(of: seen) == rest, "\(String(utf8: bytes)) became \(String(utf8: view))")
        }
    }

    @Test("an object that is written anew for an alarm says the same; another time, name or attendee does not")
    func sameness() throws {
        let stored = calendar(zone("Z") + event(nil, ["SUMMARY:a;b", "ATTENDEE;CN=\"x\";ROLE=CHAIR:mailto:a@x", "DTSTAMP:20250101T000000Z"]))
        func says(_ lines: [String], header: [String] = ["PRODID:x", "VERSION:2.0"], zones: Bool = false) throws -> Bool {
            try object(calendar(lines, header: header)).saysTheSame(as: object(stored), ignoringTimeZones: zones)
        }
        let attendee = "attendee;ROLE=CHAIR;cn=x:mailto:a@x"
        let same = event(nil, ["X-MOZ-GENERATION:2", "LAST-MODIFIED:20260101T000000Z", attendee, "SUMM", " ARY:a;b", "X-MOZ-LASTACK:1"], alarm)
        #expect(try says(zone("Z") + same))
        #expect(try says(same + zone("Z"), header: ["VERSION:2.0", "CALSCALE:GREGORIAN"]))
        #expect(try !says(same) && says(same, zones: true))
        #expect(try !says(zone("Z") + event(nil, ["SUMMARY:a;c", attendee])))
        #expect(try !says(zone("Z") + event(nil, ["SUMMARY:a;b"])))
        #expect(try !says(zone("Z") + event(nil, ["SUMMARY:a;b", "ATTENDEE;CN=y;ROLE=CHAIR:mailto:a@x"])))
        #expect(try !says(zone("Z") + same + event("20250103T090000Z")))
        #expect(try !says(zone("Z") + same, header: ["X-WR-CALNAME:n"]))
    }
}
