import Testing

@testable import Cryptography

@Suite("CMS signed data (RFC 5652)")
struct SignedMessageTests {
    private static func pair() throws -> SelfSignedCertificate {
        try SelfSignedCertificate.make(
            hostNames: ["mail.example.org"], ipAddresses: [], validDays: 30, serial: [1, 2, 3, 4], now: 1_767_323_045_000)
    }

    @Test("§5.1: it is a sequence in DER that names signed data, and has the content and the certificate in it")
    func made() throws {
        let pair = try Self.pair()
        let content = [UInt8]("<plist/>".utf8)
        let message = try SignedMessage.make(content, chainPEM: pair.certificatePEM, keyPEM: pair.keyPEM)
        #expect(message.first == 0x30)
        // 1.2.840.113549.1.7.2
        let signedData: [UInt8] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02]
        for part in [signedData, content, [UInt8]("mail.example.org".utf8)] {
            #expect(message.indices.contains { message[$0...].starts(with: part) })
        }
    }

    @Test("with another's key, and with what is no certificate or no key, it is an error")
    func refused() throws {
        let (one, other) = (try Self.pair(), try Self.pair())
        let content = [UInt8]("x".utf8)
        #expect(throws: CryptographyError.self) {
            try SignedMessage.make(content, chainPEM: one.certificatePEM, keyPEM: other.keyPEM)
        }
        #expect(throws: CryptographyError.self) { try SignedMessage.make(content, chainPEM: [], keyPEM: one.keyPEM) }
        #expect(throws: CryptographyError.self) { try SignedMessage.make(content, chainPEM: one.certificatePEM, keyPEM: []) }
    }
}
