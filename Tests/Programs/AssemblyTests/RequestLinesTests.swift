import Glibc
import HTTPServer
import Logging
import Testing

@testable import Assembly

@Suite("Lines of requests") struct RequestLinesTests {
    private static let time = timespec(tv_sec: 1_800_000_000, tv_nsec: 123_456_789)

    private static func request(
        method: String = "PUT", target: String, isHTTP2: Bool = false, principal: String? = nil, nanoseconds: Int64 = 0,
        isComplete: Bool = true
    ) -> RequestLog {
        let head = HTTPRequestHead(
            method: method, target: target, headers: HTTPFields([("authorization", "Basic c2VjcmV0")]), peer: "2001:db8::1",
            isSecure: isHTTP2, id: "00ff00000001")
        return RequestLog(
            head: head, isHTTP2: isHTTP2, status: 207, principal: principal, nanoseconds: nanoseconds, received: 3, sent: 1_234,
            isComplete: isComplete)
    }

    private static let requests = [
        request(target: "/a%20b?secret=1", principal: "anna@example.org", nanoseconds: 12_345_678),
        request(method: "GET", target: "/\u{1B}[2J\"x\" y=z\n", isHTTP2: true, nanoseconds: 99_999, isComplete: false),
        request(method: String(repeating: "X", count: 100), target: String(repeating: "/длинный", count: 100), principal: "анна@пример.рф"),
        request(method: "", target: "*", nanoseconds: 3_600_000_000_000),
    ]

    @Test("a request's line is that which any event with its values would have", arguments: requests.indices)
    func equal(index: Int) {
        let request = Self.requests[index]
        let values: Logger.Metadata = [
            "complete": .stringConvertible(request.isComplete), "id": .string(request.id), "in": .stringConvertible(request.received),
            "method": .string(request.method), "ms": .stringConvertible(Double(request.nanoseconds / 100_000) / 10),
            "out": .stringConvertible(request.sent), "path": .string(request.path), "peer": .string(request.peer),
            "principal": .string(request.principal ?? "-"), "proto": .string(request.proto),
            "status": .stringConvertible(request.status),
        ]
        let event = LogEvent(
            level: .info, message: "request", error: nil, metadata: values, source: "HTTPServer", file: #fileID, function: #function, line: #line)
        #expect(
            String(decoding: RequestLines.line(request, isJSON: false, time: Self.time), as: UTF8.self)
                == String(decoding: LogLine.text(event, label: "tegu.http", metadata: values, time: Self.time), as: UTF8.self))
        #expect(
            String(decoding: RequestLines.line(request, isJSON: true, time: Self.time), as: UTF8.self)
                == String(decoding: LogLine.json(event, label: "tegu.http", metadata: values, time: Self.time), as: UTF8.self))
    }

    @Test("neither a query nor a field stands in it")
    func secrets() {
        for isJSON in [false, true] {
            let text = String(decoding: RequestLines.line(Self.requests[0], isJSON: isJSON, time: Self.time), as: UTF8.self)
            #expect(text.contains("/a%20b") && !text.contains("secret") && !text.contains("c2VjcmV0"))
        }
    }
}
