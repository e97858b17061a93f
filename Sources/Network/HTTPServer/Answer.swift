import Bytes
import NIOCore
import NIOHTTP1

/// A response in the form in which it goes to the connection; made on a worker thread, so that the event loop only
/// writes.
struct Answer: Sendable {
    /// The head, with the body or its first piece.
    enum Start: Sendable {
        case http1(ByteBuffer)
        case http2(HTTPHeaders, ByteBuffer?, status: Int)
    }

    enum Rest: Sendable {
        case none
        case bytes([UInt8])
        case pump(BodyPump)
        case file(OpenFile, offset: Int, count: Int)
    }

    var status: Int
    var start: Start
    var rest = Rest.none
    var delay = 0
    var closes = false
    var principal: String?
    /// What could not be done, for the log.
    var failure: String?
}

/// What of a request its answer depends on.
struct AnswerConditions: Sendable {
    var isHead = false
    var isHTTP2 = false
    var minorVersion: UInt8 = 1
    var acceptEncoding: String?
    var keepsAlive = true
    /// Whether files can go to the socket without being read.
    var sendsFiles = false
    var id = ""
}

/// Turns responses into answers.
struct AnswerMaker {
    /// Bodies up to this size go out with their head, in one write.
    static let wholeSize = 256 << 10
    /// Shorter ones gain nothing by compression: they fit into one packet anyway.
    private static let compressedFrom = 1024

    let context: ServerContext
    let conditions: AnswerConditions
    private let response: HTTPResponse

    init(_ response: HTTPResponse, conditions: AnswerConditions, context: ServerContext) {
        self.response = response
        self.conditions = conditions
        self.context = context
    }

    /// How a body's end is told.
    private enum Length {
        case absent
        case known(Int)
        case unknown
    }

    func make() -> Answer {
        switch response.body {
        case _ where !Self.mayHaveBody(response.status):
            return answer(.absent, nil, .none)
        case .empty:
            return answer(conditions.isHead ? .absent : .known(0), nil, .none)
        case .bytes(let bytes):
            return whole(bytes)
        case .stream(let length, let source):
            return stream(source, length: length)
        case .file(let path, let offset, let count):
            return file(path, offset: max(0, offset), count: max(0, count))
        }
    }

    /// Compression of more takes longer than some tenths of a millisecond.
    private static let compressedAtOnce = 4096

    /// Whether the answer is made quickly: of no more than `limit` bytes, which are there.
    func isShort(below limit: Int) -> Bool {
        switch response.body {
        case .empty: true
        case .bytes(let bytes): bytes.count <= (compresses ? Self.compressedAtOnce : limit)
        case .stream, .file: false
        }
    }

    /// RFC 9110 §6.4.1
    private static func mayHaveBody(_ status: Int) -> Bool {
        status >= 200 && status != 204 && status != 304
    }

    /// RFC 9110 §12.5.3; a part of a body (206) must keep its bytes.
    private var compresses: Bool {
        response.isCompressible && response.status != 206
            && AcceptEncoding.allowsGzip(conditions.acceptEncoding)
            && !response.headers.contains { $0.name.utf8.equalsIgnoringASCIICase("content-encoding") }
    }

    private func whole(_ bytes: [UInt8]) -> Answer {
        if bytes.count >= Self.compressedFrom && compresses, let compressed = context.compressors.compress(bytes) {
            let length = Length.known(compressed.readableBytes)
            return answer(length, conditions.isHead ? nil : compressed, .none, isCompressed: true)
        }
        if conditions.isHead { return answer(.known(bytes.count), nil, .none) }
        if bytes.count <= Self.wholeSize { return answer(.known(bytes.count), bytes) }
        return answer(.known(bytes.count), nil, .bytes(bytes))
    }

    private func stream(_ source: any HTTPBodySource, length: Int?) -> Answer {
        let isCompressed = compresses
        if conditions.isHead {
            let length = isCompressed ? nil : length
            return answer(length.map { .known($0) } ?? .absent, nil, .none, isCompressed: isCompressed)
        }
        do {
            // What ends soon is an ordinary body, with its length and in one write.
            var first: [[UInt8]] = []
            var count = 0
            while count < 64 << 10 {
                guard let piece = try source.next() else {
                    if let length, length != count {
                        throw BodyPump.Broken(reason: "not the length that was announced")
                    }
                    return whole(first.count == 1 ? first[0] : Array(first.joined()))
                }
                first.append(piece)
                count += piece.count
            }
            let known = isCompressed ? nil : length
            let isChunked = known == nil && !conditions.isHTTP2 && conditions.minorVersion > 0
            let pump = BodyPump(
                source, first: first, length: length, compressor: isCompressed ? Compressor(small: true) : nil,
                isChunked: isChunked)
            let piece = try pump.piece()
            return answer(
                known.map { .known($0) } ?? .unknown, piece.bytes, piece.isLast ? .none : .pump(pump),
                isCompressed: isCompressed)
        } catch {
            return failed("answer's body: \(error)")
        }
    }

