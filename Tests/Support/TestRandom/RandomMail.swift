/// Messages in several languages, charsets and shapes.
package struct RandomMail {
    static let texts = [
        "Grüße aus Köln und viele Straßen", "The quick brown fox jumps over the lazy dog", "Съешь ещё этих мягких французских булок",
        "いろはにほへと ちりぬるを", "敏捷的棕色狐狸跳过懒狗", "Η γρήγορη αλεπού", "İstanbul'da ılık bir gün", "re\u{301}sume\u{301} naïve café",
        "emoji 😀 and 👩‍👩‍👧", "x", "", "meeting@example.org 2026-11-29", "aaaa aaaaa aaab",
    ]

    private enum Charset: CaseIterable {
        case utf8, latin1, cyrillic

        var name: String {
            switch self {
            case .utf8: "utf-8"
            case .latin1: "iso-8859-1"
            case .cyrillic: "windows-1251"
            }
        }

        /// Nil where it does not have some character.
        func encoded(_ text: String) -> [UInt8]? {
            switch self {
            case .utf8: return Array(text.utf8)
            case .latin1:
                let bytes = text.unicodeScalars.compactMap { $0.value < 256 ? UInt8($0.value) : nil }
                return bytes.count == text.unicodeScalars.count ? bytes : nil
            case .cyrillic:
                let bytes = text.unicodeScalars.compactMap { scalar -> UInt8? in
                    switch scalar.value {
                    case 0..<128: UInt8(scalar.value)
                    case 0x410...0x44F: UInt8(scalar.value - 0x410 + 0xC0)
                    case 0x451: 0xB8
                    default: nil
                    }
                }
                return bytes.count == text.unicodeScalars.count ? bytes : nil
            }
        }
    }

    package var random: SeededGenerator

    package init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    package mutating func text() -> String {
        (0..<Int.random(in: 1..<4, using: &random)).map { _ in Self.texts.randomElement(using: &random) ?? "" }.joined(separator: " ")
    }

    private mutating func charset(of text: String) -> (name: String, bytes: [UInt8]) {
        for charset in Charset.allCases.shuffled(using: &random) {
            if let bytes = charset.encoded(text) { return (charset.name, bytes) }
        }
        return ("utf-8", Array(text.utf8))
    }

    /// A field's text as encoded words, each of a whole text: RFC 2047 §5 (3) cuts no character in two.
    private mutating func words(_ text: String) -> [UInt8] {
        if text.utf8.allSatisfy({ $0 < 128 }), Bool.random(using: &random) { return Array(text.utf8) }
        let (name, bytes) = charset(of: text)
        if Bool.random(using: &random) { return Array("=?\(name)?B?".utf8) + Self.base64(bytes) + Array("?=".utf8) }
        return Array("=?\(name)?Q?".utf8) + Self.quoted(bytes, isWord: true) + Array("?=".utf8)
    }

    /// A part with its header.
    private mutating func part(_ depth: Int = 0) -> [UInt8] {
        switch Int.random(in: 0..<8, using: &random) {
        case 0 where depth < 3:
            var out = Array("Content-Type: multipart/mixed; boundary=b\(depth)\r\n\r\npreamble\r\n".utf8)
            for _ in 0..<Int.random(in: 1..<4, using: &random) { out += Array("--b\(depth)\r\n".utf8) + part(depth + 1) + [13, 10] }
            return out + Array("--b\(depth)--\r\nepilogue\r\n".utf8)
        case 1 where depth < 3: return Array("Content-Type: message/rfc822\r\n\r\n".utf8) + message(depth + 1)
        case 2: return Array("Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n".utf8)
            + Self.base64(Array(text().utf8)) + [13, 10]
        case 3: return Array("Content-Type: text/plain; charset=utf-8\r\n\r\n".utf8) + [0x61, 0xFF, 0xC3] + Array(text().utf8) + [13, 10]
        default:
            let content = text()
            let (name, bytes) = charset(of: content)
            let subtype = ["plain", "html"].randomElement(using: &random) ?? "plain"
            let header = "Content-Type: text/\(subtype); charset=\(name)\r\nContent-Transfer-Encoding: "
            switch Int.random(in: 0..<3, using: &random) {
            case 0: return Array((header + "base64\r\n\r\n").utf8) + Self.base64(bytes) + [13, 10]
            case 1: return Array((header + "quoted-printable\r\n\r\n").utf8) + Self.quoted(bytes, isWord: false) + [13, 10]
            default: return Array((header + "8bit\r\n\r\n").utf8) + bytes + [13, 10]
            }
        }
    }

    package mutating func message(_ depth: Int = 0) -> [UInt8] {
        var out: [UInt8] = []
        for name in ["From", "To", "Cc"] {
            out += Array("\(name): ".utf8) + words(text()) + Array(" <p\(Int.random(in: 0..<40, using: &random))@example.org>\r\n".utf8)
        }
        out += Array("Subject: ".utf8) + words(text()) + [13, 10]
        if Bool.random(using: &random) { out += Array("X-Note: ".utf8) + words(text()) + [13, 10] }
        out += Array("Message-ID: <\(random.next())@example.org>\r\nMIME-Version: 1.0\r\n".utf8)
        return out + part(depth)
    }

    /// Something that may be in some message: a piece of a text, in some case, or something of nothing.
    package mutating func needle() -> String {
        let text = Array(text().unicodeScalars)
        let count = Int.random(in: 1..<14, using: &random)
        let start = Int.random(in: 0...max(0, text.count - count), using: &random)
        let piece = String(String.UnicodeScalarView(text[start..<min(text.count, start + count)]))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return piece.uppercased()
        case 1: return piece.lowercased()
        case 2: return "p\(Int.random(in: 0..<40, using: &random))@EXAMPLE"
        case 3: return piece + "q"
        default: return piece
        }
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func quoted(_ bytes: [UInt8], isWord: Bool) -> [UInt8] {
        bytes.flatMap { byte -> [UInt8] in
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            return isPlain || (byte == 0x20 && !isWord) ? [byte] : [0x3D, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }

    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = Array(bytes[start..<min(start + 3, bytes.count)])
            let value = (0..<3).reduce(0) { $0 << 8 | (Int($1) < group.count ? Int(group[$1]) : 0) }
            for index in 0..<4 { out.append(index <= group.count ? letters[value >> (18 - 6 * index) & 63] : 0x3D) }
        }
        return out
    }
}
