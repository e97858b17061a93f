import Bytes
import Cryptography
import Testing

@testable import DirectoryLDAP

@Suite("What is wrong with a server's certificate")
struct CertificateFaultTests {
    /// 2026-01-02 03:04:05 UTC.
    private static let now: Int64 = 1_767_323_045_000
    private static let day: Int64 = 86_400_000

    private func text(_ url: String, after days: Int64) throws -> String {
        let made = try SelfSignedCertificate.make(
            hostNames: ["dc1.corp.test"], ipAddresses: ["192.0.2.1"], validDays: 10, serial: [1], now: Self.now)
        let base64 = String(decoding: made.certificatePEM, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("-") }.joined()
        return CertificateFault.text(
            try #require(Base64.decode(Array(base64.utf8))), of: try #require(LDAPServerURL(url)), caFile: "/ca.pem",
            now: Self.now + days * Self.day)
    }

    @Test("each fault is told by itself, with what to do")
    func faults() throws {
        #expect(try text("ldaps://dc1.corp.test", after: 20) == "its certificate has expired: it was valid until 2026-01-12")
        #expect(try text("ldaps://dc1.corp.test", after: -20).hasPrefix("its certificate is valid from 2026-01-02 on only"))
        #expect(
            try text("ldaps://10.0.0.1", after: 1)
                == "its certificate is not for 10.0.0.1, but for dc1.corp.test, 192.0.2.1: name the server so in `servers`")
        #expect(try text("ldaps://dc1.corp.test", after: 1).hasPrefix("its certificate is signed by itself, which /ca.pem does not have"))
    }

    @Test("what is no certificate is told", arguments: [[], [0x30, 0x80], [UInt8](repeating: 0xFF, count: 10_000)] as [[UInt8]])
    func none(_ bytes: [UInt8]) throws {
        let server = try #require(LDAPServerURL("ldap://a"))
        #expect(CertificateFault.text(bytes, of: server, caFile: "/x", now: 0) == "it shows no certificate that can be read")
    }
}
