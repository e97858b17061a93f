import Bytes
import Testing

private func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

@Suite("Codings of bytes as text")
struct CodingTests {
    @Test("RFC 4648 §10: the test vectors of base64", arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy")
    ])
    func base64(plain: String, encoded: String) {
        #expect(Base64.encode(bytes(plain)) == bytes(encoded))
        #expect(Base64.decode(bytes(encoded)) == bytes(plain))
        #expect(Base64.decode(bytes(encoded.filter { $0 != "=" })) == bytes(plain))
    }

    @Test("base64: both alphabets, white space, and what is none")
    func base64Forms() {
        #expect(Base64.encodeURLSafe([0xFB, 0xFF, 0xFE]) == bytes("-__-"))
        #expect(Base64.encode([0xFB, 0xFF, 0xFE]) == bytes("+//+"))
        #expect(Base64.decode(bytes("-_\r\n /+")) == Base64.decode(bytes("+//+")))
        for wrong in ["A", "AAAAA", "A!==", "AA=A"] { #expect(Base64.decode(bytes(wrong)) == nil) }
        let all = (0...255).map { UInt8($0) }
        #expect(Base64.decode(Base64.encode(all)) == all)
    }

    @Test("hexadecimal digits in lower case; both cases are read")
    func hexadecimal() {
        #expect(Hexadecimal.encode([0x00, 0xAF, 0x9C]) == bytes("00af9c"))
        #expect(Hexadecimal.decode(bytes("00aF9C")) == [0x00, 0xAF, 0x9C])
        for wrong in ["0", "0g", "-1"] { #expect(Hexadecimal.decode(bytes(wrong)) == nil) }
    }

    @Test("segments of a path: what clients trip over is written in percent, and everything is read back")
    func percent() {
        #expect(PercentCoding.encodeSegment("a b/ж&';@~.ics") == "a%20b%2F%D0%B6%26%27%3B@~.ics")
        let all = (0...255).map { UInt8($0) }
        var out: [UInt8] = []
        PercentCoding.appendSegment(all, to: &out)
        #expect(PercentCoding.decode(out) == all)
        #expect(PercentCoding.decode(bytes("a%2fb+c")) == bytes("a/b+c"))
        for wrong in ["%", "%4", "%zz", "a%4"] { #expect(PercentCoding.decode(bytes(wrong)) == nil) }
    }
}

@Suite("Bytes and ASCII")
struct ASCIITests {
    @Test("letters, digits and white space, and nothing beside them")
    func classes() {
        for byte in UInt8.min...UInt8.max {
            let scalar = Unicode.Scalar(byte)
            let isASCII = byte < 0x80
            #expect(byte.isASCIIDigit == ("0"..."9").contains(scalar))
            #expect(byte.isASCIILetter == (isASCII && scalar.properties.isAlphabetic))
            #expect(byte.isASCIIWhitespace == (isASCII && scalar.properties.isWhitespace))
            #expect(byte.asciiLowercased == (("A"..."Z").contains(scalar) ? byte + 32 : byte))
            #expect(byte.asciiUppercased == (("a"..."z").contains(scalar) ? byte - 32 : byte))
            #expect(byte.hexadecimalValue == (isASCII ? Character(scalar).hexDigitValue.map { UInt8($0) } : nil))
        }
    }

    @Test("comparing without case is for ASCII letters only")
    func caseInsensitive() {
        #expect(bytes("bEgIn").equalsIgnoringASCIICase("BEGIN"))
        #expect(!bytes("BEGI").equalsIgnoringASCIICase("BEGIN"))
        #expect(!bytes("{").equalsIgnoringASCIICase("["))
        #expect(!bytes("Ж").equalsIgnoringASCIICase(bytes("ж")))
    }

    @Test(
        "numbers are read as far as they fit, and written in full",
        arguments: [0, 7, 10, 1234567890, Int.max, Int.min, -1])
    func decimals(number: Int) {
        var out: [UInt8] = []
        out.append(decimal: number)
        #expect(out == bytes("\(number)"))
        #expect(out.decimalValue == (number < 0 ? nil : number))
    }

    @Test(
        "what is no number without a sign is none",
        arguments: ["", " 1", "+1", "1a", "9223372036854775808", "99999999999999999999"])
    func noDecimals(text: String) {
        #expect(bytes(text).decimalValue == nil)
    }

    @Test("white space is taken from both ends")
    func trimming() {
        #expect(Array(bytes(" \t a b \r\n").trimmingASCIIWhitespace) == bytes("a b"))
        #expect(bytes(" \t").trimmingASCIIWhitespace.isEmpty)
        #expect(bytes("").trimmingASCIIWhitespace.isEmpty)
    }

    @Test("every byte of ISO 8859-1 is the code point of its character")
    func latin1() {
        for byte in UInt8.min...UInt8.max {
            #expect(String(utf8: Latin1.utf8([byte])) == String(UnicodeScalar(byte)))
        }
    }
}
