import COpenSSL

/// CMS signed data (RFC 5652 §5) with its content inside, in DER.
package enum SignedMessage {
    /// - Parameters:
    ///   - chainPEM: the signer's certificate, and those above it, which are put in.
    ///   - keyPEM: the certificate's private key, not encrypted.
    package static func make(
        _ content: [UInt8], chainPEM: [UInt8], keyPEM: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        let key = PEM.read(keyPEM) { PEM_read_bio_PrivateKey($0, nil, tegu_no_password, nil) }
        guard let key else { throw CryptographyError("Reading a private key in PEM") }
        defer { EVP_PKEY_free(key) }
        guard let out = BIO_new(BIO_s_mem()) else { throw CryptographyError("Signing") }
        defer { BIO_free_all(out) }
        let isSigned = PEM.read(chainPEM) { chain in
            PEM.read(content) { content in tegu_cms_sign(chain, key, content, out) == 1 ? true : nil }
        }
        let count = BIO_ctrl(out, BIO_CTRL_PENDING, 0, nil)
        guard isSigned != nil, count > 0 else { throw CryptographyError("Signing") }
        var message = [UInt8](repeating: 0, count: count)
        guard BIO_read(out, &message, Int32(count)) == Int32(count) else { throw CryptographyError("Signing") }
        return message
    }
}
