// SASL: the messages of authentication mechanisms that are more than a name and a password, and what is kept for them. It owns SCRAM
// (RFC 5802, RFC 7677) as its server's side, and SASLprep. It must never know where a verifier is stored, whose it is, or in which
// protocol the messages go; nonces and salts are passed in.
//
// Invariants: what a client sent is limited before it is worked on; proofs are compared in constant time; what a client said at the
// beginning is part of what it proves at the end.
//
// Start reading at ScramExchange.swift.

import CICU

/// RFC 4013: the one form of passwords that are typed differently.
package enum SASLprep {
    // Read only, and never closed.
    nonisolated(unsafe) private static let profile = icu_saslprep_open()

    /// Octets that cannot be prepared (they are no UTF-8, or have controls in them) stay as they are: clients send those as they were typed.
    package static func prepare(_ octets: [UInt8]) -> [UInt8] {
        // Printable ASCII is its own form.
        if octets.allSatisfy({ 0x20...0x7E ~= $0 }) { return octets }
        guard let profile, let text = String(validating: octets, as: UTF8.self) else { return octets }
        let source = Array(text.utf16)
        // NFKC makes 18 of one at most (U+FDFA).
        var result = [UInt16](repeating: 0, count: source.count * 18 + 1)
        let count = icu_stringprep_prepare(profile, source, Int32(clamping: source.count), &result, Int32(clamping: result.count))
        guard count > 0 else { return octets }
        return Array(String(decoding: result.prefix(Int(count)), as: UTF16.self).utf8)
    }
}
