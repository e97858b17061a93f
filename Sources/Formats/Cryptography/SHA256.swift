import COpenSSL

/// FIPS 180-4 §6.2.
package enum SHA256 {
    /// Bytes of a digest.
    package static let size = 32
    /// Bytes that are worked on at once.
    static let blockSize = 64

    // Looked up once: the look-up costs as much as hashing a short text. It is never freed nor changed.
    nonisolated(unsafe) private static let algorithm: OpaquePointer = {
        guard let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else {
            preconditionFailure("\(CryptographyError("Finding SHA-256 in libcrypto"))")
        }
        return algorithm
    }()

    /// The digest of `bytes`.
    package static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: size) { out, count in
            guard EVP_Digest(bytes.baseAddress, bytes.count, out.baseAddress, nil, algorithm, nil) == 1 else {
                preconditionFailure("\(CryptographyError("SHA-256"))")  // no memory
            }
            count = size
        }
    }

    /// The digest of `bytes`.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes(hash) }

    /// The digest of bytes that come one part after the other.
    package struct Hasher: ~Copyable {
        private let context: OpaquePointer

        package init() {
            guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex2(context, algorithm, nil) == 1 else {
                preconditionFailure("\(CryptographyError("SHA-256"))")  // no memory
            }
            self.context = context
        }

        deinit { EVP_MD_CTX_free(context) }

        package mutating func update(_ bytes: UnsafeRawBufferPointer) {
            EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        }

        package mutating func update(_ bytes: some Collection<UInt8>) {
            let isDone: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
            if isDone == nil { [UInt8](bytes).withUnsafeBytes { update($0) } }
        }

        /// The digest of all that came; the hasher then begins anew.
        package mutating func finish() -> [UInt8] {
            let digest = [UInt8](unsafeUninitializedCapacity: size) { out, count in
                EVP_DigestFinal_ex(context, out.baseAddress, nil)
                count = size
            }
            EVP_DigestInit_ex2(context, nil, nil)
            return digest
        }
    }
}
