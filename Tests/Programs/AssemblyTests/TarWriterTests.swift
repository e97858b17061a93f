import Testing

@testable import Assembly

/// What tar reads of a header (POSIX, pax: "ustar Interchange Format").
@Suite("Headers of archives")
struct TarWriterTests {
    private func text(_ block: [UInt8], _ range: Range<Int>) -> String {
        String(decoding: block[range].prefix { $0 != 0 && $0 != 0x20 }, as: UTF8.self)
    }

    @Test("name, size, kind and check sum stand where they are looked for")
    func fields() {
        let block = TarWriter.header("blobs/aa/bb/x", size: 1234, mode: 0o600, modified: 99, type: UInt8(ascii: "0"))
        #expect(block.count == 512)
        #expect(text(block, 0..<100) == "blobs/aa/bb/x")
        #expect(text(block, 100..<108) == "0000600")
        #expect(Int(text(block, 124..<136), radix: 8) == 1234)
        #expect(Int(text(block, 136..<148), radix: 8) == 99)
        #expect(block[156] == UInt8(ascii: "0"))
        #expect(Array(block[257..<265]) == Array("ustar".utf8) + [0] + Array("00".utf8))
        var blank = block
        blank.replaceSubrange(148..<156, with: repeatElement(0x20, count: 8))
        #expect(Int(text(block, 148..<156), radix: 8) == blank.reduce(0) { $0 + Int($1) })
    }

    @Test("a size that eleven octal digits cannot hold is binary", arguments: [1 << 33, 1 << 40, Int64.max])
    func large(size: Int64) {
        let block = TarWriter.header("a", size: size, mode: 0o600, modified: 0, type: UInt8(ascii: "0"))
        #expect(block[124] == 0x80)
        #expect(block[128..<136].reduce(0 as Int64) { $0 << 8 | Int64($1) } == size)
        let most = TarWriter.header("a", size: (1 << 33) - 1, mode: 0o600, modified: 0, type: UInt8(ascii: "0"))
        #expect(text(most, 124..<136) == "77777777777")
    }
}
