import Bytes
import COpenSSL
import Testing

@testable import Cryptography

@Suite("Self-signed certificates")
struct CertificateTests {
    /// 2026-01-02 03:04:05 UTC.
    static let now: Int64 = 1_767_323_045_000
    static let serial: [UInt8] = [0xFF] + [UInt8](1...15)

    private func make(
        _ hostNames: [String] = ["dav.example.org", "localhost"], _ addresses: [String] = ["192.0.2.1", "2001:db8::1"]
    ) throws -> SelfSignedCertificate {
        try .make(hostNames: hostNames, ipAddresses: addresses, validDays: 800, serial: Self.serial, now: Self.now)
    }

    @Test("names, addresses and times are those that were asked for")
    func info() throws {
        let made = try make()
        let info = try CertificateInfo(pem: made.certificatePEM)
        #expect(info.subject == "CN=dav.example.org")
        #expect(info.issuer == info.subject)
        #expect(info.hostNames == ["dav.example.org", "localhost"])
        #expect(info.ipAddresses == ["192.0.2.1", "2001:db8::1"])
        #expect(info.notBefore == Self.now - 3_600_000)
        #expect(info.notAfter == info.notBefore + 800 * 86_400_000)
        #expect(info.fingerprint.count == 32)
        #expect(info.fingerprintText.utf8.count == 95)
        let first = String(utf8: Hexadecimal.encode(info.fingerprint.prefix(1))).uppercased()
        #expect(info.fingerprintText.hasPrefix(first + ":"))
    }

    @Test("libcrypto takes the certificate for the names in it and for no other, and the key is its key")
    func verification() throws {
        let made = try make()
        let certificate = try #require(PEM.read(made.certificatePEM) { PEM_read_bio_X509($0, nil, nil, nil) })
        defer { X509_free(certificate) }
        let key = try #require(PEM.read(made.keyPEM) { PEM_read_bio_PrivateKey($0, nil, nil, nil) })
        defer { EVP_PKEY_free(key) }
        #expect(X509_check_private_key(certificate, key) == 1)
        #expect(X509_verify(certificate, key) == 1)
        #expect(X509_get_version(certificate) == 2)
        #expect(X509_check_host(certificate, "dav.example.org", 0, 0, nil) == 1)
        #expect(X509_check_host(certificate, "mail.example.org", 0, 0, nil) == 0)
        #expect(X509_check_ip_asc(certificate, "2001:db8::1", 0) == 1)
        #expect(X509_check_ip_asc(certificate, "192.0.2.2", 0) == 0)
        #expect(X509_check_purpose(certificate, X509_PURPOSE_SSL_SERVER, 0) == 1)
        #expect(X509_check_ca(certificate) == 0)
        #expect(EVP_PKEY_get_bits(key) == 256)
        #expect(String(utf8: made.keyPEM).hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        #expect(ASN1_INTEGER_get(X509_get0_serialNumber(certificate)) != 0)
    }

