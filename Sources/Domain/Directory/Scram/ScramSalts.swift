package import Cryptography
package import Database
package import SASL

/// Makes verifiers for SCRAM, and the salts for all names, whether or not somebody has them.
///
/// RFC 5802 §9 has the salt told to whoever asks for a name. So it follows from the name and a secret of this installation: that of a name
/// without a verifier, or that nobody has, looks the same and is as lasting, and is still the same when there is a verifier. All
/// passwords of a principal have one salt, so that one exchange can be held against each of them.
package struct ScramSalts: Sendable {
    /// RFC 7677 §4 wants 4096 at least; clients on Cyrus SASL take 65,536 at most.
    package static let iterations = 50_000

    private let key: HMACSHA256

    init(secret: [UInt8]) { key = HMACSHA256(key: secret) }

    /// With the installation's secret, which is made where it is missing.
    package static func load(
        _ database: any Database, random: RandomSource = SystemRandom.bytes
    ) throws -> ScramSalts {
        if let secret = try database.read({ tx in try secret(tx) }) { return ScramSalts(secret: secret) }
        let new = random(32)
        return try database.write { tx in
            // Another node may have been faster.
            try tx.execute(
                "INSERT INTO secret (name, value) VALUES ('scram', $1) ON CONFLICT (name) DO NOTHING", [.bytes(new)])
            return ScramSalts(secret: try secret(tx.read) ?? new)
        }
    }

    private static func secret(_ tx: borrowing ReadTransaction) throws -> [UInt8]? {
        try tx.first("SELECT value FROM secret WHERE name = 'scram'") { $0.bytes(0) }
    }

    /// - Parameter name: `name@domain` in lower case; of what can be no name, its own text.
    func salt(of name: String) -> [UInt8] { Array(key.code([UInt8](name.utf8)).prefix(16)) }

    /// Whether an exchange with the salt of this name is for the verifier.
    func fits(_ verifier: ScramVerifier, _ name: String) -> Bool {
        verifier.iterations == Self.iterations && verifier.salt == salt(of: name)
    }

    /// Takes about 20 milliseconds: never inside a transaction.
    package func verifier(
        _ password: [UInt8], of name: SignInName
    ) throws(CryptographyError) -> ScramVerifier {
        try ScramVerifier(password: password, salt: salt(of: name.description), iterations: Self.iterations)
    }

    /// For the forms in which it is typed by most: with its hyphens, as it was shown, and without.
    package func verifiers(
        _ secret: AppSecret, of name: SignInName
    ) throws(CryptographyError) -> [ScramVerifier] {
        [try verifier([UInt8](secret.text.utf8), of: name), try verifier(secret.bytes, of: name)]
    }
}

extension [ScramVerifier] {
    /// As the database has them.
    var text: String? { isEmpty ? nil : map(\.text).joined(separator: " ") }

    init(text: String?) { self = text.map { $0.split(separator: " ").compactMap { ScramVerifier($0) } } ?? [] }
}
