import Bytes
import COpenSSL

/// What two ends of a TLS connection can both say of it, and nobody between them: channel bindings.
package enum ChannelBinding {
    /// RFC 5929 §4: the digest of the server's certificate, by the hash function of its signature. Nil where there is no such function (Ed25519).
    package static func serverEndPoint(certificate der: [UInt8]) -> [UInt8]? {
        der.withUnsafeBufferPointer { der -> [UInt8]? in
            var start = der.baseAddress
            guard let certificate = d2i_X509(nil, &start, der.count) else { return nil }
            defer { X509_free(certificate) }
            var digest: Int32 = 0
            // It knows what RSASSA-PSS was parametrised with.
            guard X509_get_signature_info(certificate, &digest, nil, nil, nil) == 1, digest != NID_undef else { return nil }
            // §4.1: MD5 and SHA-1 are too weak; it is SHA-256 instead.
            let name = digest == NID_md5 || digest == NID_sha1 ? NID_sha256 : digest
            guard let algorithm = EVP_get_digestbyname(OBJ_nid2sn(name)) else { return nil }
            var value = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
            var count: UInt32 = 0
            guard X509_digest(certificate, algorithm, &value, &count) == 1 else { return nil }
            return Array(value.prefix(Int(count)))
        }
    }

    /// RFC 9266 §2: what the exporter of TLS 1.3 (RFC 8446 §7.5) makes for this label and no context.
    ///
    /// - Parameter exporterSecret: `exporter_master_secret`. Its length tells the hash function of the connection.
    package static func exporter(_ exporterSecret: [UInt8]) -> [UInt8]? {
        let hash: OpaquePointer?
        switch exporterSecret.count {
        case 32: hash = EVP_sha256()
        case 48: hash = EVP_sha384()
        default: return nil
        }
        guard let hash, let nothing = digest(of: [], hash) else { return nil }
        // TLS-Exporter(label, context, length) =
        //     HKDF-Expand-Label(Derive-Secret(Secret, label, ""), "exporter", Hash(context), length)
        guard let derived = expand(
            exporterSecret, "EXPORTER-Channel-Binding", nothing, count: exporterSecret.count, hash)
        else { return nil }
        return expand(derived, "exporter", nothing, count: 32, hash)
    }

    /// RFC 8446 §7.1: HKDF-Expand-Label, of one block (RFC 5869 §2.3), which is what the hash function gives at most.
    private static func expand(
        _ secret: [UInt8], _ label: StaticString, _ context: [UInt8], count: Int, _ hash: OpaquePointer
    ) -> [UInt8]? {
        var info: [UInt8] = [UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
        info.append(UInt8(truncatingIfNeeded: 6 + label.utf8CodeUnitCount))
        info.append("tls13 ")
        info.append(label)
        info.append(UInt8(truncatingIfNeeded: context.count))
        info.append(contentsOf: context)
        info.append(1)
        var block = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        guard HMAC(hash, secret, Int32(clamping: secret.count), info, info.count, &block, &length) != nil, count <= length
        else { return nil }
        return Array(block.prefix(count))
    }

    private static func digest(of bytes: [UInt8], _ hash: OpaquePointer) -> [UInt8]? {
        var value = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard EVP_Digest(bytes, bytes.count, &value, &count, hash, nil) == 1 else { return nil }
        return Array(value.prefix(Int(count)))
    }
}
