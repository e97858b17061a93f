import Bytes
import Glibc
import Logging
import Testing

@testable import Assembly

/// A pipe to log into.
private final class LogPipe {
    private let reader: Int32
    private let writer: Int32
    let output: LogOutput

    init() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        (reader, writer) = (ends[0], ends[1])
        _ = fcntl(reader, F_SETFL, O_NONBLOCK)
        output = LogOutput(descriptor: writer)
    }

    deinit {
        close(reader)
        close(writer)
    }

    /// What was written since the last call, when something was; nothing after ten seconds.
    func readSoon() -> String {
        var event = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
        _ = poll(&event, 1, 10_000)
        return read()
    }

    /// What was written since the last call.
    func read() -> String {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(reader, &buffer, buffer.count)
        return String(utf8: buffer.prefix(max(count, 0)))
    }
}

@Suite struct LogTests {
    private let pipe: LogPipe

    init() throws { pipe = try LogPipe() }

    private func logger(_ format: Settings.Log.Format, level: Settings.Log.Level = .info) -> Logger {
        var settings = Settings.Log()
        settings.format = format
        settings.level = level
        let output = pipe.output
        return Logger(label: "tegu.http") { label in LineLogHandler(label: label, settings: settings, output: output) }
    }

    /// The line after its time, which is checked.
    private func line() throws -> String {
        let text = pipe.read()
        let time = try #require(text.firstMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/#))
        return text.replacing(time.output, with: "TIME")
    }

    @Test("a line of text has time, level, logger, message and its values in the order of their keys")
    func text() throws {
        logger(.text).info("request", metadata: ["path": "/a b", "method": "PROPFIND", "status": "\(207)"])
        #expect(try line() == "TIME INFO tegu.http: request method=PROPFIND path=\"/a b\" status=207\n")
    }

    @Test("no value can end the line, forge another value or steer a terminal")
    func injection() throws {
        let evil = "x\nTIME ERROR forged\r\u{1B}[2J\u{202E}\u{2028}\u{85}\" level=critical \\"
        logger(.text).info("request", metadata: ["user": "\(evil)", "a=b\n": "", "empty": ""])
        let text = try line()
        #expect(text.utf8.count { $0 == 0x0A } == 1)
        #expect(
            text.hasSuffix(#"user="x\nTIME ERROR forged\r\u{1b}[2J\u{202e}\u{2028}\u{85}\" level=critical \\""# + "\n"))
        #expect(text.contains(#""a=b\n"="" empty="""#))
    }

    @Test("letters of all scripts stay readable")
    func scripts() throws {
        logger(.text).info("request", metadata: ["user": "Анна", "name": "会議"])
        #expect(try line().hasSuffix("name=\"会議\" user=\"Анна\"\n"))
    }

    @Test("a JSON line is one object, with values in their types")
    func json() throws {
        var logger = logger(.json)
        logger[metadataKey: "conn"] = .stringConvertible(7)
        logger.notice(
            "request",
            metadata: [
                "path": "/\"\\\n\u{1}\u{2028}", "ok": .stringConvertible(true), "ms": .stringConvertible(1.5),
                "list": ["a", ["b": "c"]],
                "time": "reserved",
            ])
        #expect(
            try line()
                == #"{"time":"TIME","level":"notice","logger":"tegu.http","message":"request","conn":7,"list":["a",{"b":"c"}],"ms":1.5,"ok":true,"path":"/\"\\\n\u0001\u2028","_time":"reserved"}"#
                + "\n")
    }

    @Test("what is below the level is not written")
    func levels() throws {
        logger(.text, level: .warning).info("no")
        #expect(pipe.read() == "")
        logger(.text, level: .warning).warning("yes")
        #expect(try line().contains("WARNING tegu.http: yes"))
    }

    @Test("a very long value is cut", arguments: [Settings.Log.Format.text, .json])
    func long(format: Settings.Log.Format) throws {
        logger(format).info("request", metadata: ["agent": "\(String(repeating: "x", count: 50_000))"])
        let text = try line()
        #expect(text.utf8.count < 5_000)
        #expect(text.contains("…"))
    }

    @Test("an error and the metadata of a handler are in the line; the event's own win")
    func merges() throws {
        var logger = logger(.text)
        logger[metadataKey: "conn"] = "1"
        logger[metadataKey: "user"] = "a"
        logger.error("failed", metadata: ["user": "b"])
        #expect(try line().hasSuffix("ERROR tegu.http: failed conn=1 user=b\n"))
    }

    @Test("behind those who log, all lines are written in order, and what is urgent at once")
    func behind() throws {
        pipe.output.writeBehind()
        let logger = logger(.text)
        for number in 0..<100 { logger.info("\(number)") }
        logger.error("urgent")
        let lines = pipe.read().split(separator: "\n").map { $0.split(separator: " ").last.map(String.init) }
        #expect(lines == (0..<100).map { "\($0)" } + ["urgent"])
    }

    @Test("what is urgent waits half a second for a reader that does not read, once, and comes in its order all the same")
    func stoppedReader() throws {
        pipe.output.writeBehind()
        let line = [UInt8](repeating: 0x78, count: 1023) + [0x0A]
        for _ in 0..<100 { pipe.output.write(line) }
        let start = ContinuousClock.now
        for number in 0..<100 { pipe.output.write(Array("urgent \(number)\n".utf8), isUrgent: true) }
        #expect(ContinuousClock.now - start < .seconds(5))
        var text = ""
        while !text.hasSuffix("urgent 99\n") {
            let piece = pipe.readSoon()
            if piece.isEmpty { break }
            text += piece
        }
        let lines = text.split(separator: "\n")
        #expect(lines.prefix(100).allSatisfy { $0.utf8.count == 1_023 })
        #expect(lines.dropFirst(100).map(String.init) == (0..<100).map { "urgent \($0)" })
    }

    @Test("nobody who logs waits for a reader that does not read, and it is told how many lines were dropped")
    func slowReader() throws {
        pipe.output.writeBehind()
        let line = [UInt8](repeating: 0x78, count: 1023) + [0x0A]
        let sent = 16_384
        for _ in 0..<sent { pipe.output.write(line) }
        // How the lines fall into what is written at once is the threads' matter: there may be several reports, and lines
        // after one.
        var (taken, dropped, rest) = (0, 0, "")
        while taken + dropped < sent {
            let piece = pipe.readSoon()
            if piece.isEmpty { break }
            var lines = (rest + piece).split(separator: "\n", omittingEmptySubsequences: false)
            rest = String(lines.removeLast())
            for line in lines {
                if let report = line.wholeMatch(of: #/(\d+) lines of the log were dropped: .*/#) {
                    dropped += Int(report.output.1) ?? 0
                } else {
                    #expect(line.utf8.count == 1_023)
                    taken += 1
                }
            }
        }
        #expect(dropped > 0)
        #expect(taken + dropped == sent)
    }

    @Test("a reader that is gone does not stop the server")
    func brokenPipe() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [-1, -1]
        try #require(Glibc.pipe(&ends) == 0)
        close(ends[0])
        LogOutput(descriptor: ends[1]).write([0x61, 0x0A])
        close(ends[1])
    }
}
