import Bytes
import Glibc

/// How far a long command has come, on standard error: a bar that is drawn over on a terminal, else a line every few
/// seconds. For one thread.
package struct Progress: ~Copyable {
    private let what: String
    private let total: Int?
    private let descriptor: Int32
    private let isTerminal: Bool
    private let now: () -> Duration
    private let started: Duration
    private var shown: Duration
    private var isDrawn = false
    package private(set) var count = 0

    /// - Parameters:
    ///   - what: What is counted, in the plural: `objects`.
    ///   - total: How many there will be, if that is known.
    ///   - now: A clock that only goes forward.
    package init(
        _ what: String, total: Int?, descriptor: Int32 = STDERR_FILENO, isTerminal: Bool? = nil,
        now: @escaping () -> Duration = Progress.clock
    ) {
        self.what = what
        self.total = total
        self.descriptor = descriptor
        self.isTerminal = isTerminal ?? (isatty(descriptor) == 1)
        self.now = now
        started = now()
        shown = started
    }

    /// The machine's monotonic clock.
    package static func clock() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    package mutating func advance(by amount: Int = 1) {
        count = count.addingReportingOverflow(amount).partialValue
        let time = now()
        guard time - shown >= (isTerminal ? .milliseconds(100) : .seconds(5)) else { return }
        shown = time
        show(Self.line(what, count: count, total: total, elapsed: time - started, withBar: isTerminal))
    }

    /// Takes the bar away, so that a line can be written to the terminal in its place.
    package mutating func clear() {
        if isDrawn { write("\r\u{1B}[K") }
        isDrawn = false
    }

    /// Leaves a last line that says how much was done in which time.
    package mutating func finish() {
        clear()
        let elapsed = now() - started
        if isTerminal || elapsed >= .seconds(5) {
            write(Self.line(what, count: count, total: count, elapsed: elapsed, withBar: false) + "\n")
        }
    }

    private mutating func show(_ line: String) {
        write(isTerminal ? "\r" + line + "\u{1B}[K" : line + "\n")
        isDrawn = isTerminal
    }

    private func write(_ text: String) {
        let bytes = [UInt8](text.utf8)
        _ = Glibc.write(descriptor, bytes, bytes.count)
    }

    /// `[##########          ]  50 %  1000 of 2000 objects, 500/s, 2 s left`
    static func line(_ what: String, count: Int, total: Int?, elapsed: Duration, withBar: Bool) -> String {
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let rate = seconds > 0 ? Double(count) / seconds : 0
        guard let total, total > 0, count < total else {
            return "\(count) \(what), \(whole(rate))/s, \(time(seconds))"
        }
        let part = Double(count) / Double(total)
        var text = ""
        if withBar {
            let filled = Int(part * 20)
            text = "[" + String(repeating: "#", count: filled) + String(repeating: " ", count: 20 - filled) + "] "
        }
        text += "\(whole(part * 100)) %  \(count) of \(total) \(what), \(whole(rate))/s"
        if rate > 0 { text += ", \(time(Double(total - count) / rate)) left" }
        return text
    }

    private static func whole(_ value: Double) -> String { "\(Int(max(0, min(value, 1e15))))" }

    private static func time(_ seconds: Double) -> String {
        let whole = Int(max(0, min(seconds.rounded(.up), 1e9)))
        if whole < 120 { return "\(whole) s" }
        return whole < 7_200 ? "\(whole / 60) min" : "\(whole / 3_600) h \(whole / 60 % 60) min"
    }
}
