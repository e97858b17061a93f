import Bytes
import Glibc
import NIOCore

/// Takes the bytes of an HTTP/1 connection and gives the parts of its requests, one by one as they are asked for: what
/// a client sends ahead (pipelining) stays bytes until its turn comes.
///
/// NIO's own decoder gives all the requests of a read at once, cannot tell a long target from a long field, and refuses
/// methods that it does not know before anybody can answer them with their status (docs/decisions/http1-decoder.md).
///
/// Invariants: an idle decoder holds no buffer, and no decoder holds bytes that it has given; the parts and errors that come
/// out depend on the bytes alone, not on how they were cut into reads.
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

    /// Room for the method and the version beside the longest target.
    private static let lineOverhead = 256
    private static let chunkLineLength = 256

    private let limits: Limits
    private(set) var buffer: ByteBuffer?
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
            // Or what was read would be kept for as long as a client always leaves a request unfinished.
            buffer?.discardReadBytes()
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
                // RFC 9112 §7.1.2: trailers are fields, and are read and dropped.
                guard length + line.count <= limits.head else { throw .headTooLong }
                try HTTP1Head.check(trailer: line)
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
        while var bytes = buffer {
            guard let end = try endOfHead(bytes) else { return nil }
            if end > 2 {
                let head = try parse(bytes, end: end)
                bytes.moveReaderIndex(forwardBy: end)
                buffer = bytes
                switch head.bodyLength {
                case .none: state = .end
                case .known(let count): state = .body(remaining: count)
                case .unknown: state = .chunkSize
                }
                return .head(head)
            }
            // RFC 9112 §2.2: empty lines before a request are passed over.
            guard end == 2 else { throw .badRequest }
            bytes.moveReaderIndex(forwardBy: end)
            buffer = bytes.readableBytes == 0 ? nil : bytes
        }
        return nil
    }

    private func parse(_ bytes: ByteBuffer, end: Int) throws(HTTPRefusal) -> HTTP1Head {
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
        return head
    }

    /// How long the head is with the empty line that ends it, or nil where that has not come yet.
    ///
    /// What is too long is refused at the byte that makes it so, whether or not its end is among these bytes: so a head is
    /// refused by the same limit however it was cut.
    private mutating func endOfHead(_ bytes: ByteBuffer) throws(HTTPRefusal) -> Int? {
        let start = (scanned, lineStart)
        let lineLimit = limits.target + Self.lineOverhead
        let (end, position, isLineTooLong) = bytes.withUnsafeReadableBytes { bytes in
            let (end, position) = Self.endOfHead(bytes, from: start)
            // The first line is too long where it has no end within its limit. Looked at until the next line begins.
            let isTooLong = start.1 == 0 && bytes.count >= lineLimit && Self.firstLineEnd(bytes) >= lineLimit
            return (end, position, isTooLong)
        }
        if isLineTooLong && lineLimit <= limits.head { throw .targetTooLong }
        guard (end ?? bytes.readableBytes) <= limits.head else { throw .headTooLong }
        (scanned, lineStart) = end == nil ? position : (0, 0)
        return end
    }

    /// The index of the first LF, or how many bytes there are.
    private static func firstLineEnd(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let base = bytes.baseAddress, let found = memchr(base, 0x0A, bytes.count) else { return bytes.count }
        return UnsafeRawPointer(found) - base
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
        let found = bytes.withUnsafeReadableBytes { bytes -> (count: Int, hasCR: Bool)? in
            let looked = UnsafeRawBufferPointer(rebasing: bytes.prefix(limit + 2))
            let count = Self.firstLineEnd(looked)
            return count == looked.count ? nil : (count, count > 0 && looked[count - 1] == 0x0D)
        }
        guard let (count, hasCR) = found else {
            if bytes.readableBytes >= limit + 2 { throw .badRequest }
            return nil
        }
        guard hasCR, let line = bytes.readBytes(length: count - 1) else { throw .badRequest }
        bytes.moveReaderIndex(forwardBy: 2)
        buffer = bytes
        guard !line.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) else { throw .badRequest }
        return line
    }

    /// RFC 9112 §7.1: chunk-size [ chunk-ext ] CRLF; extensions are passed over. White space belongs to an extension
    /// (§7.1.1): after a size alone there is none.
    private mutating func chunkSize() throws(HTTPRefusal) -> Int? {
        guard let line = try line(limit: Self.chunkLineLength) else { return nil }
        let digits = line.prefix { $0.hexadecimalValue != nil }
        guard (1...15).contains(digits.count) else { throw .badRequest }
        let rest = line[digits.endIndex...]
        guard rest.isEmpty || rest.first(where: { $0 != 0x20 && $0 != 0x09 }) == 0x3B else { throw .badRequest }
        return digits.reduce(0) { $0 << 4 | Int($1.hexadecimalValue ?? 0) }
    }
}
