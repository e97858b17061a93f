import COpenSSL

/// RFC 7468, through libcrypto's memory BIOs.
enum PEM {
    /// What `body` writes; it returns 1 on success.
    static func write(_ body: (OpaquePointer) -> Int32) throws(CryptographyError) -> [UInt8] {
        // Its buffer is cleared when it is freed: a key may have been in it.
        guard let bio = BIO_new(BIO_s_secmem()) else { throw CryptographyError("Writing PEM") }
        defer { BIO_free_all(bio) }
        guard body(bio) == 1 else { throw CryptographyError("Writing PEM") }
        let count = BIO_ctrl(bio, BIO_CTRL_PENDING, 0, nil)
        guard count > 0 else { throw CryptographyError("Writing PEM") }
        var out = [UInt8](repeating: 0, count: count)
        guard BIO_read(bio, &out, Int32(count)) == Int32(count) else { throw CryptographyError("Writing PEM") }
        return out
    }

    /// What `body` makes of `bytes`; nil where it finds nothing, or they are too many.
    static func read<T>(_ bytes: [UInt8], _ body: (OpaquePointer) -> T?) -> T? {
        guard bytes.count <= 1 << 20 else { return nil }
        return bytes.withUnsafeBytes { bytes in
            guard let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return nil }
            defer {
                BIO_free_all(bio)
                ERR_clear_error()
            }
            return body(bio)
        }
    }
}
