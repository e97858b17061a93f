import CivilTime
import FoundationEssentials
import ICalendar
import Testing

@Suite("Rules: what independent implementations say (Tests/Oracles/recurrence)")
struct RecurrenceOracleTests {
    /// A rule, a DTSTART, how many instances are asked for, and which they are.
    struct Row {
        let rule: String
        let start: String
        let count: Int
        let expected: String

        init?(_ line: Substring) {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count >= 3, let count = Int(fields[2]) else { return nil }
            rule = String(fields[0])
            start = String(fields[1])
            self.count = count
            expected = fields.count > 3 ? String(fields[3]) : ""
        }

        /// As the other implementations do it: DTSTART is an instance only where the rule matches it.
        func instances() throws -> String {
            let rule = try ICalendarTests.rule(rule)
            do {
                return try occurrences(rule, start, first: count, includesStart: false).joined(separator: " ")
            } catch is StepBudget.Exhausted {
                return "?"
            }
        }
    }

    static func rows(_ path: some StringProtocol) throws -> [Row] {
        try String(contentsOfFile: String(path), encoding: .utf8).split(separator: "\n").compactMap { Row($0) }
    }

    static let environment = ProcessInfo.processInfo.environment

    @Test("2,000 random rules have the instances on which python-dateutil and libical agree")
    func agreed() throws {
        let tests = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/").dropFirst()
        let rows = try Self.rows(tests + "/Oracles/recurrence/agreed.tsv")
        #expect(rows.count == 2000)
        for row in rows {
            let instances = try row.instances()
            #expect(instances == row.expected, "\(row.rule) from \(row.start)")
        }
    }

    @Test("where others differ, the instances are those that the RFC's words give", arguments: try examples())
    func differences(row: Difference) throws {
        let instances = try row.rule.instances()
        #expect(instances == row.rule.expected, "\(row.name): \(row.rule.rule) from \(row.rule.start)")
        #expect(instances != row.theirs)
    }

    /// One of the classes into which Tests/Oracles/recurrence/explain.py sorts what differs.
    struct Difference: CustomTestStringConvertible {
        let name: String
        let rule: Row
        let theirs: String

        var testDescription: String { "\(name): \(rule.rule)" }
    }

    static func examples() throws -> [Difference] {
        let tests = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/").dropFirst()
        let path = tests + "/Oracles/recurrence/differences.tsv"
        return try String(contentsOfFile: String(path), encoding: .utf8).split(separator: "\n").map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            let row = try #require(fields.count == 6 ? Row(fields[1...4].joined(separator: "\t")[...]) : nil)
            return Difference(name: String(fields[0]), rule: row, theirs: String(fields[5]))
        }
    }

    @Test("writes the instances of rules that a comparison asks for", .enabled(if: environment["RECURRENCE_RULES"] != nil))
    func answer() throws {
        let rules = try #require(Self.environment["RECURRENCE_RULES"])
        let results = try #require(Self.environment["RECURRENCE_RESULTS"])
        var out = ""
        for row in try Self.rows(rules) {
            out += "\(row.rule)\t\(row.start)\t\(row.count)\t\(try row.instances())\n"
        }
        try out.write(toFile: results, atomically: true, encoding: .utf8)
    }
}
