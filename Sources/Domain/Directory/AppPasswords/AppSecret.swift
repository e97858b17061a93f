import Cryptography

/// What an app password is: 23 random letters and digits (115 bits) and two that follow from them.
///
/// The two tell apart what can be one and what is somebody's own password, before anything is looked up: what has the
/// form is never sent to a directory, where a telephone with a revoked one would lock its owner's account, and one that is
/// right costs no slow hash.
package struct AppSecret: Sendable, Equatable {
    // 32 letters and digits, of which none is taken for another: there is no i, l, o or u (Crockford's base 32).
    private static let alphabet = [UInt8]("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    private static let randomCount = 23
    private static let count = 25

    /// As it is hashed: 25 letters and digits in lower case.
    let bytes: [UInt8]

    /// A new one.
    package init(_ random: RandomSource = SystemRandom.bytes) {
        let symbols = random(Self.randomCount).map { Self.alphabet[Int($0 & 31)] }
        bytes = symbols + Self.check(symbols)
    }

    /// What was typed, with or without its hyphens and blanks, in any case of letters. Nil where it is of another form.
    package init?(typed: [UInt8]) {
        // Anything longer is not one with blanks between.
        guard Self.count...64 ~= typed.count else { return nil }
        var symbols: [UInt8] = []
        for byte in typed {
            switch byte {
            case 0x20, 0x2D: continue
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): symbols.append(byte | 0x20)
            default: symbols.append(byte)
            }
        }
        guard symbols.count == Self.count, symbols.allSatisfy({ Self.alphabet.contains($0) }),
            Self.check(symbols.prefix(Self.randomCount)).elementsEqual(symbols.suffix(Self.count - Self.randomCount))
        else { return nil }
        bytes = symbols
    }

    /// As it is shown: five groups of five.
    package var text: String {
        var out: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if index > 0, index % 5 == 0 { out.append(0x2D) }
            out.append(byte)
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// What is kept of it. One application of HMAC (RFC 2104) is enough: slow hashes are for what people think up, and
    /// among 2^115 there is nothing to try.
    func code(salt: [UInt8]) -> [UInt8] { HMACSHA256(key: salt).code(bytes) }

    private static func check(_ symbols: some Sequence<UInt8>) -> [UInt8] {
        SHA256.hash([UInt8]("tegu app password ".utf8) + symbols).prefix(2).map { alphabet[Int($0 & 31)] }
    }
}
