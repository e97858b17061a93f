import Bytes
import Glibc

/// Why bytes or a request are refused before the responder sees them; each has a status.
enum HTTPRefusal: Error, Equatable {
    case badRequest
    case timedOut
    case bodyTooLong
    case targetTooLong
    case unsupportedCoding
    case expectationFailed
    case headTooLong
    case notImplemented
    case overloaded
    case versionNotSupported
    case storageFull
    case failed

    var status: Int {
        switch self {
        case .badRequest: 400
        case .timedOut: 408
        case .bodyTooLong: 413
        case .targetTooLong: 414
        case .unsupportedCoding: 415
        case .expectationFailed: 417
        case .headTooLong: 431
        case .failed: 500
        case .notImplemented: 501
        case .overloaded: 503
        case .versionNotSupported: 505
        case .storageFull: 507
        }
    }
}

/// How long a body is, as its head says.
enum BodyLength: Equatable {
    case none
    case known(Int)
    /// Chunked, or an HTTP/2 stream without a Content-Length.
    case unknown
}

/// The head of an HTTP/1 request, and what of it the connection needs to know.
struct HTTP1Head {
    var method: String
    var target: String
    var fields: HTTPFields
    var bodyLength: BodyLength
    /// 0 or 1.
    var minorVersion: UInt8
    var keepsAlive: Bool

    /// Parses the bytes of a head, the empty line at its end left out: lines that each end in CRLF.
    ///
    /// Strict where two readers of the same bytes could disagree (RFC 9112 §11.2): a bare CR or LF, folded lines, white
    /// space before a colon, more than one length.
    static func parse(_ bytes: UnsafeRawBufferPointer, maximumFields: Int) throws(HTTPRefusal) -> HTTP1Head {
        var lines = Lines(bytes)
        guard let requestLine = lines.next() else { throw .badRequest }
        var head = try parse(requestLine: requestLine)
        var framing = Framing()
        var list: [(name: String, value: String)] = []
        list.reserveCapacity(12)
        while let line = lines.next() {
            guard list.count < maximumFields else { throw .headTooLong }
            let (name, value) = try split(line)
            framing.note(name, value)
            list.append((string(name), string(value)))
        }
        if !lines.isAtEnd { throw .badRequest }
        head.fields = HTTPFields(list)
        try framing.check(minorVersion: head.minorVersion)
        head.bodyLength = framing.length
        // RFC 9112 §9.3
        head.keepsAlive = !framing.saysClose && (head.minorVersion > 0 || framing.saysKeepAlive)
        return head
    }

