import Bytes
import MIME
import TestRandom
import Testing

@Suite("Transfer encodings and charsets")
struct DecoderTests {
    private func decode(_ encoded: String, _ encoding: TransferEncoding) -> String { text(TransferDecoder.decode(slice(encoded), encoding)) }

    @Test("base64 takes what is met", arguments: [
        ("SGVsbG8=", "Hello"), ("SGVs\r\nbG8", "Hello"), ("SGVsbG8=SGVsbG8=", "HelloHello"), ("S G*V!sbG8=\r\n-- \r\n", "Hello"), ("SGVsbG", "Hell"),
        ("=", ""), ("A", ""), ("", ""),
    ])
    func base64(encoded: String, expected: String) { #expect(decode(encoded, .base64) == expected) }

    /// RFC 2045 §6.7.
    @Test("quoted-printable takes what is met", arguments: [
        ("Now's the time =\r\nfor all folk to come=\r\n to the aid of their country.", "Now's the time for all folk to come to the aid of their country."),
        ("a=20 \t\r\nb", "a \r\nb"), ("a= \t\r\nb", "ab"), ("a=\nb", "ab"), ("=e9=E9", "\u{FFFD}\u{FFFD}"), ("a=XYb=", "a=XYb"), ("a=4", "a=4"),
        ("1=1", "1=1"), ("= x", "= x"), ("==41", "=A"), ("a  ", "a  "),
    ])
    func quotedPrintable(encoded: String, expected: String) { #expect(decode(encoded, .quotedPrintable) == expected) }

    @Test("where input is cut changes nothing, in any encoding and charset")
    func pieces() {
        var random = SeededGenerator(state: 5)
        let charsets = ["utf-8", "us-ascii", "iso-2022-jp", "gb18030", "utf-16", "koi8-r", "utf-7", "euc-kr", "x-none"]
        let units: [[UInt8]] = [[0x3D], [0x3D, 0x0D, 0x0A], [0x20], [0x0D, 0x0A], [0x41], [0xD0], [0x9F], [0xF0, 0x9F, 0x98, 0x80], [0xE2, 0x82], [0x1B, 0x24, 0x42], [0x1B, 0x28, 0x42], [0x2B], [0x2D], [0xFF], [0x81, 0x30], [0x3C], [0x26, 0x61], [0x3D, 0x44, 0x30]]
        for round in 0..<3000 {
            let input = (0..<Int.random(in: 0..<30, using: &random)).flatMap { _ in units[Int.random(in: 0..<units.count, using: &random)] }
            let name = charsets[round % charsets.count]
            let encoding: TransferEncoding = [.base64, .quotedPrintable, .eightBit][round % 3]
            let type = ContentType(slice("text/\(round % 2 == 0 ? "html" : "plain"); charset=\(name)")) ?? .text
            func run(_ pieces: [ArraySlice<UInt8>]) -> [UInt8] {
                var decoder = PartTextDecoder(type, encoding)
                var out: [UInt8] = []
                for piece in pieces { piece.withUnsafeBufferPointer { decoder.feed($0, into: &out) } }
                decoder.finish(into: &out)
                return out
            }
            let cut = Int.random(in: 0...input.count, using: &random)
            let whole = run([input[...]])
            #expect(run([input[..<cut], input[cut...]]) == whole, "\(name) \(encoding) \(input) at \(cut)")
            #expect(run(input.indices.map { input[$0...$0] }) == whole, "\(name) \(encoding) \(input)")
            #expect(String(validating: whole, as: UTF8.self) != nil)
        }
    }

    @Test("what is written is read")
    func roundTrip() {
        var random = SeededGenerator(state: 9)
        for _ in 0..<300 {
            let data = (0..<Int.random(in: 0..<300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            let base64 = BodyWriter.base64(data)
            #expect(TransferDecoder.decode(base64[...], .base64) == data)
            #expect(base64.split(separator: 0x0A).allSatisfy { $0.count <= 77 })
            let lines = BodyWriter.canonicalText(data)
            let quoted = BodyWriter.quotedPrintable(lines)
            #expect(TransferDecoder.decode(quoted[...], .quotedPrintable) == lines)
            #expect(quoted.split(separator: 0x0A).allSatisfy { $0.count <= 77 } && quoted.allSatisfy { $0 < 0x7F })
        }
    }
}
