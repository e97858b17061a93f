import Bytes
import Cryptography
import TestRandom
import Testing

@testable import SASL

@Suite struct ScramExchangeTests {
    private static let password = Array("pencil".utf8)
    private static let salt = Base64.decode(Array("W22ZaJ0SNY7soEsUEjb6gQ==".utf8)) ?? []
    private static let nonce = Array("%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0".utf8)
    private static let first = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    private static let last = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="

    private func begun(_ first: String, isPlus: Bool = false, bindings: [String: [UInt8]] = [:]) throws -> ScramExchange {
        var exchange = ScramExchange(isPlus: isPlus, bindings: bindings, offersPlus: !bindings.isEmpty)
        _ = try exchange.receiveFirst(Array(first.utf8))
        _ = exchange.challenge(salt: Self.salt, iterations: 4096, nonce: Self.nonce)
        return exchange
    }

    private func refusal(_ first: String, isPlus: Bool = false, bindings: [String: [UInt8]] = [:]) -> ScramRefusal? {
        do {
            _ = try begun(first, isPlus: isPlus, bindings: bindings)
            return nil
        } catch {
            return error as? ScramRefusal
        }
    }

    @Test("the example of RFC 7677 §3")
    func example() throws {
        var exchange = ScramExchange(isPlus: false, bindings: [:], offersPlus: false)
        #expect(try exchange.receiveFirst(Array(Self.first.utf8)) == Array("user".utf8))
        let challenge = exchange.challenge(salt: Self.salt, iterations: 4096, nonce: Self.nonce)
        #expect(
            String(decoding: challenge, as: UTF8.self)
                == "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
        let proof = try exchange.receiveFinal(Array(Self.last.utf8))
        let verifier = try ScramVerifier(password: Self.password, salt: Self.salt, iterations: 4096)
        #expect(proof.answer(verifier) == Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8))
        #expect(proof.answer(try ScramVerifier(password: Array("Pencil".utf8), salt: Self.salt, iterations: 4096)) == nil)
        #expect(proof.answer(.unmatchable(salt: Self.salt, iterations: 4096, key: Self.nonce)) == nil)
    }

