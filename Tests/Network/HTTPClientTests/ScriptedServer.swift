import Glibc
import Synchronization

/// A server on the loopback address that answers each connection with bytes of a test's choice, and remembers what it
/// was asked.
final class ScriptedServer: Sendable {
    /// What is sent for a request; nil: nothing, while the connection stays open.
    typealias Answer = @Sendable (_ request: String) -> [UInt8]?

    let port: Int
    private let listener: Int32
    private let seen = Mutex<[String]>([])
    private let held = Mutex<[Int32]>([])

    init(_ answer: @escaping Answer) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) + listen(listener, 16) + getsockname(listener, $0, &length)
            }
        }
        precondition(bound == 0)
        port = Int(UInt16(bigEndian: address.sin_port))
        let thread = ServerThread { [listener, self] in
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0 {
                    // Closed only here: before, another server might get the number while this thread waits on it.
                    close(listener)
                    return
                }
                self.serve(connection, answer)
            }
        }
        thread.start()
    }

    /// The heads of all requests so far.
    var requests: [String] { seen.withLock { $0 } }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in held.withLock({ $0 }) { close(connection) }
    }

    private func serve(_ connection: Int32, _ answer: Answer) {
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8), recv(connection, &byte, 1, 0) == 1 { head.append(byte) }
        let request = String(decoding: head, as: UTF8.self)
        seen.withLock { $0.append(request) }
        guard let bytes = answer(request) else { return held.withLock { $0.append(connection) } }
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if sent <= 0 { break }
            rest = rest.dropFirst(sent)
        }
        close(connection)
    }
}

/// A thread of its own: what blocks has no place on the threads of tests.
private struct ServerThread {
    let body: @Sendable () -> Void

    func start() {
        let context = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        pthread_create(&thread, nil, { raw in
            guard let raw else { return nil }
            Unmanaged<Box>.fromOpaque(raw).takeRetainedValue().body()
            return nil
        }, context.toOpaque())
        pthread_detach(thread)
    }

    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}

/// An answer's bytes.
func answer(_ status: String = "200 OK", _ headers: [String] = [], _ body: [UInt8] = []) -> [UInt8] {
    let head = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)", "Connection: close"] + headers
    return Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
}