    private func file(_ path: String, offset: Int, count: Int) -> Answer {
        let (end, overflowed) = offset.addingReportingOverflow(count)
        guard !overflowed, let file = OpenFile(path: path, end: end) else {
            return failed("file \(path) cannot be sent")
        }
        if conditions.isHead && !compresses { return answer(.known(count), nil, .none) }
        if count <= Self.wholeSize {
            var bytes: [UInt8] = []
            while bytes.count < count {
                guard let more = file.read(at: offset + bytes.count, count: count - bytes.count) else {
                    return failed("file \(path) is shorter than it was")
                }
                bytes = bytes.isEmpty ? more : bytes + more
            }
            return whole(bytes)
        }
        if conditions.sendsFiles && !compresses {
            return answer(.known(count), nil, .file(file, offset: offset, count: count))
        }
        return stream(FileSource(file, offset: offset, count: count), length: count)
    }

    private func failed(_ reason: String) -> Answer {
        let response = HTTPResponse(status: 500, principal: response.principal)
        var answer = AnswerMaker(response, conditions: conditions, context: context).make()
        answer.failure = reason
        return answer
    }

    // MARK: Heads

    private func answer(_ length: Length, _ body: [UInt8]) -> Answer {
        if conditions.isHTTP2 { return answer(length, ByteBuffer(bytes: body), .none) }
        let head = http1Head(length, isCompressed: false)
        var out = ByteBufferAllocator().buffer(capacity: head.count + body.count)
        out.writeBytes(head)
        out.writeBytes(body)
        return answer(.http1(out), .none, length)
    }

    private func answer(
        _ length: Length, _ body: ByteBuffer?, _ rest: Answer.Rest, isCompressed: Bool = false
    ) -> Answer {
        if conditions.isHTTP2 {
            let headers = http2Head(length, isCompressed: isCompressed)
            return answer(.http2(headers, body, status: response.status), rest, length)
        }
        let head = http1Head(length, isCompressed: isCompressed)
        var out = ByteBufferAllocator().buffer(capacity: head.count + (body?.readableBytes ?? 0))
        out.writeBytes(head)
        if let body { out.writeImmutableBuffer(body) }
        return answer(.http1(out), rest, length)
    }

    private func answer(_ start: Answer.Start, _ rest: Answer.Rest, _ length: Length) -> Answer {
        Answer(
            status: response.status, start: start, rest: rest, delay: response.delay, closes: closes(length),
            principal: response.principal)
    }

    /// Whether the connection ends with this answer.
    private func closes(_ length: Length) -> Bool {
        if response.closesConnection || !conditions.keepsAlive { return true }
        // RFC 9112 §6.3 (8): in HTTP/1.0 the end of the connection ends the body.
        if case .unknown = length { return !conditions.isHTTP2 && conditions.minorVersion == 0 }
        return false
    }

    private func http1Head(_ length: Length, isCompressed: Bool) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(512)
        out.append("HTTP/1.1 ")
        out.append(decimal: response.status)
        out.append(0x20)
        out.append(StatusLine.phrase(response.status))
        out.append("\r\n")
        forEachField(length, isCompressed: isCompressed) { name, value in
            out.append(name)
            out.append(": ")
            out.append(value)
            out.append("\r\n")
        }
        if case .unknown = length, conditions.minorVersion > 0 { out.append("Transfer-Encoding: chunked\r\n") }
        if closes(length) {
            out.append("Connection: close\r\n")
        } else if conditions.minorVersion == 0 {
            out.append("Connection: keep-alive\r\n")
        }
        out.append("\r\n")
        return out
    }

    private func http2Head(_ length: Length, isCompressed: Bool) -> HTTPHeaders {
        var headers = HTTPHeaders()
        headers.reserveCapacity(response.headers.count + 6)
        // RFC 9113 §8.2: names are in lower case.
        forEachField(length, isCompressed: isCompressed) { headers.add(name: $0.lowercased(), value: $1) }
        return headers
    }

    private func forEachField(_ length: Length, isCompressed: Bool, _ body: (String, String) -> Void) {
        body("Date", context.dateField())
        body("Server", "tegu")
        for (name, value) in response.headers where !isOurs(name) { body(name, Self.sanitized(value)) }
        if response.isCompressible && Self.mayHaveBody(response.status) { body("Vary", "Accept-Encoding") }
        if isCompressed { body("Content-Encoding", "gzip") }
        if case .known(let count) = length { body("Content-Length", String(count)) }
        if !conditions.id.isEmpty { body("X-Request-ID", conditions.id) }
    }

    /// Fields that tell of framing are the server's alone. A responder may say of a HEAD without a body how long it
    /// would be.
    private func isOurs(_ name: String) -> Bool {
        let name = name.utf8
        switch name.count {
        case 4: return name.equalsIgnoringASCIICase("date")
        case 6: return name.equalsIgnoringASCIICase("server")
        case 10: return name.equalsIgnoringASCIICase("connection") || name.equalsIgnoringASCIICase("keep-alive")
        case 14:
            if case .empty = response.body, conditions.isHead { return false }
            return name.equalsIgnoringASCIICase("content-length")
        case 17: return name.equalsIgnoringASCIICase("transfer-encoding")
        default: return false
        }
    }

    /// A line's end in a value would begin a field, or an answer, of a client's making (RFC 9110 §5.5).
    private static func sanitized(_ value: String) -> String {
        if value.utf8.allSatisfy({ $0 >= 0x20 || $0 == 0x09 }) { return value }
        return String(utf8: value.utf8.map { $0 >= 0x20 ? $0 : 0x20 })
    }
}
