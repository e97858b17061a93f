import Bytes
import DNSClient
import Testing

@Suite struct RecordDataTests {
    private static func examples() throws -> [(DNSRecordType, [UInt8], String)] {
        [
            (.a, [192, 0, 2, 1], "192.0.2.1"),
            (.aaaa, [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1], "2001:db8::1"),
            (.cname, try wire("dav.example.org"), "dav.example.org."),
            (.mx, [0, 10] + (try wire("mail.example.org")), "10 mail.example.org."),
            (.srv, [0, 0, 0, 1, 1, 0xBB] + (try wire("dav.example.org")), "0 1 443 dav.example.org."),
            (.srv, [0, 0, 0, 0, 0, 0, 0], "0 0 0 ."),
            (.txt, [6] + Array("path=/".utf8), #""path=/""#),
            (.txt, [0], #""""#),
            (.txt, [3, 0x61, 0x22, 0x5C, 2, 0x0A, 0xFF], #""a\"\\" "\010\255""#),
        ]
    }

    @Test("record data are read and shown as in a zone file")
    func reads() throws {
        for (type, data, text) in try Self.examples() {
            #expect(try DNSRecordData(type, data).description == text)
        }
    }

    @Test("data that end early are refused, wherever they end")
    func refusesPrefixes() throws {
        for (type, data, text) in try Self.examples() {
            for count in 0..<data.count {
                // Every prefix of a TXT record that ends with one of its strings is a TXT record.
                if type == .txt && count == 4 && data.count == 7 { continue }
                #expect(throws: ParseError.self, "\(text), \(count) bytes") {
                    try DNSRecordData(type, Array(data[..<count]))
                }
            }
        }
    }

    @Test("bytes after the data are refused")
    func refusesRest() throws {
        for (type, data, text) in try Self.examples() {
            #expect(throws: ParseError.self, "\(text)") { try DNSRecordData(type, data + [200]) }
        }
    }

    @Test("RFC 4034 §2.1: a key is all that follows its algorithm, and not nothing")
    func readsKeys() throws {
        let data: [UInt8] = [1, 1, 3, 13, 0xAA, 0xBB]
        #expect(try DNSRecordData(.dnskey, data).description == "257 3 13 qrs=")
        for count in 0..<5 {
            #expect(throws: ParseError.self) { try DNSRecordData(.dnskey, Array(data[..<count])) }
        }
    }

    @Test("RFC 1035 §4.1.4: a compressed name inside record data is refused, it could point anywhere")
    func refusesPointers() {
        #expect(throws: ParseError.self) { try DNSRecordData(.cname, [0xC0, 0]) }
        #expect(throws: ParseError.self) { try DNSRecordData(.cname, [1, 0x61, 0xC0, 0]) }
        #expect(throws: ParseError.self) { try DNSRecordData(.cname, [0x40, 0x61, 0]) }
    }

    @Test("a name of more than 255 octets is refused")
    func refusesLongNames() {
        let label = [63] + [UInt8](repeating: 0x61, count: 63)
        #expect(throws: ParseError.self) { try DNSRecordData(.cname, label + label + label + label + [0]) }
    }

    @Test("no bytes make the reader trap, and what it takes it shows in printable characters")
    func survivesNoise() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let data = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? UInt8.random(in: 0...8, using: &random) : .random(in: 0...255, using: &random)
            }
            for type in DNSRecordType.allCases {
                guard let record = try? DNSRecordData(type, data) else { continue }
                #expect(record.description.utf8.allSatisfy { 0x20...0x7E ~= $0 }, "\(type) \(data)")
            }
        }
    }
}
