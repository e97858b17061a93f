import CivilTime
import ContentLines
import Glibc
import ICalendar

/// What the formats do in a second of CPU time: a line for each case, its name and the rate, by a tab. See formats.py.
///
///     FormatsBench event.ics card.vcf < rules.tsv
///     FormatsBench event.ics card.vcf parse           that case alone, for a profiler
@main
enum FormatsBench {
    static func main() throws {
        let paths = CommandLine.arguments.dropFirst()
        guard 2...3 ~= paths.count, let event = paths.first.flatMap(read), let card = paths.dropFirst().first.flatMap(read)
        else {
            print("usage: FormatsBench EVENT CARD [CASE] < RULES")
            exit(2)
        }
        rate("parse") { TypedCalendar.visit(event, compilesZones: false) }
        rate("parse and zone") { TypedCalendar.visit(event, compilesZones: true) }
        rate("validate") { (try? CalendarObjectResource.validate(event))?.components.count ?? 0 }
        rate("card") { TypedCard.visit(card) }
        while let line = readLine() {
            let parts = line.split(separator: "\t")
            guard parts.count == 2 else { continue }
            let text = ArraySlice(parts[1].utf8)
            rate("2100 \(parts[0])") { instances(text, from: 4_102_444_800, count: 1) }
            rate("1000 \(parts[0])") { instances(text, from: nil, count: 1000) }
        }
    }

    /// Of the rule from 1990-01-01T09:00:00 on.
    private static func instances(_ text: ArraySlice<UInt8>, from seconds: Int64?, count: Int) -> Int {
        guard let rule = RecurrenceRule(text), let start = CivilDateTime(wallSeconds: 631_184_400),
            var occurrences = Occurrences(rule, start: start, isDate: false)
        else { fatalError("a rule of the benchmark is none") }
        var budget = StepBudget(100_000)
        var sum = 0
        if let seconds, let target = CivilDateTime(wallSeconds: seconds) { try? occurrences.seek(to: target, &budget) }
        for _ in 0..<count {
            guard let time = try? occurrences.next(&budget) else { fatalError("a rule of the benchmark ends") }
            sum &+= time.dayNumber
        }
        return sum
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes[..<count])
    }
}

/// The best of five rounds of a fifth of a second.
private func rate(_ name: String, _ body: () -> Int) {
    if let only = CommandLine.arguments.dropFirst(3).first, only != name { return }
    var best = 0.0
    for _ in 0..<5 {
        let start = cpuSeconds()
        var passed = 0.0
        var count = 0
        repeat {
            // The clock is a system call, and looked at as rarely by all that are compared.
            for _ in 0..<32 { sink &+= body() }
            count += 32
            passed = cpuSeconds() - start
        } while passed < 0.2
        best = max(best, Double(count) / passed)
    }
    print("\(name)\t\(best)")
    fflush(nil)
}

nonisolated(unsafe) private var sink = 0

private func cpuSeconds() -> Double {
    var now = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}
