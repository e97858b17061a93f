import Bytes
import Testing

@testable import Cryptography

/// Bytes from pairs of hexadecimal digits; empty where the text is none, which no expectation here is.
func hex(_ text: String) -> [UInt8] { Hexadecimal.decode(text.utf8.filter { !$0.isASCIIWhitespace }) ?? [] }

@Suite("SHA-256")
struct SHA256Tests {
    static let examples: [(String, String)] = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
    ]

    @Test("the examples of FIPS 180-4", arguments: examples)
    func example(text: String, digest: String) {
        #expect(SHA256.hash(Array(text.utf8)) == hex(digest))
    }

    @Test("parts of any size give the digest of the whole", arguments: [1, 7, 63, 64, 65, 1000])
    func parts(size: Int) {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var hasher = SHA256.Hasher()
        for start in stride(from: 0, to: bytes.count, by: size) {
            hasher.update(bytes[start..<min(start + size, bytes.count)])
        }
        #expect(hasher.finish() == SHA256.hash(bytes))
    }

    @Test("a hasher begins anew after it has finished")
    func anew() {
        var hasher = SHA256.Hasher()
        hasher.update(Array("something else".utf8))
        _ = hasher.finish()
        hasher.update("abc".utf8)
        #expect(hasher.finish() == SHA256.hash(Array("abc".utf8)))
    }
}

@Suite("HMAC-SHA-256")
struct HMACSHA256Tests {
    struct Vector: Sendable {
        var key: [UInt8]
        var data: [UInt8]
        var code: String
    }

    // RFC 4231 §4.2 to §4.8, but for §4.6, whose code is truncated.
    static let vectors = [
        Vector(key: [UInt8](repeating: 0x0B, count: 20), data: Array("Hi There".utf8),
               code: "b0344c61d8db38535ca8afceaf0bf12b 881dc200c9833da726e9376c2e32cff7"),
        Vector(key: Array("Jefe".utf8), data: Array("what do ya want for nothing?".utf8),
               code: "5bdcc146bf60754e6a042426089575c7 5a003f089d2739839dec58b964ec3843"),
        Vector(key: [UInt8](repeating: 0xAA, count: 20), data: [UInt8](repeating: 0xDD, count: 50),
               code: "773ea91e36800e46854db8ebd09181a7 2959098b3ef8c122d9635514ced565fe"),
        Vector(key: Array(1...25), data: [UInt8](repeating: 0xCD, count: 50),
               code: "82558a389a443c0ea4cc819899f2083a 85f0faa3e578f8077a2e3ff46729665b"),
        Vector(key: [UInt8](repeating: 0xAA, count: 131),
               data: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
               code: "60e431591ee0b67f0d8a26aacbf5b77f 8e0bc6213728c5140546040f0ee37f54"),
        Vector(key: [UInt8](repeating: 0xAA, count: 131),
               data: Array(("This is a test using a larger than block-size key and a larger than block-size data. "
                   + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
               code: "9b09ffa71b942fcb27635fbcd5b0e944 bfdc63644f0713938a7f51535c3a35e2"),
    ]

    @Test("the test cases of RFC 4231", arguments: vectors)
    func vector(_ vector: Vector) {
        let hmac = HMACSHA256(key: vector.key)
        #expect(hmac.code(vector.data) == hex(vector.code))
        #expect(hmac.code(Array(vector.data.prefix(5)), Array(vector.data.dropFirst(5))) == hex(vector.code))
    }
}

@Suite("Comparison in constant time")
struct ConstantTimeTests {
    @Test("equal bytes are equal, others are not")
    func comparison() {
        #expect(ConstantTime.areEqual([], []))
        #expect(ConstantTime.areEqual([1, 2, 3], [1, 2, 3]))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2, 4]))
        #expect(!ConstantTime.areEqual([0, 2, 3], [1, 2, 3]))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2]))
    }
}
