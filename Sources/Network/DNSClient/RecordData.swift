package import Bytes
import Glibc

/// What one record says.
package enum DNSRecordData: Sendable, Hashable {
    /// An IPv4 address in its usual text form.
    case a(String)
    /// An IPv6 address in the text form of RFC 5952.
    case aaaa(String)
    case cname(DomainName)
    case mx(preference: UInt16, exchange: DomainName)
    /// RFC 2782.
    case srv(priority: UInt16, weight: UInt16, port: UInt16, target: DomainName)
    /// The character-strings of one record, in their order.
    case txt([[UInt8]])
    /// RFC 4034 §2.1.
    case dnskey(flags: UInt16, protocol: UInt8, algorithm: UInt8, key: [UInt8])

    /// Reads the data of a record of `type`; every byte must be part of it.
    package init(_ type: DNSRecordType, _ data: [UInt8]) throws(ParseError) {
        var cursor = RecordDataCursor(data)
        switch type {
        case .a: self = .a(try Self.address(AF_INET, try cursor.bytes(4)))
        case .aaaa: self = .aaaa(try Self.address(AF_INET6, try cursor.bytes(16)))
        case .cname: self = .cname(try DomainName(reading: &cursor))
        case .mx: self = .mx(preference: try cursor.word(), exchange: try DomainName(reading: &cursor))
        case .srv:
            self = .srv(priority: try cursor.word(), weight: try cursor.word(), port: try cursor.word(),
                        target: try DomainName(reading: &cursor))
        case .txt:
            // RFC 1035 §3.3.14: one or more character-strings.
            var strings: [[UInt8]] = []
            repeat {
                let count = Int(try cursor.byte())
                strings.append([UInt8](try cursor.bytes(count)))
            } while !cursor.isAtEnd
            self = .txt(strings)
        case .dnskey:
            self = .dnskey(flags: try cursor.word(), protocol: try cursor.byte(), algorithm: try cursor.byte(),
                           key: [UInt8](try cursor.bytes(max(1, data.count - cursor.offset))))
        }
        guard cursor.isAtEnd else { throw ParseError(at: cursor.offset, expected: "the end of the \(type) record") }
    }

    private static func address(_ family: Int32, _ bytes: ArraySlice<UInt8>) throws(ParseError) -> String {
        let text = bytes.withUnsafeBytes { source in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer -> String? in
                guard let start = buffer.baseAddress,
                    inet_ntop(family, source.baseAddress, start, socklen_t(INET6_ADDRSTRLEN)) != nil
                else { return nil }
                return String(cString: start)
            }
        }
        guard let text else { throw ParseError(at: 0, expected: "an address") }
        return text
    }
}

extension DNSRecordData: CustomStringConvertible {
    /// As it stands in a zone file (RFC 1035 §5.1).
    package var description: String {
        switch self {
        case .a(let address), .aaaa(let address): address
        case .cname(let name): name.description
        case .mx(let preference, let exchange): "\(preference) \(exchange)"
        case .srv(let priority, let weight, let port, let target): "\(priority) \(weight) \(port) \(target)"
        case .txt(let strings): strings.map(Self.quoted).joined(separator: " ")
        case .dnskey(let flags, let `protocol`, let algorithm, let key):
            "\(flags) \(`protocol`) \(algorithm) \(String(utf8: Base64.encode(key)))"
        }
    }

    private static func quoted(_ string: [UInt8]) -> String {
        var out: [UInt8] = [0x22]
        for byte in string {
            switch byte {
            case 0x22, 0x5C:
                out.append(0x5C)
                out.append(byte)
            case 0x20...0x7E:
                out.append(byte)
            default:
                PresentationEscapes.appendDecimal(byte, to: &out)
            }
        }
        out.append(0x22)
        return String(utf8: out)
    }
}

/// Reads the bytes of record data from the front.
struct RecordDataCursor {
    private let data: [UInt8]
    private(set) var offset = 0

    init(_ data: [UInt8]) { self.data = data }

    var isAtEnd: Bool { offset >= data.count }

    mutating func byte() throws(ParseError) -> UInt8 {
        guard offset < data.count else { throw ParseError(at: offset, expected: "another byte") }
        defer { offset += 1 }
        return data[offset]
    }

    mutating func word() throws(ParseError) -> UInt16 {
        UInt16(try byte()) << 8 | UInt16(try byte())
    }

    mutating func bytes(_ count: Int) throws(ParseError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= data.count - offset else {
            throw ParseError(at: offset, expected: "\(count) more bytes")
        }
        defer { offset += count }
        return data[offset..<(offset + count)]
    }
}
