package import Bytes
import COpenSSL
import Glibc

/// What a person wants to know of a certificate: for the log and the console. It is no check of anything.
package struct CertificateInfo: Sendable, Equatable {
    /// RFC 4514, e.g. `CN=dav.example.org`.
    package let subject: String
    package let issuer: String
    /// Host names of subjectAltName, as they stand there.
    package let hostNames: [String]
    /// IP addresses of subjectAltName.
    package let ipAddresses: [String]
    /// Milliseconds since 1970.
    package let notBefore: Int64
    package let notAfter: Int64
    /// SHA-256 of the whole certificate.
    package let fingerprint: [UInt8]

    /// As people compare it: `AB:CD:...`.
    package var fingerprintText: String {
        var text = ""
        for byte in fingerprint {
            if !text.isEmpty { text += ":" }
            text += String(utf8: Hexadecimal.encode([byte]).map(\.asciiUppercased))
        }
        return text
    }

    /// Of the first certificate in `pem`, which is the server's own in a chain.
    package init(pem: [UInt8]) throws(ParseError) {
        let info = PEM.read(pem) { bio -> CertificateInfo? in
            guard let certificate = PEM_read_bio_X509(bio, nil, tegu_no_password, nil) else { return nil }
            defer { X509_free(certificate) }
            return CertificateInfo(certificate)
        }
        guard let info else { throw ParseError(at: 0, expected: "a certificate in PEM") }
        self = info
    }

    /// In DER, as it is shown in a TLS handshake.
    package init(der: [UInt8]) throws(ParseError) {
        let certificate = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            guard !buffer.isEmpty else { return nil }
            var start = buffer.baseAddress
            return d2i_X509(nil, &start, buffer.count)
        }
        guard let certificate else {
            ERR_clear_error()
            throw ParseError(at: 0, expected: "a certificate in DER")
        }
        defer { X509_free(certificate) }
        guard let info = CertificateInfo(certificate) else { throw ParseError(at: 0, expected: "a certificate in DER") }
        self = info
    }

    /// Whether it names a host, or an IP address (RFC 9525 §6): by subjectAltName, and where that has none by the subject.
    package func isFor(_ host: String) -> Bool {
        let host = host.lowercased()
        if ipAddresses.contains(host) { return true }
        let names = hostNames.isEmpty && ipAddresses.isEmpty
            ? subject.split(separator: ",").filter { $0.hasPrefix("CN=") }.map { String($0.dropFirst(3)) } : hostNames
        return names.contains { name in
            let name = name.lowercased()
            // RFC 9525 §6.3: for one label, the leftmost.
            guard name.hasPrefix("*."), let dot = host.firstIndex(of: ".") else { return name == host }
            return host[dot...] == name.dropFirst()
        }
    }

    private init?(_ certificate: OpaquePointer) {
        guard let notBefore = Self.time(X509_get0_notBefore(certificate)),
            let notAfter = Self.time(X509_get0_notAfter(certificate)),
            let digest = Self.digest(certificate)
        else { return nil }
        subject = Self.text(X509_get_subject_name(certificate))
        issuer = Self.text(X509_get_issuer_name(certificate))
        (hostNames, ipAddresses) = Self.alternativeNames(certificate)
        self.notBefore = notBefore
        self.notAfter = notAfter
        fingerprint = digest
    }

    private static func digest(_ certificate: OpaquePointer) -> [UInt8]? {
        var digest = [UInt8](repeating: 0, count: SHA256.size)
        return X509_digest(certificate, EVP_sha256(), &digest, nil) == 1 ? digest : nil
    }

    private static func time(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        var broken = tm()
        guard ASN1_TIME_to_tm(time, &broken) == 1 else { return nil }
        return Int64(timegm(&broken)) * 1000
    }

    private static func text(_ name: OpaquePointer?) -> String {
        guard let name, let bio = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free_all(bio) }
        guard tegu_x509_name_print(bio, name) >= 0 else { return "" }
        let count = BIO_ctrl(bio, BIO_CTRL_PENDING, 0, nil)
        guard 1...65_536 ~= count else { return "" }
        var out = [UInt8](repeating: 0, count: count)
        return BIO_read(bio, &out, Int32(count)) == Int32(count) ? String(utf8: out) : ""
    }

    private static func alternativeNames(_ certificate: OpaquePointer) -> (hosts: [String], addresses: [String]) {
        guard let names = tegu_x509_subject_names(certificate) else { return ([], []) }
        defer { GENERAL_NAMES_free(names) }
        var hosts: [String] = []
        var addresses: [String] = []
        for index in 0..<max(0, tegu_general_names_count(names)) {
            var type: Int32 = 0
            var length: Int32 = 0
            guard let start = tegu_general_names_value(names, index, &type, &length), length >= 0 else { continue }
            let bytes = UnsafeBufferPointer(start: start, count: Int(length))
            if type == GEN_DNS {
                hosts.append(String(utf8: bytes))
            } else if let address = address(bytes) {
                addresses.append(address)
            }
        }
        return (hosts, addresses)
    }

    private static func address(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes.baseAddress, &text, socklen_t(text.count)) != nil else { return nil }
        return String(utf8: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
    }
}
