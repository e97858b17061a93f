import Bytes
import Glibc
import Testing

@testable import Assembly

@Suite struct ProgressTests {
    @Test(
        "the line tells part, count, rate and time left",
        arguments: [
            (500, 2_000 as Int?, 10, true, "[#####               ] 25 %  500 of 2000 objects, 50/s, 30 s left"),
            (500, 2_000, 10, false, "25 %  500 of 2000 objects, 50/s, 30 s left"),
            (0, 2_000, 0, false, "0 %  0 of 2000 objects, 0/s"),
            (10, 100_000, 10, false, "0 %  10 of 100000 objects, 1/s, 27 h 46 min left"),
            (2_000, 2_000, 10, true, "2000 objects, 200/s, 10 s"),
            (70, nil, 7, true, "70 objects, 10/s, 7 s"),
            (5, 0, 1, true, "5 objects, 5/s, 1 s"),
        ])
    func line(count: Int, total: Int?, seconds: Int, withBar: Bool, text: String) {
        #expect(
            Progress.line("objects", count: count, total: total, elapsed: .seconds(seconds), withBar: withBar) == text)
    }

    /// What 2,000 steps of 10 ms each write.
    private func output(isTerminal: Bool) throws -> String {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { ends.forEach { _ = close($0) } }
        var time = Duration.zero
        var progress = Progress("objects", total: 2_000, descriptor: ends[1], isTerminal: isTerminal) { time }
        for _ in 0..<2_000 {
            time += .milliseconds(10)
            progress.advance()
        }
        progress.finish()
        #expect(progress.count == 2_000)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        return String(utf8: buffer[..<max(0, read(ends[0], &buffer, buffer.count))])
    }

    @Test("on a terminal the bar is drawn over, ten times a second")
    func terminal() throws {
        let text = try output(isTerminal: true)
        let bars = text.split(separator: "\r")
        #expect(150...210 ~= bars.count)
        #expect(bars.contains { $0.hasPrefix("[##########          ] 50 %") })
        #expect(text.hasSuffix("\r\u{1B}[K2000 objects, 100/s, 20 s\n"))
    }

    @Test("elsewhere there is a line every five seconds")
    func notTerminal() throws {
        let lines = try output(isTerminal: false).split(separator: "\n")
        #expect(lines.first == "25 %  500 of 2000 objects, 100/s, 15 s left")
        #expect(lines.last == "2000 objects, 100/s, 20 s")
        #expect(lines.count == 5)
    }
}
