import Bytes
@testable import CivilTime
import TestRandom
import Testing

@Suite struct TZifTests {
    /// A file of one block for each version, with the given footer.
    private func file(
        version: UInt8 = 0x32, instants: [Int64] = [], indices: [UInt8] = [],
            types: [(Int32, UInt8, UInt8)] = [(3600, 0, 0)],
        names: String = "LMT\0", leapCount: UInt32 = 0, footer: String? = "\nCET-1\n"
    ) -> [UInt8] {
        func big(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
        func header(_ counts: [UInt32]) -> [UInt8] {
            [UInt8]("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15) + counts.flatMap { big($0) }
        }
        let body = types.flatMap { big($0.0) + [$0.1, $0.2] } + names.utf8
        let counts: [UInt32] = [0, 0, leapCount, UInt32(instants.count), UInt32(types.count), UInt32(names.utf8.count)]
        var bytes: [UInt8] = []
        if version < 0x32 {
            bytes += header(counts) + instants.flatMap { big(Int32(truncatingIfNeeded: $0)) } + indices + body
        } else {
            bytes += header([0, 0, 0, 0, 1, 1]) + [0, 0, 0, 0, 0, 0, 0]
            bytes += header(counts) + instants.flatMap { big($0) } + indices + body
        }
        return bytes + (footer.map { [UInt8]($0.utf8) } ?? [])
    }

    @Test("a file of version 1 has 32-bit times and no footer")
    func version1() throws {
        let rules = try TZif(file(
            version: 0, instants: [-5, 1000], indices: [1, 0], types: [(3600, 0, 0), (7200, 1, 4)],
                names: "CET\0CEST\0",
            footer: nil)).rules
        #expect(rules.offset(at: Instant(seconds: -6)) == 3600)
        #expect(rules.observance(at: Instant(seconds: -5))
            == Observance(offset: 7200, isDaylight: true, abbreviation: "CEST"))
        #expect(rules.offset(at: Instant(seconds: .max)) == 3600)
    }

    @Test("versions 2 to 4 and those to come have 64-bit times", arguments: [0x32, 0x33, 0x34, 0x39] as [UInt8])
    func later(_ version: UInt8) throws {
        let rules = try TZif(file(version: version, instants: [-1 << 59, 1 << 40], indices: [0, 0])).rules
        #expect(rules.offset(at: Instant(seconds: 0)) == 3600)
        #expect(rules.transition(after: Instant(seconds: .min)) == nil)
    }

    @Test("a file without transitions is what its footer says, and an empty footer says nothing")
    func withoutTransitions() throws {
        #expect(try TZif(file(footer: "\n<+0545>-5:45\n")).rules.offset(at: Instant(seconds: 0)) == 20_700)
        #expect(try TZif(file(footer: "\n\n")).rules.offset(at: Instant(seconds: 0)) == 3600)
    }

    @Test("what does not hold together is refused")
    func refused() {
        let bad: [(String, [UInt8])] = [
            ("no bytes", []), ("another magic", [UInt8]("TZiF".utf8) + [UInt8](repeating: 0, count: 60)),
            ("leap seconds", file(leapCount: 1)), ("no type", file(types: [], names: "")),
            ("an index too high", file(instants: [1], indices: [1])),
            ("times that do not ascend", file(instants: [5, 5], indices: [0, 0])),
            ("a time before -2⁵⁹", file(instants: [.min], indices: [0])),
            ("an offset of two days", file(types: [(172_800, 0, 0)])),
            ("the least offset", file(types: [(.min, 0, 0)])),
            ("no footer", file(footer: nil)), ("an endless footer", file(footer: "\nCET-1")),
            ("a footer that is none", file(footer: "\nC-1\n")),
        ]
        for (name, bytes) in bad {
            #expect(throws: ParseError.self, "\(name)") { try TZif(bytes) }
        }
    }

    @Test("a name that points behind the names is empty")
    func nameOutside() throws {
        #expect(try TZif(file(types: [(3600, 0, 200)], footer: "\n\n")).rules.initialObservance.abbreviation == "")
    }

    @Test("each prefix of a file is refused")
    func prefixes() throws {
        let whole = try FixtureZone.named("Europe/Berlin").file
        for count in whole.indices {
            #expect(throws: ParseError.self) { try TZif(Array(whole[..<count])) }
        }
    }

    @Test("damaged files are refused or have answers")
    func damaged() {
        var random = SeededGenerator(state: 9636)
        var accepted = 0
        for round in 0..<4000 {
            var bytes = FixtureZone.all[round % FixtureZone.all.count].file
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                // Headers and footers are short: most damage goes there.
                let place = Bool.random(using: &random)
                    ? Int.random(in: bytes.indices, using: &random)
                    : min(bytes.count - 1, [44, 64, 84, bytes.count - 12].randomElement(using: &random).map {
                        $0 + .random(in: 0..<12, using: &random)
                    } ?? 0)
                bytes[place] = Bool.random(using: &random) ? .random(in: 0...255, using: &random) : bytes[place] ^ 1
            }
            guard let rules = try? TZif(bytes).rules else { continue }
            accepted += 1
            for seconds in [Int64.min, -3_000_000_000, 0, 1_800_000_000, 90_000_000_000, .max] {
                _ = rules.offset(at: Instant(seconds: seconds))
                _ = rules.transitions(after: Instant(seconds: seconds), through: Instant(seconds: .max), limit: 4)
                if let time = CivilDateTime(wallSeconds: seconds) { _ = rules.instant(of: time) }
            }
        }
        #expect(accepted > 100)
    }
}
