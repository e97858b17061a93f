import Bytes
import COpenSSL

/// A server's certificate that nobody vouches for, so that there is TLS from the first start.
package struct SelfSignedCertificate: Sendable {
    /// The certificate.
    package let certificatePEM: [UInt8]
    /// The private key, PKCS #8, not encrypted.
    package let keyPEM: [UInt8]

    /// A certificate could not be made.
    package enum Refusal: Error, Equatable, Sendable {
        /// Neither a name nor an address was given.
        case noNames
        /// Not a host's name in ASCII (internationalised ones: `xn--...`).
        case invalidHostName(String)
        case invalidAddress(String)
        /// `validDays` or `serial` is out of range.
        case invalidParameter
    }

    /// A P-256 key and its certificate for all of `hostNames` and `ipAddresses`, valid from an hour before `now`
    /// (milliseconds since 1970) for `validDays`.
    ///
    /// The key's randomness is libcrypto's own. `serial` is to be 16 random bytes (RFC 5280 §4.1.2.2: unique,
    /// positive, at most 20). Apple's systems take no certificate that is valid for more than 825 days.
    package static func make(
        hostNames: [String], ipAddresses: [String], validDays: Int, serial: [UInt8], now: Int64
    ) throws -> SelfSignedCertificate {
        let names = try alternativeNames(hostNames, ipAddresses)
        guard 1...36_500 ~= validDays, 1...20 ~= serial.count, serial.contains(where: { $0 != 0 }) else {
            throw Refusal.invalidParameter
        }
        guard let key = tegu_p256_generate() else { throw CryptographyError("Making a P-256 key") }
        defer { EVP_PKEY_free(key) }
        guard let certificate = X509_new() else { throw CryptographyError("Making a certificate") }
        defer { X509_free(certificate) }

        let start = now / 1000 - 3600
        var isMade = X509_set_version(certificate, 2) == 1  // RFC 5280 §4.1.2.1: 2 is version 3.
            && setSerial(certificate, serial)
            && ASN1_TIME_set(X509_getm_notBefore(certificate), time_t(start)) != nil
            && ASN1_TIME_set(X509_getm_notAfter(certificate), time_t(start) + time_t(validDays) * 86_400) != nil
            && X509_set_pubkey(certificate, key) == 1
            && setSubject(certificate, hostNames.first ?? ipAddresses.first ?? "")
        let extensions: [(Int32, String)] = [
            (NID_subject_alt_name, names),
            (NID_basic_constraints, "critical,CA:FALSE"),
            (NID_key_usage, "critical,digitalSignature"),
            (NID_ext_key_usage, "serverAuth"),
            (NID_subject_key_identifier, "hash"),
            (NID_authority_key_identifier, "keyid"),
        ]
        for (nid, value) in extensions { isMade = isMade && tegu_x509_add_extension(certificate, nid, value) == 1 }
        guard isMade, X509_sign(certificate, key, EVP_sha256()) > 0 else {
            throw CryptographyError("Making a certificate")
        }
        return SelfSignedCertificate(
            certificatePEM: try PEM.write { PEM_write_bio_X509($0, certificate) },
            keyPEM: try PEM.write { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) })
    }

    /// The value of subjectAltName in openssl's words, in which a comma would begin another name: hence the checks.
    private static func alternativeNames(_ hostNames: [String], _ ipAddresses: [String]) throws(Refusal) -> String {
        var names: [String] = []
        for name in hostNames {
            guard isHostName(name) else { throw .invalidHostName(name) }
            names.append("DNS:\(name)")
        }
        for address in ipAddresses {
            guard isAddress(address) else { throw .invalidAddress(address) }
            names.append("IP:\(address)")
        }
        guard !names.isEmpty else { throw .noNames }
        return names.joined(separator: ",")
    }

    private static func isHostName(_ name: String) -> Bool {
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return name.utf8.count <= 253 && labels.enumerated().allSatisfy { index, label in
            if index == 0 && labels.count > 1 && label.elementsEqual("*".utf8) { return true }
            return 1...63 ~= label.count && label.allSatisfy {
                $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
        }
    }

    private static func isAddress(_ text: String) -> Bool {
        let isPlain = text.utf8.allSatisfy {
            $0.hexadecimalValue != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
        }
        guard isPlain, let address = a2i_IPADDRESS(text) else { return false }
        ASN1_OCTET_STRING_free(address)
        return true
    }

    private static func setSerial(_ certificate: OpaquePointer, _ serial: [UInt8]) -> Bool {
        var bytes = serial
        bytes[0] &= 0x7F  // positive, and no longer than it was
        guard let number = BN_bin2bn(bytes, Int32(bytes.count), nil) else { return false }
        defer { BN_free(number) }
        return BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil
    }

    private static func setSubject(_ certificate: OpaquePointer, _ commonName: String) -> Bool {
        guard let subject = X509_get_subject_name(certificate) else { return false }
        // RFC 5280 appendix A: at most 64 characters. What counts is subjectAltName.
        let name = Array((commonName.utf8.count <= 64 ? commonName : "Tegu").utf8)
        return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, name, Int32(name.count), -1, 0) == 1
            && X509_set_issuer_name(certificate, subject) == 1
    }
}
