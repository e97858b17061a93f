import Bytes
import CivilTime
import ContentLines
import FoundationEssentials
import ICalendar
import Testing

/// The zones of the fixture that CivilTime's tests have, read where it stands.
enum ZoneFiles {
    static let all: [String: [UInt8]] = {
        let path = #filePath.replacing("ICalendarTests/TimeZones/ZoneFiles.swift",
            with: "CivilTimeTests/ZoneFixture.swift")
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [:] }
        var base64: [String: [UInt8]] = [:]
        var name = ""
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == "Z" { name = String(words[1]) }
            if words.count == 2, words[0] == "D" { base64[name, default: []] += words[1].utf8 }
        }
        return base64.compactMapValues { Base64.decode($0) }
    }()

    static let names = all.keys.sorted()

    static let database = database(.embedded)

    static func database(_ precedence: TimeZoneDatabase.Precedence) -> TimeZoneDatabase {
        TimeZoneDatabase(index: TimeZoneIndex(names: names), precedence: precedence) { all[$0] }
    }

    static func rules(_ name: String) throws -> ZoneRules { try #require(database.rules(named: name)) }
}

/// The lines of a VTIMEZONE that says what the database says.
func zoneOfDatabase(_ name: String) -> [String] {
    guard let rules = ZoneFiles.database.rules(named: name) else { return [] }
    var writer = ContentLineWriter()
    VTimeZoneWriter.append(rules, id: name, to: &writer)
    return text(writer.bytes).split(separator: "\r\n").map(String.init)
}

/// The first VTIMEZONE of the lines, with a VCALENDAR around them.
func timeZone(_ lines: [String]) throws -> Component {
    let document = try CalendarDocument.parse(calendar(lines))
    return try #require(document.calendars.first { _ in true }?.children.first { _ in true })
}

/// Of a VTIMEZONE with that content.
func zoneRules(_ lines: [String]) throws -> ZoneRules? {
    VTimeZoneRules.compile(try timeZone(["BEGIN:VTIMEZONE", "TZID:x"] + lines + ["END:VTIMEZONE"]))
}

func standard(_ start: String, _ from: String, _ to: String, _ lines: String...) -> [String] {
    observance("STANDARD", start, from, to, lines)
}

func daylight(_ start: String, _ from: String, _ to: String, _ lines: String...) -> [String] {
    observance("DAYLIGHT", start, from, to, lines)
}

func observance(_ kind: String, _ start: String, _ from: String, _ to: String, _ lines: [String]) -> [String] {
    ["BEGIN:" + kind, "DTSTART:" + start, "TZOFFSETFROM:" + from, "TZOFFSETTO:" + to] + lines + ["END:" + kind]
}

/// `20260329T010000Z` as an instant.
func utc(_ text: String) throws -> Instant {
    let time = try #require(CalendarTime(ArraySlice(text.utf8)))
    return Instant(seconds: time.wall.wallSeconds)
}

extension ZoneRules {
    /// In hours, at times in UTC.
    func hours(_ times: String...) throws -> [Double] {
        try times.map { Double(offset(at: try utc($0))) / 3600 }
    }
}
