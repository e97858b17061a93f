import Bytes
import Glibc
import NIOCore

/// Takes the bytes of an HTTP/1 connection and gives the parts of its requests, one by one as they are asked for: what
/// a client sends ahead (pipelining) stays bytes until its turn comes.
///
/// NIO's own decoder gives all the requests of a read at once, cannot tell a long target from a long field, and refuses
/// methods that it does not know before anybody can answer them with their status.
///
/// Invariant: an idle decoder holds no buffer.
struct HTTP1Decoder {
    struct Limits {
        var target = 16 << 10
        var head = 64 << 10
        var fields = 200
    }

    enum Part {
        case head(HTTP1Head)
        case body(ByteBuffer)
        case end
    }

    private enum State {
        case head
        case body(remaining: Int)
        case chunkSize
        case chunk(remaining: Int)
        case chunkEnd
        case trailers(length: Int)
        case end
        case failed(HTTPRefusal)
    }

    private let limits: Limits
    private var buffer: ByteBuffer?
    private var state = State.head
    /// How many bytes of an unfinished head have been looked at, and where its last line begins.
    private var scanned = 0
    private var lineStart = 0

    init(limits: Limits) { self.limits = limits }

    /// Bytes that have not been given yet.
    var pendingBytes: Int { buffer?.readableBytes ?? 0 }

    /// Whether nothing of a request has come yet.
    var isBetweenRequests: Bool {
        if case .head = state { return buffer == nil }
        return false
    }

    mutating func append(_ bytes: ByteBuffer) {
        if bytes.readableBytes == 0 { return }
        if buffer == nil {
            buffer = bytes
        } else {
            buffer?.writeImmutableBuffer(bytes)
        }
    }

    /// The next part, or nil when more bytes are needed. After an error the connection cannot be read any further.
    mutating func next() throws(HTTPRefusal) -> Part? {
        do throws(HTTPRefusal) {
            let part = try step()
            if buffer?.readableBytes == 0 { buffer = nil }
            return part
        } catch {
            state = .failed(error)
            buffer = nil
            throw error
        }
    }

    private mutating func step() throws(HTTPRefusal) -> Part? {
        while true {
            switch state {
            case .head:
                return try head()
            case .body(let remaining):
                guard let slice = slice(atMost: remaining) else { return nil }
                state = slice.readableBytes == remaining ? .end : .body(remaining: remaining - slice.readableBytes)
                return .body(slice)
            case .chunkSize:
                guard let size = try chunkSize() else { return nil }
                state = size == 0 ? .trailers(length: 0) : .chunk(remaining: size)
            case .chunk(let remaining):
                guard let slice = slice(atMost: remaining) else { return nil }
                state =
                    slice.readableBytes == remaining ? .chunkEnd : .chunk(remaining: remaining - slice.readableBytes)
                return .body(slice)
            case .chunkEnd:
                guard let line = try line(limit: 0) else { return nil }
                guard line.isEmpty else { throw .badRequest }
                state = .chunkSize
            case .trailers(let length):
                guard let line = try line(limit: limits.head) else { return nil }
                if line.isEmpty {
                    state = .end
                    continue
                }
                // RFC 9112 §7.1.2: trailers are read and dropped.
                guard length + line.count <= limits.head else { throw .headTooLong }
                state = .trailers(length: length + line.count)
            case .end:
                state = .head
                return .end
            case .failed(let refusal):
                throw refusal
            }
        }
    }

    // MARK: Heads

