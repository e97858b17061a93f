import Bytes
import ContentLines
import ICalendar
import TestRandom
import Testing

@Suite("Foreign bytes")
struct RobustnessTests {
    private let source = calendar(
            zone("Z")
                + event(
                    "1",
                    [
                        "SUMMARY:Straße\\, 1", "DTEND;TZID=Z:20250102T100000", "BEGIN:VALARM", "TRIGGER:-PT5M",
                        "END:VALARM"
                    ])
                + event("2"))
        + calendar(["BEGIN:VEVENT", "UID:3", "RRULE:MP1 1+ MO #3", "END:VEVENT"], header: ["VERSION:1.0"])

    /// Whatever comes out of a file can be stored, and comes out of a joined file again.
    private func check(_ bytes: [UInt8]) throws {
        _ = refusal(bytes)
        var joiner = CalendarJoiner()
        var joined = joiner.header()
        let objects = try split(bytes).objects
        for object in objects {
            #expect(refusal(object.bytes) == nil)
            joined += joiner.append(object.bytes) ?? []
        }
        joined += joiner.footer()
        #expect(try split(joined).objects.map(\.uid) == objects.map(\.uid))
    }

    @Test("every prefix of a file is split or refused")
    func prefixes() throws {
        for count in 0...source.count { try check(Array(source.prefix(count))) }
    }

    @Test("random changes do no harm")
    func mutations() throws {
        var random = SeededGenerator(state: 11)
        for _ in 0..<1_500 {
            var bytes = source
            for _ in 0..<Int.random(in: 1..<8, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default:
                    bytes.insert(
                        contentsOf: source[Int.random(in: 0..<source.count, using: &random)...].prefix(40), at: place)
                }
            }
            try check(bytes)
        }
    }
}
