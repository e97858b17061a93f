import Glibc
import NIOPosix

/// A client that says exactly the bytes it is told to, over a blocking socket. It blocks a thread of its own pool and
/// none of the tasks', which the server's own tasks need.
///
/// Guard of its variables: a test makes one call at a time.
final class TestClient: @unchecked Sendable {
    private static let threads = {
        let pool = NIOThreadPool(numberOfThreads: 8)
        pool.start()
        return pool
    }()

    private func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await Self.threads.runIfActive(body)
    }

    struct Failed: Error {
        var reason: String
    }

    struct Response: Sendable {
        var status: Int
        var fields: [(name: String, value: String)]
        var body: [UInt8]

        subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    private let socket: CInt
    private var buffer: [UInt8] = []

    init(port: Int, receiveBuffer: Int? = nil) throws {
        socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var one: CInt = 1
        setsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<CInt>.size))
        if let receiveBuffer {
            var size = CInt(receiveBuffer)
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        }
        // A test that waits for what never comes fails instead of hanging.
        var time = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if result != 0 { throw Failed(reason: "connect: \(errno)") }
    }

    deinit { close() }

    private var isClosed = false

    func close() {
        if !isClosed { Glibc.close(socket) }
        isClosed = true
    }

    /// `\n` stands for CRLF.
    func send(_ text: String) async throws { try await send(Array(text.replacing("\n", with: "\r\n").utf8)) }

    func send(_ bytes: [UInt8]) async throws { try await blocking { try self.sendAll(bytes) } }

    private func sendAll(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                Glibc.send(socket, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, CInt(MSG_NOSIGNAL))
            }
            if count <= 0 { throw Failed(reason: "send: \(errno)") }
            sent += count
        }
    }

    /// Reads more; false at the end of the connection, orderly or not.
    @discardableResult
    func receive() async throws -> Bool { try await blocking { try self.receiveMore() } }

    private func receiveMore() throws -> Bool {
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(socket, &piece, piece.count, 0)
        if count < 0 {
            if errno == ECONNRESET { return false }
            throw Failed(reason: "receive: \(errno)")
        }
        buffer.append(contentsOf: piece[..<count])
        return count > 0
    }

    /// Whether the server has closed, and sent nothing more.
    func isAtEnd() async throws -> Bool { try await blocking { try self.buffer.isEmpty && !self.receiveMore() } }

    /// All until the server closes.
    func rest() async throws -> [UInt8] { try await blocking { try self.takeRest() } }

    private func takeRest() throws -> [UInt8] {
        while try receiveMore() {}
        defer { buffer = [] }
        return buffer
    }

    func response(toHead isHead: Bool = false) async throws -> Response {
        try await blocking { try self.takeResponse(toHead: isHead) }
    }

    private func takeResponse(toHead isHead: Bool) throws -> Response {
        let head = String(decoding: try take(through: [13, 10, 13, 10]), as: UTF8.self)
        let lines = head.split(separator: "\r\n")
        guard let first = lines.first, first.hasPrefix("HTTP/1.1 "), let status = Int(first.dropFirst(9).prefix(3))
        else {
            throw Failed(reason: "status line: \(head)")
        }
        let fields = lines.dropFirst().map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (name: line[..<colon].lowercased(), value: String(line[colon...].dropFirst(2)))
        }
        var response = Response(status: status, fields: fields, body: [])
        if isHead || status < 200 || status == 204 || status == 304 { return response }
        if response["transfer-encoding"] == "chunked" {
            while true {
                let line = String(decoding: try take(through: [13, 10]).dropLast(2), as: UTF8.self)
                guard let size = Int(line, radix: 16) else { throw Failed(reason: "chunk size: \(line)") }
                response.body += try take(size)
                guard try take(2) == [13, 10] else { throw Failed(reason: "chunk end") }
                if size == 0 { return response }
            }
        }
        if let length = response["content-length"].flatMap({ Int($0) }) {
            response.body = try take(length)
        } else {
            response.body = try takeRest()
        }
        return response
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            if try !receiveMore() { throw Failed(reason: "closed after \(buffer.count) of \(count)") }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    private func take(through end: [UInt8]) throws -> [UInt8] {
        var start = 0
        while true {
            if let found = buffer[start...].firstRange(of: end) { return try take(found.upperBound) }
            start = max(0, buffer.count - end.count)
            if try !receiveMore() {
                throw Failed(reason: "closed: \(String(decoding: buffer.prefix(200), as: UTF8.self))")
            }
        }
    }
}
