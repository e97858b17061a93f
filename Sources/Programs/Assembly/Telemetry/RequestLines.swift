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
        output.write(isJSON ? Self.json(request, time: now) : Self.text(request, time: now))
    }

    static func text(_ request: RequestLog, time: timespec) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(320)
        LogLine.append(time, to: &out)
        out.append(" INFO tegu.http: request complete=")
        out.append(request.isComplete ? "true id=" : "false id=")
        LogLine.appendWord(request.id, to: &out)
        out.append(" in=")
        out.append(decimal: request.received)
        out.append(" method=")
        LogLine.appendWord(request.method, to: &out)
        out.append(" ms=")
        appendMilliseconds(request.nanoseconds, to: &out)
        out.append(" out=")
        out.append(decimal: request.sent)
        out.append(" path=")
        LogLine.appendWord(request.path, to: &out)
        out.append(" peer=")
        LogLine.appendWord(request.peer, to: &out)
        out.append(" principal=")
        LogLine.appendWord(request.principal ?? "-", to: &out)
        out.append(" proto=")
        out.append(request.proto)
        out.append(" status=")
        out.append(decimal: request.status)
        out.append(0x0A)
        return out
    }

    static func json(_ request: RequestLog, time: timespec) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(384)
        out.append("{\"time\":\"")
        LogLine.append(time, to: &out)
        out.append("\",\"level\":\"info\",\"logger\":\"tegu.http\",\"message\":\"request\",\"complete\":")
        out.append(request.isComplete ? "true,\"id\":" : "false,\"id\":")
        LogLine.appendJSON(request.id, to: &out)
        out.append(",\"in\":")
        out.append(decimal: request.received)
        out.append(",\"method\":")
        LogLine.appendJSON(request.method, to: &out)
        out.append(",\"ms\":")
        appendMilliseconds(request.nanoseconds, to: &out)
        out.append(",\"out\":")
        out.append(decimal: request.sent)
        out.append(",\"path\":")
        LogLine.appendJSON(request.path, to: &out)
        out.append(",\"peer\":")
        LogLine.appendJSON(request.peer, to: &out)
        out.append(",\"principal\":")
        LogLine.appendJSON(request.principal ?? "-", to: &out)
        out.append(",\"proto\":")
        LogLine.appendJSON(request.proto, to: &out)
        out.append(",\"status\":")
        out.append(decimal: request.status)
        out.append("}\n")
        return out
    }

    private static func appendMilliseconds(_ nanoseconds: Int64, to out: inout [UInt8]) {
        let tenths = max(0, nanoseconds / 100_000)
        out.append(decimal: tenths / 10)
        out.append(0x2E)
        out.append(decimal: tenths % 10)
    }
}
