import Bytes
import Glibc
import HTTPServer
import Logging

/// One line a request, in the form that `LineLogHandler` gives to all events: the values in the order of their names.
struct RequestLines: RequestLogger {
    private let isJSON: Bool
    private let output: LogOutput

    /// nil where the settings want none.
    init?(_ settings: Settings.Log, output: LogOutput) {
        guard settings.requests, settings.level.loggerLevel <= .info else { return nil }
        isJSON = settings.format == .json
        self.output = output
    }

    func log(_ request: RequestLog) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        output.write(Self.line(request, isJSON: isJSON, time: now))
    }

    static func line(_ request: RequestLog, isJSON: Bool, time: timespec) -> [UInt8] {
        var line = Line(isJSON: isJSON, time)
        line.append("complete", request.isComplete)
        line.append("id", request.id)
        line.append("in", request.received)
        line.append("method", request.method)
        line.append("ms", tenths: max(0, request.nanoseconds / 100_000))
        line.append("out", request.sent)
        line.append("path", request.path)
        line.append("peer", request.peer)
        line.append("principal", request.principal ?? "-")
        line.append("proto", request.proto)
        line.append("status", request.status)
        return line.ended()
    }
}

private struct Line {
    private let isJSON: Bool
    private var out: [UInt8] = []

    init(isJSON: Bool, _ time: timespec) {
        self.isJSON = isJSON
        out.reserveCapacity(384)
        if isJSON { out.append("{\"time\":\"") }
        LogLine.append(time, to: &out)
        out.append(
            isJSON ? "\",\"level\":\"info\",\"logger\":\"tegu.http\",\"message\":\"request\"" : " INFO tegu.http: request" as StaticString)
    }

    private mutating func append(name: StaticString) {
        out.append(isJSON ? ",\"" : " " as StaticString)
        out.append(name)
        out.append(isJSON ? "\":" : "=" as StaticString)
    }

    mutating func append(_ name: StaticString, _ text: String) {
        append(name: name)
        if isJSON { LogLine.appendJSON(text, to: &out) } else { LogLine.appendWord(text, to: &out) }
    }

    mutating func append(_ name: StaticString, _ number: Int) {
        append(name: name)
        out.append(decimal: number)
    }

    mutating func append(_ name: StaticString, _ truth: Bool) {
        append(name: name)
        out.append(truth ? "true" : "false" as StaticString)
    }

    mutating func append(_ name: StaticString, tenths: Int64) {
        append(name: name)
        out.append(decimal: tenths / 10)
        out.append(0x2E)
        out.append(decimal: tenths % 10)
    }

    mutating func ended() -> [UInt8] {
        out.append(isJSON ? "}\n" : "\n" as StaticString)
        return out
    }
}
