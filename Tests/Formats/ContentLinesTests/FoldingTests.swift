import Bytes
import ContentLines
import TestRandom
import Testing

@Suite("Folding")
struct FoldingTests {
    private func folded(_ line: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        ContentLineFolding.append(line[...], to: &out)
        return out
    }

    @Test("a line of 75 octets stays, one more makes a fold")
    func boundary() {
        let line = [UInt8](repeating: 0x41, count: 75)
        #expect(folded(line) == line + [0x0D, 0x0A])
        #expect(folded(line + [0x42]) == line + [0x0D, 0x0A, 0x20, 0x42, 0x0D, 0x0A])
        #expect(folded([]) == [0x0D, 0x0A])
    }

    @Test("no fold stands within a character, and no line is longer than 75 octets", arguments: 0..<8)
    func characters(shift: Int) {
        let line = [UInt8]((String(repeating: "a", count: shift) + String(repeating: "ж🙂€", count: 60)).utf8)
        let lines = folded(line).split(separator: 0x0A).map { $0.dropLast() }
        #expect(lines.allSatisfy { $0.count <= 75 && WellFormedText.isUTF8($0[...]) })
        #expect(lines.count > 5)
    }

    @Test("unfolding what was folded gives any bytes back")
    func identity() throws {
        var random = SeededGenerator(state: 1)
        for _ in 0..<2_000 {
            let count = Int.random(in: 0..<400, using: &random)
            let kinds: [ClosedRange<UInt8>] = [0x00...0xFF, 0x80...0xBF, 0x20...0x7E, 0xC0...0xFF]
            let kind = kinds[Int.random(in: 0..<4, using: &random)]
            let value = (0..<count).map { _ in UInt8.random(in: kind, using: &random) }.filter {
                $0 != 0x0A && $0 != 0x0D
            }
            let bytes = Array("BEGIN:X\r\n".utf8) + folded(Array("A:".utf8) + value) + Array("END:X\r\n".utf8)
            #expect(try Array(first(root(bytes).properties).value) == value)
        }
    }

    @Test("a line end in a value that is written raw does not make another line")
    func injection() throws {
        var writer = ContentLineWriter()
        writer.begin("X")
        writer.property("URL", value: "http://x/\r\nATTACH:evil".utf8)
        writer.property("N", parameters: [("P", "a\r\nb")], text: "t")
        writer.end("X")
        #expect(try root(writer.bytes).properties.map { text($0.name) } == ["URL", "N"])
    }
}
