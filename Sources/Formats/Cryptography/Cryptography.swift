// Cryptography: hashes, password hashes and self-signed certificates, over libcrypto's. It owns what is computed, and
// the text forms (PHC strings, PEM) of it. It must never invent a primitive, read a clock or draw random numbers:
// salts, serial numbers and times are passed in. The one exception is a certificate's private key, which libcrypto
// draws itself, as it must not pass through more hands than it has to.
//
// Invariants: secrets are compared in constant time; parameters that were read are limited before memory is taken for
// them.
//
// Start reading at SHA256.swift and PasswordHash.swift.

import COpenSSL

/// Something that libcrypto did not do: no memory, or a library that lacks an algorithm.
package struct CryptographyError: Error, Sendable, CustomStringConvertible {
    /// What was tried.
    package var operation: String
    /// In libcrypto's words; empty where it said nothing.
    package var reason: String

    package var description: String { reason.isEmpty ? "\(operation) failed" : "\(operation) failed: \(reason)" }

    /// Takes the reason from libcrypto's queue of this thread's errors, and empties it.
    init(_ operation: String) {
        self.operation = operation
        let code = ERR_peek_last_error()
        ERR_clear_error()
        if code == 0 {
            reason = ""
        } else {
            var text = [CChar](repeating: 0, count: 256)
            ERR_error_string_n(code, &text, text.count)
            reason = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}

/// Comparison that takes the same time wherever the first difference is.
package enum ConstantTime {
    /// Of lengths that differ the time tells, but nothing else.
    package static func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        return a.withUnsafeBytes { a in
            b.withUnsafeBytes { b in a.isEmpty || CRYPTO_memcmp(a.baseAddress, b.baseAddress, a.count) == 0 }
        }
    }
}