    @Test("the serial number is positive and the one that was given")
    func serialNumber() throws {
        let made = try make()
        let certificate = try #require(PEM.read(made.certificatePEM) { PEM_read_bio_X509($0, nil, nil, nil) })
        defer { X509_free(certificate) }
        let number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nil)
        defer { BN_free(number) }
        var bytes = [UInt8](repeating: 0, count: 16)
        #expect(BN_bn2binpad(number, &bytes, 16) == 16)
        #expect(bytes == [0x7F] + [UInt8](1...15))
        #expect(BN_is_negative(number) == 0)
    }

    @Test("a certificate may have addresses only, or a name longer than a common name can be")
    func unusualNames() throws {
        #expect(try CertificateInfo(pem: make([], ["127.0.0.1"]).certificatePEM).subject == "CN=127.0.0.1")
        let long = String(repeating: "a", count: 60) + ".example.org"
        let info = try CertificateInfo(pem: make([long, "*.example.org"], []).certificatePEM)
        #expect(info.subject == "CN=Tegu")
        #expect(info.hostNames == [long, "*.example.org"])
    }

    @Test("what could become another name or another extension is refused", arguments: [
        "evil.org,DNS:victim.org", "", "a..b", "имя.рф", "a b", "x\n", "*", "a.*.org",
        String(repeating: "a.", count: 130) + "a", String(repeating: "a", count: 64),
    ])
    func invalidHostNames(_ name: String) {
        #expect(throws: SelfSignedCertificate.Refusal.invalidHostName(name)) { try make([name], []) }
    }

    @Test("what is no address is refused", arguments: [
        "", "1.2.3", "192.0.2.1,DNS:x", "::g", "192.0.2.1/24", "fe80::1%eth0",
    ])
    func invalidAddresses(_ address: String) {
        #expect(throws: SelfSignedCertificate.Refusal.invalidAddress(address)) { try make([], [address]) }
    }

    @Test("a certificate for nothing, of no time or without a number is refused")
    func invalidParameters() {
        #expect(throws: SelfSignedCertificate.Refusal.noNames) { try make([], []) }
        #expect(throws: SelfSignedCertificate.Refusal.invalidParameter) {
            try SelfSignedCertificate.make(
                hostNames: ["a"], ipAddresses: [], validDays: 0, serial: Self.serial, now: Self.now)
        }
        #expect(throws: SelfSignedCertificate.Refusal.invalidParameter) {
            try SelfSignedCertificate.make(
                hostNames: ["a"], ipAddresses: [], validDays: 1, serial: [0, 0], now: Self.now)
        }
    }

    @Test("two certificates have two keys")
    func freshKeys() throws {
        #expect(try make().keyPEM != make().keyPEM)
    }

    @Test("what is no certificate in PEM is none, and is not asked a password for")
    func garbage() throws {
        let made = try make()
        for bytes in [[], Array("hello".utf8), made.keyPEM, Array(made.certificatePEM.prefix(200))] {
            #expect(throws: ParseError.self) { try CertificateInfo(pem: bytes) }
        }
        let encrypted = "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
            + "00112233445566778899AABBCCDDEEFF\n\nAAAAAAAAAAAAAAAAAAAAAA==\n-----END CERTIFICATE-----\n"
        #expect(throws: ParseError.self) { try CertificateInfo(pem: Array(encrypted.utf8)) }
        #expect(ERR_peek_error() == 0)
    }

    @Test("of a chain the first certificate is described")
    func chain() throws {
        let first = try make(["first.example.org"], [])
        let second = try make(["second.example.org"], [])
        let info = try CertificateInfo(pem: first.certificatePEM + second.certificatePEM)
        #expect(info.hostNames == ["first.example.org"])
    }

    @Test("the form of the wire is read as well, and what is none of it is none")
    func binary() throws {
        let made = try make()
        let text = String(utf8: made.certificatePEM).split(separator: "\n").filter { !$0.hasPrefix("-") }.joined()
        let der = try #require(Base64.decode(Array(text.utf8)))
        #expect(try CertificateInfo(der: der) == CertificateInfo(pem: made.certificatePEM))
        for bytes in [[], [0x30], Array(der.dropLast(40)), Array("hello".utf8)] {
            #expect(throws: ParseError.self) { try CertificateInfo(der: bytes) }
        }
        #expect(ERR_peek_error() == 0)
    }

    @Test("whom it is for: names in any case, one label by a wildcard, addresses", arguments: [
        ("dav.example.org", true), ("DAV.Example.org", true), ("example.org", false), ("x.dav.example.org", false),
        ("mail.example.net", true), ("a.mail.example.net", false), ("example.net", false), ("192.0.2.1", true), ("192.0.2.2", false),
        ("2001:db8::1", true),
    ])
    func hosts(_ host: String, _ expected: Bool) throws {
        let info = try CertificateInfo(pem: make(["dav.example.org", "*.example.net"], ["192.0.2.1", "2001:db8::1"]).certificatePEM)
        #expect(info.isFor(host) == expected)
    }
}