    /// RFC 9112 §3: method SP request-target SP HTTP-version.
    private static func parse(requestLine line: UnsafeRawBufferPointer) throws(HTTPRefusal) -> HTTP1Head {
        guard let first = line.firstIndex(of: 0x20), first > 0, let last = line.lastIndex(of: 0x20), last > first + 1
        else { throw .badRequest }
        let method = line[..<first]
        let target = line[(first + 1)..<last]
        guard method.allSatisfy(\.isTokenByte), target.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw .badRequest
        }
        let version = line[(last + 1)...]
        guard version.count == 8, version.starts(with: "HTTP/".utf8), version[last + 7] == 0x2E,
            version[last + 6].isASCIIDigit, version[last + 8].isASCIIDigit
        else { throw .badRequest }
        guard version[last + 6] == 0x31 else { throw .versionNotSupported }
        let isPath = target.first == 0x2F || (target.count == 1 && target.first == 0x2A)
        guard isPath || target.contains(0x3A) else { throw .badRequest }
        return HTTP1Head(
            method: string(method), target: string(target), fields: HTTPFields(), bodyLength: .none,
            minorVersion: version[last + 8] == 0x30 ? 0 : 1, keepsAlive: false)
    }

    /// RFC 9112 §5: field-name ":" OWS field-value OWS.
    private static func split(
        _ line: UnsafeRawBufferPointer
    ) throws(HTTPRefusal) -> (name: Slice<UnsafeRawBufferPointer>, value: Slice<UnsafeRawBufferPointer>) {
        guard let colon = line.firstIndex(of: 0x3A), colon > 0, line[..<colon].allSatisfy(\.isTokenByte) else {
            throw .badRequest
        }
        var value = line[(colon + 1)...]
        while let byte = value.first, byte == 0x20 || byte == 0x09 { value.removeFirst() }
        while let byte = value.last, byte == 0x20 || byte == 0x09 { value.removeLast() }
        guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { throw .badRequest }
        return (line[..<colon], value)
    }

    /// RFC 9112 §7.1.2: a trailer section consists of field lines. What is none may be the start of another request to
    /// somebody else who reads these bytes.
    static func check(trailer line: [UInt8]) throws(HTTPRefusal) {
        let isField = line.withUnsafeBytes { bytes in (try? split(bytes)) != nil }
        guard isField else { throw .badRequest }
    }

    private static func string(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        String(decoding: UnsafeRawBufferPointer(rebasing: bytes), as: UTF8.self)
    }

    /// The lines of a head, each without its CRLF. Ends early at a line that has another end, or a CR within.
    private struct Lines {
        private let bytes: UnsafeRawBufferPointer
        private var position = 0

        init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

        var isAtEnd: Bool { position == bytes.count }

        mutating func next() -> UnsafeRawBufferPointer? {
            guard let base = bytes.baseAddress, position < bytes.count,
                let found = memchr(base + position, 0x0A, bytes.count - position)
            else { return nil }
            let end = UnsafeRawPointer(found) - base
            guard end > position, bytes[end - 1] == 0x0D else { return nil }
            let line = UnsafeRawBufferPointer(rebasing: bytes[position..<(end - 1)])
            if let base = line.baseAddress, memchr(base, 0x0D, line.count) != nil { return nil }
            position = end + 1
            return line
        }
    }

    /// What the fields say of the message's length and the connection.
    private struct Framing {
        var length = BodyLength.none
        var saysClose = false
        var saysKeepAlive = false
        private var hosts = 0
        private var hasTransferEncoding = false
        private var hasContentLength = false
        private var refusal: HTTPRefusal?

        mutating func note(_ name: Slice<UnsafeRawBufferPointer>, _ value: Slice<UnsafeRawBufferPointer>) {
            switch name.count {
            case 4 where name.equalsIgnoringASCIICase("host"):
                hosts += 1
            case 10 where name.equalsIgnoringASCIICase("connection"):
                for token in value.split(separator: 0x2C) {
                    let token = token.trimmingASCIIWhitespace
                    if token.equalsIgnoringASCIICase("close") { saysClose = true }
                    if token.equalsIgnoringASCIICase("keep-alive") { saysKeepAlive = true }
                }
            case 14 where name.equalsIgnoringASCIICase("content-length"):
                // RFC 9112 §6.3 (5): more than one value is an error here even where they are the same.
                guard !hasContentLength, let count = value.decimalValue else {
                    refusal = .badRequest
                    return
                }
                hasContentLength = true
                length = .known(count)
            case 17 where name.equalsIgnoringASCIICase("transfer-encoding"):
                guard !hasTransferEncoding else {
                    refusal = .badRequest
                    return
                }
                hasTransferEncoding = true
                if !value.equalsIgnoringASCIICase("chunked") {
                    // RFC 9112 §6.1: a coding that is not understood is 501; chunked that is not the last is 400.
                    let last = value.split(separator: 0x2C).last?.trimmingASCIIWhitespace
                    let endsInChunked = last?.equalsIgnoringASCIICase("chunked") ?? false
                    refusal = endsInChunked ? .notImplemented : .badRequest
                }
            default:
                break
            }
        }

        mutating func check(minorVersion: UInt8) throws(HTTPRefusal) {
            if let refusal { throw refusal }
            if hasTransferEncoding {
                // RFC 9112 §6.1: both lengths, or chunked in HTTP/1.0, are signs of request smuggling.
                if hasContentLength || minorVersion == 0 { throw .badRequest }
                length = .unknown
            }
            // RFC 9112 §3.2
            if hosts > 1 || (hosts == 0 && minorVersion > 0) { throw .badRequest }
            if length == .known(0) { length = .none }
        }
    }
}

extension UInt8 {
    /// RFC 9110 §5.6.2: tchar.
    var isTokenByte: Bool {
        if isASCIILetter || isASCIIDigit { return true }
        switch self {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: return true
        default: return false
        }
    }
}
