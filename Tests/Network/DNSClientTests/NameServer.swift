import Bytes
import DNSClient
import Glibc
import Synchronization

/// A name server on a loopback port, which answers from a table, for tests of the resolver.
final class NameServer: Sendable {
    struct Record {
        var type: UInt16
        var data: [UInt8]
    }

    /// What is answered for names that are not in the table, and for those that are.
    enum Behaviour: Sendable {
        case answers
        case refuses
        case isSilent
    }

    private let socket: Int32
    let port: UInt16
    private let table: Mutex<[String: [Record]]>
    private let behaviour: Behaviour
    /// Questions that came, as `name type`.
    private let asked = Mutex<[String]>([])

    var questions: [String] { asked.withLock { $0 } }
    var forwarder: String { "127.0.0.1@\(port)" }

    /// `table` by names in lower case with the last dot.
    init(_ table: sending [String: [Record]], _ behaviour: Behaviour = .answers) throws {
        self.table = Mutex(table)
        self.behaviour = behaviour
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) | getsockname(descriptor, address, &length)
            }
        }
        guard descriptor >= 0, code == 0 else { throw ResolverError.unavailable("the test's name server has no port") }
        socket = descriptor
        port = UInt16(bigEndian: address.sin_port)
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<NameServer>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    /// Ends the thread: a datagram of no bytes is the word for it.
    func stop() {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(socket, nil, 0, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private func run() {
        defer { close(socket) }
        var packet = [UInt8](repeating: 0, count: 4_096)
        while true {
            var peer = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let count = withUnsafeMutablePointer(to: &peer) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    recvfrom(socket, &packet, packet.count, 0, $0, &length)
                }
            }
            guard count > 0 else { return }
            guard let reply = answer(to: Array(packet[..<count])) else { continue }
            _ = withUnsafePointer(to: &peer) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    sendto(socket, reply, reply.count, 0, $0, length)
                }
            }
        }
    }

    private func answer(to query: [UInt8]) -> [UInt8]? {
        guard query.count > 16 else { return nil }
        var name = ""
        var index = 12
        while index < query.count, query[index] != 0 {
            let label = query[(index + 1)...].prefix(Int(query[index]))
            name += String(utf8: label).lowercased() + "."
            index += 1 + Int(query[index])
        }
        guard index + 5 <= query.count else { return nil }
        let type = UInt16(query[index + 1]) << 8 | UInt16(query[index + 2])
        asked.withLock { $0.append("\(name) \(type)") }
        if behaviour == .isSilent { return nil }
        let records = table.withLock { $0[name] }
        // A signature (RRSIG, 46) goes with what it signs: its first two bytes.
        let found = (records ?? []).filter {
            $0.type == type || $0.type == 46 && $0.data.starts(with: [UInt8(type >> 8), UInt8(type & 0xFF)])
        }
        let code: UInt8 = behaviour == .refuses ? 5 : records == nil ? 3 : 0
        var reply: [UInt8] = [query[0], query[1], 0x81, 0x80 | code, 0, 1, 0, UInt8(found.count), 0, 0, 0, 0]
        reply += query[12..<(index + 5)]
        for record in found {
            reply +=
                [0xC0, 12] + be(record.type) + [0, 1, 0, 0, 0x0E, 0x10] + be(UInt16(record.data.count)) + record.data
        }
        return reply
    }
}

func be(_ word: UInt16) -> [UInt8] { [UInt8(word >> 8), UInt8(word & 0xFF)] }
func be(_ word: UInt32) -> [UInt8] { be(UInt16(word >> 16)) + be(UInt16(word & 0xFFFF)) }

/// A name on the wire, without compression.
func wire(_ name: String) throws -> [UInt8] {
    try DomainName(name).labels.flatMap { [UInt8($0.count)] + $0 } + [0]
}