    private mutating func head() throws(HTTPRefusal) -> Part? {
        guard var bytes = buffer else { return nil }
        let length = bytes.readableBytes
        let start = (scanned, lineStart)
        let (end, position) = bytes.withUnsafeReadableBytes { Self.endOfHead($0, from: start) }
        guard let end else {
            (scanned, lineStart) = position
            // Without a line's end so far, what is too long is the target.
            if lineStart == 0 && length > limits.target { throw .targetTooLong }
            if length > limits.head { throw .headTooLong }
            return nil
        }
        (scanned, lineStart) = (0, 0)
        if end <= 2 {
            // RFC 9112 §2.2: empty lines before a request are passed over.
            guard end == 2 else { throw .badRequest }
            bytes.moveReaderIndex(forwardBy: end)
            buffer = bytes.readableBytes == 0 ? nil : bytes
            return try head()
        }
        guard end <= limits.head else { throw .headTooLong }
        let fields = limits.fields
        let result = bytes.withUnsafeReadableBytes { bytes -> Result<HTTP1Head, HTTPRefusal> in
            do throws(HTTPRefusal) {
                let lines = UnsafeRawBufferPointer(rebasing: bytes[..<(end - 2)])
                return .success(try HTTP1Head.parse(lines, maximumFields: fields))
            } catch {
                return .failure(error)
            }
        }
        let head = try result.get()
        guard head.target.utf8.count <= limits.target else { throw .targetTooLong }
        bytes.moveReaderIndex(forwardBy: end)
        buffer = bytes
        switch head.bodyLength {
        case .none: state = .end
        case .known(let count): state = .body(remaining: count)
        case .unknown: state = .chunkSize
        }
        return .head(head)
    }

    /// Where the empty line ends that ends a head; or how far the bytes were looked at, and where the last line begins.
    private static func endOfHead(
        _ bytes: UnsafeRawBufferPointer, from start: (scanned: Int, lineStart: Int)
    ) -> (end: Int?, position: (Int, Int)) {
        var (index, lineStart) = start
        guard let base = bytes.baseAddress else { return (nil, start) }
        while index < bytes.count, let found = memchr(base + index, 0x0A, bytes.count - index) {
            index = UnsafeRawPointer(found) - base
            let length = index - lineStart
            // An empty line, be it wrongly without a CR, ends the search; the parser refuses the wrong ones.
            if length == 0 || (length == 1 && bytes[lineStart] == 0x0D) { return (index + 1, (0, 0)) }
            index += 1
            lineStart = index
        }
        return (nil, (bytes.count, lineStart))
    }

    // MARK: Bodies

    private mutating func slice(atMost count: Int) -> ByteBuffer? {
        guard var bytes = buffer, bytes.readableBytes > 0 else { return nil }
        if bytes.readableBytes <= count {
            buffer = nil
            return bytes
        }
        let slice = bytes.readSlice(length: count)
        buffer = bytes
        return slice
    }

    /// A line without its CRLF, at most `limit` bytes.
    private mutating func line(limit: Int) throws(HTTPRefusal) -> [UInt8]? {
        guard var bytes = buffer else { return nil }
        let view = bytes.readableBytesView
        guard let end = view.prefix(limit + 2).firstIndex(of: 0x0A) else {
            if view.count >= limit + 2 { throw .badRequest }
            return nil
        }
        let count = end - view.startIndex
        guard count > 0, view[end - 1] == 0x0D, let line = bytes.readBytes(length: count - 1) else { throw .badRequest }
        bytes.moveReaderIndex(forwardBy: 2)
        buffer = bytes
        guard !line.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) else { throw .badRequest }
        return line
    }

    /// RFC 9112 §7.1: chunk-size [ chunk-ext ] CRLF; extensions are passed over.
    private mutating func chunkSize() throws(HTTPRefusal) -> Int? {
        guard let line = try line(limit: 256) else { return nil }
        let digits = line.prefix { $0.hexadecimalValue != nil }
        guard (1...15).contains(digits.count) else { throw .badRequest }
        let rest = line[digits.endIndex...].drop { $0 == 0x20 || $0 == 0x09 }
        guard rest.isEmpty || rest.first == 0x3B else { throw .badRequest }
        return digits.reduce(0) { $0 << 4 | Int($1.hexadecimalValue ?? 0) }
    }
}
