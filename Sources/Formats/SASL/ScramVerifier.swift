import Bytes
package import Cryptography

/// What a server keeps of a password for SCRAM-SHA-256 (RFC 5802 §3): it proves who knows the password, and is not enough to sign in
/// with. As text it is as RFC 5803 has it: `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`.
package struct ScramVerifier: Hashable, Sendable {
    package let iterations: Int
    package let salt: [UInt8]
    package let storedKey: [UInt8]
    package let serverKey: [UInt8]

    private init(iterations: Int, salt: [UInt8], storedKey: [UInt8], serverKey: [UInt8]) {
        (self.iterations, self.salt, self.storedKey, self.serverKey) = (iterations, salt, storedKey, serverKey)
    }

    /// RFC 5802 §3. Takes as long as the iterations say.
    package init(password: [UInt8], salt: [UInt8], iterations: Int) throws(CryptographyError) {
        let salted = HMACSHA256(
            key: try PBKDF2.derive(password: SASLprep.prepare(password), salt: salt, iterations: iterations))
        self.init(
            iterations: iterations, salt: salt, storedKey: SHA256.hash(salted.code([UInt8]("Client Key".utf8))),
            serverKey: salted.code([UInt8]("Server Key".utf8)))
    }

    /// One that no password has: `key` is random.
    package static func unmatchable(salt: [UInt8], iterations: Int, key: [UInt8]) -> ScramVerifier {
        ScramVerifier(iterations: iterations, salt: salt, storedKey: SHA256.hash(key), serverKey: SHA256.hash(key + [0]))
    }

    // MARK: Text

    package var text: String {
        var out: [UInt8] = []
        out.append("SCRAM-SHA-256$")
        out.append(decimal: iterations)
        out.append(":")
        out.append(contentsOf: Base64.encode(salt))
        out.append("$")
        out.append(contentsOf: Base64.encode(storedKey))
        out.append(":")
        out.append(contentsOf: Base64.encode(serverKey))
        return String(decoding: out, as: UTF8.self)
    }

    /// Nil where it is none.
    package init?(_ text: some StringProtocol) {
        let parts = Array(text.utf8).split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual("SCRAM-SHA-256".utf8) else { return nil }
        let cost = parts[1].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let keys = parts[2].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard cost.count == 2, keys.count == 2, let iterations = cost[0].decimalValue,
            1...PBKDF2.maximumIterations ~= iterations, let salt = Base64.decode(cost[1]), 8...64 ~= salt.count,
            let storedKey = Base64.decode(keys[0]), storedKey.count == SHA256.size,
            let serverKey = Base64.decode(keys[1]), serverKey.count == SHA256.size
        else { return nil }
        self.init(iterations: iterations, salt: salt, storedKey: storedKey, serverKey: serverKey)
    }
}
