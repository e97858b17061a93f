import COpenSSL

/// RFC 8018 §5.2 with HMAC-SHA-256: a hash of passwords that takes a set amount of time, but no memory. For SCRAM, which wants it; what
/// is this server's own to choose is `Scrypt`.
package enum PBKDF2 {
    /// Above this none is computed, whoever asks: about half a second.
    package static let maximumIterations = 1_000_000

    /// 32 bytes made from `password` and `salt`.
    package static func derive(
        password: [UInt8], salt: [UInt8], iterations: Int
    ) throws(CryptographyError) -> [UInt8] {
        guard 1...maximumIterations ~= iterations else { throw CryptographyError("PBKDF2") }
        var key = [UInt8](repeating: 0, count: SHA256.size)
        let isDone = password.withUnsafeBytes { password in
            PKCS5_PBKDF2_HMAC(
                password.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: password.count), salt,
                Int32(clamping: salt.count), Int32(clamping: iterations), EVP_sha256(), Int32(key.count), &key)
        }
        guard isDone == 1 else { throw CryptographyError("PBKDF2") }
        return key
    }
}