    @Test("a verifier is read as it was written, and nothing else is one")
    func text() throws {
        let verifier = try ScramVerifier(password: Self.password, salt: Self.salt, iterations: 4096)
        #expect(verifier.text.hasPrefix("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"))
        #expect(ScramVerifier(verifier.text) == verifier)
        for end in 0..<verifier.text.utf8.count - 1 { #expect(ScramVerifier(String(verifier.text.prefix(end))) == nil) }
        #expect(ScramVerifier(verifier.text.replacing("4096", with: "99999999999999999999")) == nil)
        #expect(ScramVerifier(verifier.text.replacing("4096", with: "0")) == nil)
    }

    @Test("names are as RFC 5802 §5.1 writes them", arguments: [
        ("n=a=2Cb=3Dc", "a,b=c"), ("n=анна", "анна"), ("n=", nil), ("n=a=2", nil), ("n=a=", nil), ("n=a=2c", nil), ("n=a\0", nil), ("u=a", nil),
    ])
    func names(_ row: (sent: String, name: String?)) throws {
        var exchange = ScramExchange(isPlus: false, bindings: [:], offersPlus: false)
        let name = try? exchange.receiveFirst(Array("n,,\(row.sent),r=abc".utf8))
        #expect(name == row.name.map { Array($0.utf8) })
    }

    @Test("who acts for another, and what is unknown, is refused")
    func refusals() {
        #expect(refusal("n,a=user,n=user,r=abc") == nil)
        #expect(refusal("n,a=other,n=user,r=abc") == .otherAuthorization)
        #expect(refusal("n,,m=new,n=user,r=abc") == .unknownExtension)
        #expect(refusal("n,,n=user,r=abc,x=later") == nil)
        for text in ["", ",", ",,", "n", "n,", "n,,", "n,,n=user", "n,,n=user,r=", "n,,n=user,r=a b", "z,,n=user,r=a", "F,n,,n=user,r=a", "n,b=c,n=user,r=a"] {
            guard case .malformed = refusal(text) else { Issue.record("\(text) was taken"); continue }
        }
        guard case .malformed = refusal("n,,n=user,r=" + String(repeating: "a", count: 5000)) else { Issue.record("a long one was taken"); return }
    }

    @Test("a channel binding must be this connection's, and cannot be taken away unseen")
    func bindings() throws {
        let data: [UInt8] = [1, 2, 3]
        let bindings = ["tls-exporter": data]
        // RFC 5802 §6: a client that can do it and was not told that the server can.
        #expect(refusal("y,,n=user,r=abc", bindings: bindings) == .bindingWasOffered)
        #expect(refusal("y,,n=user,r=abc") == nil)
        #expect(refusal("n,,n=user,r=abc", bindings: bindings) == nil)
        #expect(refusal("p=tls-unique,,n=user,r=abc", isPlus: true, bindings: bindings) == .unknownBinding)
        for flag in ["n", "y"] {
            guard case .malformed = refusal("\(flag),,n=user,r=abc", isPlus: true, bindings: bindings) else { Issue.record("without a binding"); continue }
        }
        guard case .malformed = refusal("p=tls-exporter,,n=user,r=abc", bindings: bindings) else { Issue.record("without -PLUS"); return }

        let proof = String(decoding: Base64.encode([UInt8](repeating: 7, count: 32)), as: UTF8.self)
        for (sent, isRight) in [(data, true), ([1, 2, 4], false), ([], false)] as [([UInt8], Bool)] {
            let exchange = try begun("p=tls-exporter,,n=user,r=abc", isPlus: true, bindings: bindings)
            let binding = String(decoding: Base64.encode(Array("p=tls-exporter,,".utf8) + sent), as: UTF8.self)
            let message = "c=\(binding),r=abc\(String(decoding: Self.nonce, as: UTF8.self)),p=\(proof)"
            if isRight {
                _ = try exchange.receiveFinal(Array(message.utf8))
            } else {
                #expect(throws: ScramRefusal.otherBinding) { try exchange.receiveFinal(Array(message.utf8)) }
            }
        }
        // The header that was said at first was another: `n` in place of `y`.
        let changed = try begun("y,,n=user,r=rOprNGfwEbeRWgbNEkqO")
        #expect(throws: ScramRefusal.otherBinding) { try changed.receiveFinal(Array(Self.last.utf8)) }
    }

    @Test("of a message with one byte changed nothing is proved", arguments: 0..<4)
    func hostile(_ seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let verifier = try ScramVerifier(password: Self.password, salt: Self.salt, iterations: 4096)
        for _ in 0..<2000 {
            var bytes = Array(Self.last.utf8)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            case 1: bytes.removeSubrange(Int.random(in: 0..<bytes.count, using: &random)..<bytes.count)
            default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: Int.random(in: 0...bytes.count, using: &random))
            }
            let exchange = try begun(Self.first)
            guard let proof = try? exchange.receiveFinal(bytes), let answer = proof.answer(verifier) else { continue }
            // Then it is the same proof, in other base64.
            #expect(bytes.starts(with: Self.last.utf8.prefix(Self.last.utf8.count - 44)), "\(answer)")
        }
        for _ in 0..<2000 {
            var exchange = ScramExchange(isPlus: false, bindings: ["a": [1]], offersPlus: false)
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in Array("npy=,ar2C3Dm\0\u{FF}".utf8).randomElement(using: &random) ?? 0 }
            _ = try? exchange.receiveFirst(bytes)
            _ = exchange.challenge(salt: bytes, iterations: 1, nonce: bytes)
            _ = try? exchange.receiveFinal(bytes)
        }
    }

    @Test("passwords are prepared by SASLprep", arguments: [
        // RFC 4013 §3
        ("I\u{AD}X", "IX"), ("user", "user"), ("USER", "USER"), ("\u{AA}", "a"), ("\u{2168}", "IX"),
        // Neither is allowed: they stay as they are.
        ("\u{7}", "\u{7}"), ("\u{627}1", "\u{627}1"),
        // Other spaces are a space (§2.1); decomposed letters are composed; what Unicode 3.2 does not have is let through.
        ("a\u{A0}b", "a b"), ("и\u{306}", "й"), ("пароль🔑", "пароль🔑"), ("\u{FDFA}", "صلى الله عليه وسلم"),
    ])
    func preparation(_ row: (typed: String, prepared: String)) {
        #expect(SASLprep.prepare(Array(row.typed.utf8)) == Array(row.prepared.utf8))
    }

    @Test("octets that are no text stay as they are")
    func octets() {
        #expect(SASLprep.prepare([0xFF, 0x41]) == [0xFF, 0x41])
        #expect(SASLprep.prepare([]) == [])
        #expect(SASLprep.prepare([0xC2, 0xAD]) == [0xC2, 0xAD])
    }
}
