import Bytes
import CivilTime
import Testing

/// One zone of the fixture.
struct FixtureZone: Sendable, CustomTestStringConvertible {
    struct InstantRow { var instant: Instant, offset: Int, abbreviation: String }
    struct WallRow { var time: CivilDateTime, offset: Int }

    let name: String
    let file: [UInt8]
    fileprivate let lines: [[Substring]]

    var testDescription: String { name }

    var instants: [InstantRow] {
        lines.compactMap { line in
            guard line.count == 4, line[0] == "I", let seconds = Int64(line[1]), let offset = Int(line[2]) else { return nil }
            return InstantRow(instant: Instant(seconds: seconds), offset: offset, abbreviation: String(line[3]))
        }
    }

    var walls: [WallRow] {
        lines.compactMap { line in
            guard line.count == 3, line[0] == "W", let seconds = Int64(line[1]),
                let time = CivilDateTime(wallSeconds: seconds), let offset = Int(line[2])
            else { return nil }
            return WallRow(time: time, offset: offset)
        }
    }

    func rules() throws -> ZoneRules { try TZif(file).rules }

    static let all: [FixtureZone] = {
        var zones: [FixtureZone] = []
        var name = ""
        var base64: [UInt8] = []
        var lines: [[Substring]] = []
        func finish() {
            if !name.isEmpty { zones.append(FixtureZone(name: name, file: Base64.decode(base64) ?? [], lines: lines)) }
            base64 = []
            lines = []
        }
        for line in ZoneFixture.text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            switch parts.first {
            case "Z":
                finish()
                name = String(parts[1])
            case "D": base64 += parts[1].utf8
            default: lines.append(parts)
            }
        }
        finish()
        return zones
    }()

    static func named(_ name: String) throws -> FixtureZone { try #require(all.first { $0.name == name }) }
}

/// Seconds since 1970 of a time in UTC.
func seconds(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0, _ second: Int = 0) -> Int64 {
    Int64(CivilDate.dayNumber(year: year, month: month, day: day)) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
}
