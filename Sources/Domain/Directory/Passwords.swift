package import Cryptography

/// Making of password hashes and of passwords.
package struct Passwords: Sendable {
    /// Bytes; above this nothing is hashed.
    package static let maximumLength = 1024

    /// What a new hash costs.
    package let parameters: Scrypt.Parameters
    private let random: RandomSource

    package init(parameters: Scrypt.Parameters = .standard, random: @escaping RandomSource = SystemRandom.bytes) {
        self.parameters = parameters
        self.random = random
    }

    /// The hash to store. It takes about a tenth of a second: never inside a transaction. Throws `DirectoryRefusal`.
    package func hash(_ password: [UInt8]) throws -> PasswordHash {
        guard Self.isPossible(password) else { throw DirectoryRefusal.invalidPassword }
        return try PasswordHash.make(password: password, salt: random(16), parameters: parameters)
    }

    /// Whether it could be anybody's. RFC 2104 §2 fills the key up with zeros, so that with scrypt (RFC 7914 §6) a
    /// password and the same with a zero byte at its end are one: none has a zero byte.
    static func isPossible(_ password: [UInt8]) -> Bool {
        1...maximumLength ~= password.count && !password.contains(0)
    }

    /// A hash that no password has, and that costs the same to check.
    func unmatchable() -> PasswordHash { PasswordHash(parameters: parameters, salt: random(16), hash: random(32)) }
}

/// A password for somebody to read and type once.
package enum OneTimePassword {
    // 32 letters and digits, of which none is taken for another: there is no i, l, o or u (Crockford's base 32).
    private static let alphabet = [UInt8]("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// Four groups of five characters, 100 bits: `k3v9x-...`.
    package static func make(_ random: RandomSource = SystemRandom.bytes) -> String {
        var out: [UInt8] = []
        for (index, byte) in random(20).enumerated() {
            if index > 0 && index % 5 == 0 { out.append(UInt8(ascii: "-")) }
            out.append(alphabet[Int(byte & 31)])
        }
        return String(decoding: out, as: UTF8.self)
    }
}

/// The kernel's random numbers (getrandom).
package enum SystemRandom {
    package static let bytes: RandomSource = { count in
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 7)
        while bytes.count < count { withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0) } }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}
