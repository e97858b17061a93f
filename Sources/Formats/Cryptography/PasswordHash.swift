package import Bytes

/// What is kept of a password: a PHC string, `$scrypt$ln=15,r=8,p=1$<salt>$<hash>`, base64 without padding.
package struct PasswordHash: Hashable, Sendable {
    package let parameters: Scrypt.Parameters
    package let salt: [UInt8]
    package let hash: [UInt8]

    /// From its parts, for what is known to be no password's.
    package init(parameters: Scrypt.Parameters, salt: [UInt8], hash: [UInt8]) {
        (self.parameters, self.salt, self.hash) = (parameters, salt, hash)
    }

    /// Computes the hash; `salt` must be random, 16 bytes.
    package static func make(
        password: [UInt8], salt: [UInt8], parameters: Scrypt.Parameters = .standard
    ) throws(CryptographyError) -> PasswordHash {
        let hash = try Scrypt.derive(password: password, salt: salt, parameters: parameters)
        return PasswordHash(parameters: parameters, salt: salt, hash: hash)
    }

    /// Whether `password` is the one. Takes the time and memory that the parameters say.
    package func verify(_ password: [UInt8]) throws(CryptographyError) -> Bool {
        let other = try Scrypt.derive(password: password, salt: salt, parameters: parameters, count: hash.count)
        return ConstantTime.areEqual(hash, other)
    }

    // MARK: Text

    /// The PHC string.
    package var text: String {
        var out: [UInt8] = []
        out.append("$scrypt$ln=")
        out.append(decimal: parameters.logarithmOfN)
        out.append(",r=")
        out.append(decimal: parameters.r)
        out.append(",p=")
        out.append(decimal: parameters.p)
        for part in [salt, hash] {
            out.append("$")
            out.append(contentsOf: Base64.encode(part).prefix { $0 != UInt8(ascii: "=") })
        }
        return String(utf8: out)
    }

    /// Reads a PHC string. Its parameters are limited (`Scrypt.Parameters`), so that no stored text takes all memory.
    package init(_ text: String) throws(ParseError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 512 else { throw ParseError(at: 512, expected: "a PHC string of at most 512 bytes") }
        let parts = bytes.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1].elementsEqual("scrypt".utf8) else {
            throw ParseError(at: 0, expected: "$scrypt$ln=n,r=n,p=n$salt$hash")
        }
        guard let parameters = Self.parameters(parts[2]) else {
            throw ParseError(at: parts[2].startIndex, expected: "ln=n,r=n,p=n within the limits")
        }
        guard let salt = Base64.decode(parts[3]), 8...64 ~= salt.count else {
            throw ParseError(at: parts[3].startIndex, expected: "a salt of 8 to 64 bytes in base64")
        }
        guard let hash = Base64.decode(parts[4]), 16...64 ~= hash.count else {
            throw ParseError(at: parts[4].startIndex, expected: "a hash of 16 to 64 bytes in base64")
        }
        self.init(parameters: parameters, salt: salt, hash: hash)
    }

    private static func parameters(_ text: ArraySlice<UInt8>) -> Scrypt.Parameters? {
        let parts = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard parts.count == 3, let logarithm = value(parts[0], after: "ln="), let r = value(parts[1], after: "r="),
            let p = value(parts[2], after: "p=")
        else { return nil }
        return Scrypt.Parameters(logarithmOfN: logarithm, r: r, p: p)
    }

    private static func value(_ text: ArraySlice<UInt8>, after name: String) -> Int? {
        text.starts(with: name.utf8) ? text.dropFirst(name.utf8.count).decimalValue : nil
    }
}
