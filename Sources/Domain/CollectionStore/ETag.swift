import Bytes
import Cryptography

/// Strong entity tags of stored bytes (RFC 9110 §8.8.3): equal bytes have equal tags, other bytes others.
package enum ETag {
    /// Half of SHA-256 in hexadecimal digits: no two contents will ever share it by chance or by skill.
    package static func of(_ bytes: [UInt8]) -> String { of(digest: SHA256.hash(bytes)) }

    /// From a SHA-256 that was taken while the bytes passed.
    package static func of(digest: [UInt8]) -> String { String(utf8: Hexadecimal.encode(digest.prefix(16))) }
}
