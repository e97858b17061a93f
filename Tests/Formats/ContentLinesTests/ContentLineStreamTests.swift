import Bytes
import ContentLines
import TestRandom
import Testing

@Suite("Reading a document by pieces")
struct ContentLineStreamTests {
    private func lines(_ bytes: [UInt8], chunkSize: Int) throws -> [ContentLineStream.Line] {
        var stream = ContentLineStream(byteCount: bytes.count, chunkSize: chunkSize) { Array(bytes[$0]) }
        var lines: [ContentLineStream.Line] = []
        while let line = try stream.next() { lines.append(line) }
        #expect(stream.offset == bytes.count)
        return lines
    }

    private let source = [UInt8](
        "\u{FEFF}begin:x\r\n\r\nA:1\r\n 2\r\n\r\n\t3\rB:4\nBE\n GIN:Y\r\nEND:Y\n\nBEGIN;P=1:Z".utf8)

    @Test("lines have their ranges, numbers and kinds")
    func kinds() throws {
        let found = try lines(source, chunkSize: 1000)
        #expect(found.map { text(source[$0.range]) } == [
            "begin:x", "A:1\r\n 2\r\n\r\n\t3", "B:4", "BE\n GIN:Y", "END:Y", "BEGIN;P=1:Z",
        ])
        #expect(found.map(\.number) == [1, 3, 7, 8, 10, 12])
        #expect(found.map(\.kind) == [
            .begin([0x58]), .property, .property, .begin([0x59]), .end([0x59]), .property,
        ])
    }

    @Test("the size of the pieces makes no difference", arguments: 3..<40)
    func chunks(size: Int) throws {
        #expect(try lines(source, chunkSize: size) == lines(source, chunkSize: 1000))
    }

    @Test("a file that became shorter while it was read ends there")
    func shortened() throws {
        var stream = ContentLineStream(byteCount: 1000, chunkSize: 10) {
            $0.lowerBound == 0 ? [UInt8]("BEGIN:X\r\n".utf8) : []
        }
        #expect(try stream.next()?.kind == .begin([0x58]))
        #expect(try stream.next() == nil)
    }

    @Test("many lines of white space at the start are passed over")
    func whiteSpace() throws {
        let bytes = [UInt8]((String(repeating: " \r\n", count: 200_000) + "BEGIN:X").utf8)
        #expect(try lines(bytes, chunkSize: 4096).map(\.number) == [200_001])
    }

    @Test("random documents are cut as the parser cuts them")
    func sameAsParser() throws {
        var random = SeededGenerator(state: 7)
        let alphabet = Array("AB:;= \t\r\n\r\n\r\n".utf8)
        for _ in 0..<2_000 {
            let count = Int.random(in: 0..<60, using: &random)
            let bytes = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] }
            let whole = Array("BEGIN:X\nA:".utf8) + bytes + Array("\nEND:X\n".utf8)
            let streamed = try lines(whole, chunkSize: 7).map(\.range)
            let parsed = try first(ComponentTree.parse(whole).roots).properties.map(\.sourceRange)
            // Of lines without a colon only the stream tells.
            #expect(Set(parsed).isSubset(of: Set(streamed)))
        }
    }
}
