import Bytes
import Testing

@testable import Cryptography

@Suite("scrypt")
struct ScryptTests {
    struct Vector: Sendable {
        var password: String
        var salt: String
        var logarithmOfN: Int
        var r: Int
        var p: Int
        var key: String
    }

    // RFC 7914 §12, but for the last, which takes a gibibyte and is above the limit.
    static let vectors = [
        Vector(password: "", salt: "", logarithmOfN: 4, r: 1, p: 1, key: """
            77 d6 57 62 38 65 7b 20 3b 19 ca 42 c1 8a 04 97 f1 6b 48 44 e3 07 4a e8 df df fa 3f ed e2 14 42
            fc d0 06 9d ed 09 48 f8 32 6a 75 3a 0f c8 1f 17 e8 d3 e0 fb 2e 0d 36 28 cf 35 e2 0c 38 d1 89 06
            """),
        Vector(password: "password", salt: "NaCl", logarithmOfN: 10, r: 8, p: 16, key: """
            fd ba be 1c 9d 34 72 00 78 56 e7 19 0d 01 e9 fe 7c 6a d7 cb c8 23 78 30 e7 73 76 63 4b 37 31 62
            2e af 30 d9 2e 22 a3 88 6f f1 09 27 9d 98 30 da c7 27 af b9 4a 83 ee 6d 83 60 cb df a2 cc 06 40
            """),
        Vector(password: "pleaseletmein", salt: "SodiumChloride", logarithmOfN: 14, r: 8, p: 1, key: """
            70 23 bd cb 3a fd 73 48 46 1c 06 cd 81 fd 38 eb fd a8 fb ba 90 4f 8e 3e a9 b5 43 f6 54 5d a1 f2
            d5 43 29 55 61 3f 0f cf 62 d4 97 05 24 2a 9a f9 e6 1e 85 dc 0d 65 1e 40 df cf 01 7b 45 57 58 87
            """),
    ]

    @Test("the test vectors of RFC 7914", arguments: vectors)
    func vector(_ vector: Vector) throws {
        let parameters = try #require(Scrypt.Parameters(logarithmOfN: vector.logarithmOfN, r: vector.r, p: vector.p))
        let key = try Scrypt.derive(
            password: Array(vector.password.utf8), salt: Array(vector.salt.utf8), parameters: parameters, count: 64)
        #expect(key == hex(vector.key))
    }

    @Test("parameters that take too much memory or time are none", arguments: [
        (20, 8, 1), (19, 8, 1), (18, 16, 1), (24, 1, 1), (15, 8, 64), (0, 8, 1), (15, 0, 1), (15, 8, 0), (-1, 8, 1),
        (Int.max, 8, 1), (15, Int.max, 1), (15, 8, Int.max), (16, 1, 1),
    ])
    func limits(logarithmOfN: Int, r: Int, p: Int) {
        #expect(Scrypt.Parameters(logarithmOfN: logarithmOfN, r: r, p: p) == nil)
    }

    @Test("the dearest parameters that are taken can be computed")
    func largest() throws {
        let parameters = try #require(Scrypt.Parameters(logarithmOfN: 18))
        #expect(parameters.memory <= Scrypt.Parameters.maximumMemory + 1024)
        #expect(try Scrypt.derive(password: [1], salt: [2], parameters: parameters).count == 32)
    }
}

@Suite("Password hashes")
struct PasswordHashTests {
    // Written by Python's passlib 1.7.4, for the password "password".
    static let foreign = "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E"
    static let salt = Array<UInt8>(0..<16)

    private func cheap() throws -> Scrypt.Parameters { try #require(Scrypt.Parameters(logarithmOfN: 4)) }

    @Test("the right password is right, another is not")
    func verification() throws {
        let hash = try PasswordHash.make(password: Array("correct horse".utf8), salt: Self.salt, parameters: cheap())
        #expect(try hash.verify(Array("correct horse".utf8)))
        #expect(try !hash.verify(Array("correct horsf".utf8)))
        #expect(try !hash.verify([]))
    }

    @Test("a hash that another program wrote is understood, and comes back as it was")
    func foreignHash() throws {
        let hash = try PasswordHash(Self.foreign)
        #expect(hash.parameters == Scrypt.Parameters(logarithmOfN: 16))
        #expect(hash.text == Self.foreign)
        #expect(try hash.verify(Array("password".utf8)))
        #expect(try !hash.verify(Array("Password".utf8)))
    }

    @Test("text and hash are the same thing")
    func text() throws {
        let hash = try PasswordHash.make(password: [1, 2, 3], salt: Self.salt, parameters: cheap())
        #expect(hash.text.hasPrefix("$scrypt$ln=4,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$"))
        #expect(try PasswordHash(hash.text) == hash)
    }

    @Test("what is no hash, or would take all memory, is refused", arguments: [
        "", "secret", "$2b$12$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaA",
        "$scrypt$ln=30,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
        "$scrypt$ln=16,r=8,p=99999999999999999999$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
        "$scrypt$ln=16,r=8$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
        "$scrypt$r=8,ln=16,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
        "$scrypt$ln=16,r=8,p=1$aM15$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
        "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$", "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$!!!!",
        "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q",
        "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E$",
        "x$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
    ])
    func refused(_ text: String) {
        #expect(throws: ParseError.self) { try PasswordHash(text) }
    }

    @Test("a text of any length is refused at once")
    func long() {
        let long = "$scrypt$ln=4,r=8,p=1$" + String(repeating: "A", count: 1_000_000)
        #expect(throws: ParseError.self) { try PasswordHash(long) }
    }
}
