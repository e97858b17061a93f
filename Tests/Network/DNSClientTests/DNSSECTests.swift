import Bytes
import DNSClient
import Testing

/// A zone `example.org` that was signed with ECDSA P-256 (RFC 6605), valid from 2020 to 2080.
@Suite struct DNSSECTests {
    private static let anchor =
        "example.org. IN DS 9685 13 2 3c3ae730702f364d030e9d733e43892d64b8bb59d573447061608a70050fde5b"
    private static let key = "Lr/3lpJlbJ8AObllpcwoytVc34z5BCWt8dQePrcH/RpAPkQVcPYOIr9fOAI5/U8t7hwnMWNWXgVxOe5IJBr+JQ=="
    private static let keySignature =
        "sRKHTvydqjV3N9TpfpiaC2ud3bGDZJaYEAhObQ+MW7hVxGOKnsA/MPw4Lbwu2iN7vNt7IHpR+RkVDroLqGU3rQ=="
    private static let serviceSignature =
        "o/zPHcrupYEi2Azgd1CKcsBIRMa3hZ95ikiyc1lHiOnNDx+NDGwtJxT8ScKuaZNF15BecNQbPBiWLFqNwkmN8Q=="

    /// RFC 4034 §3.1.
    private static func signature(_ type: UInt16, labels: UInt8, _ base64: String) throws -> NameServer.Record {
        let bytes = try #require(Base64.decode(base64.utf8))
        let times = be(UInt32(3_600)) + be(UInt32(3_471_292_800)) + be(UInt32(1_577_836_800))
        return .init(
            type: 46, data: be(type) + [13, labels] + times + be(UInt16(9_685)) + (try wire("example.org")) + bytes)
    }

    private static func zone(port: UInt16) throws -> [String: [NameServer.Record]] {
        [
            // RFC 4034 §2.1: DNSKEY, a key-signing key.
            "example.org.": [
                .init(type: 48, data: [1, 1, 3, 13] + (try #require(Base64.decode(key.utf8)))),
                try signature(48, labels: 2, keySignature),
            ],
            "_caldavs._tcp.example.org.": [
                .init(type: 33, data: [0, 0, 0, 1] + be(port) + (try wire("dav.example.org"))),
                try signature(33, labels: 4, serviceSignature),
            ],
        ]
    }

    private static func lookup(_ server: NameServer, anchors: [String]) throws -> DNSAnswer {
        let resolver = try Resolver(
            ResolverConfiguration(
                forwarders: [server.forwarder], timeout: .seconds(20), trustAnchorFiles: [], trustAnchors: anchors))
        return try resolver.lookup(DomainName("_caldavs._tcp.example.org"), .srv)
    }

    @Test("an answer that is signed up to the trust anchor is secure")
    func secure() throws {
        let server = try NameServer(Self.zone(port: 443))
        defer { server.stop() }
        let answer = try Self.lookup(server, anchors: [Self.anchor])
        #expect(answer.security == .secure)
        #expect(answer.records.map(\.description) == ["0 1 443 dav.example.org."])
    }

    @Test("an answer that was altered after it was signed is an error that says so")
    func bogus() throws {
        let server = try NameServer(Self.zone(port: 444))
        defer { server.stop() }
        #expect {
            try Self.lookup(server, anchors: [Self.anchor])
        } throws: { error in
            guard case ResolverError.bogus(name: "_caldavs._tcp.example.org.", reason: let reason) = error else {
                return false
            }
            return !reason.isEmpty
        }
    }

    @Test("without a trust anchor nothing is checked, and the answer says so")
    func unchecked() throws {
        let server = try NameServer(Self.zone(port: 444))
        defer { server.stop() }
        #expect(try Self.lookup(server, anchors: []).security == .unchecked)
    }
}
