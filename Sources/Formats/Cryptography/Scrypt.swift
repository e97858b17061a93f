import COpenSSL

/// RFC 7914: a hash of passwords that takes a set amount of time and memory.
package enum Scrypt {
    /// What a hash costs.
    package struct Parameters: Hashable, Sendable {
        /// The logarithm to base 2 of the cost N (RFC 7914 §2).
        package let logarithmOfN: Int
        package let r: Int
        package let p: Int

        /// Above this no hash is computed, whoever asks: 2^18 with r = 8.
        package static let maximumMemory = 256 << 20
        /// Of N * r * p: four times what a hash of the largest memory takes.
        private static let maximumWork = 1 << 23

        /// Nil for what RFC 7914 §2 does not allow, or what would take too much memory or time.
        package init?(logarithmOfN: Int, r: Int = 8, p: Int = 1) {
            guard 1...24 ~= logarithmOfN, 1...64 ~= r, 1...64 ~= p,
                128 * r << logarithmOfN <= Self.maximumMemory, (r * p) << logarithmOfN <= Self.maximumWork,
                // RFC 7914 §2: N is less than 2^(128 * r / 8).
                logarithmOfN < 16 * r
            else { return nil }
            (self.logarithmOfN, self.r, self.p) = (logarithmOfN, r, p)
        }

        private init(standard logarithmOfN: Int) { (self.logarithmOfN, r, p) = (logarithmOfN, 8, 1) }

        /// 32 MiB, about a tenth of a second.
        package static let standard = Parameters(standard: 15)

        /// Bytes that one computation takes.
        package var memory: Int { 128 * r << logarithmOfN + 128 * r * p }
    }

    /// `count` bytes made from `password` and `salt`.
    package static func derive(
        password: [UInt8], salt: [UInt8], parameters: Parameters, count: Int = 32
    ) throws(CryptographyError) -> [UInt8] {
        var key = [UInt8](repeating: 0, count: count)
        let isDone = password.withUnsafeBytes { password in
            salt.withUnsafeBytes { salt in
                EVP_PBE_scrypt(
                    password.baseAddress?.assumingMemoryBound(to: CChar.self), password.count,
                    salt.baseAddress?.assumingMemoryBound(to: UInt8.self), salt.count,
                    1 << UInt64(parameters.logarithmOfN), UInt64(parameters.r), UInt64(parameters.p),
                    UInt64(parameters.memory + 1 << 20), &key, key.count)
            }
        }
        guard isDone == 1 else { throw CryptographyError("scrypt") }
        return key
    }
}
