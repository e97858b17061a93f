import Bytes
import Testing

@testable import XML

@Suite("Encodings of documents")
struct XMLEncodingTests {
    @Test("UTF-16 is read by its mark or its first letter, in both orders", arguments: [
        [0xFF, 0xFE] + utf16("<?xml version='1.0' encoding='UTF-16'?><a>ж👋</a>", isBigEndian: false),
        [0xFE, 0xFF] + utf16("<?xml version='1.0' encoding='UTF-16'?><a>ж👋</a>", isBigEndian: true),
        [0xFF, 0xFE] + utf16("<?xml version='1.0' encoding='utf-8'?><a>ж👋</a>", isBigEndian: false),
        utf16("<?xml version='1.0' encoding='UTF-16'?><a>ж👋</a>", isBigEndian: false),
        utf16("<a>ж👋</a>", isBigEndian: true),
    ])
    func sixteenBits(_ bytes: [UInt8]) throws {
        #expect(String(utf8: try XMLDocument.parse(bytes).root.text) == "ж👋")
    }

    @Test("ISO-8859-1, US-ASCII and the mark of UTF-8 are read, and a label of UTF-16 on ASCII is passed over")
    func others() throws {
        func text(_ bytes: [UInt8]) throws -> String { String(utf8: try XMLDocument.parse(bytes).root.text) }
        let latin1 = [UInt8]("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>".utf8) + [0xE9] + [UInt8]("</a>".utf8)
        #expect(try text(latin1) == "é")
        #expect(try text([0xEF, 0xBB, 0xBF] + [UInt8]("<a>ж</a>".utf8)) == "ж")
        #expect(try text([UInt8]("<?xml version='1.0' encoding = 'us-ascii'?><a>x</a>".utf8)) == "x")
        #expect(try text([UInt8]("<?xml version='1.0' encoding='utf-16'?><a>x</a>".utf8)) == "x")
    }

    @Test("other encodings, and bytes that are none, are refused", arguments: [
        [UInt8]("<?xml version='1.0' encoding='UTF-7'?><a>+ADw-b/+AD4-</a>".utf8),
        [UInt8]("<?xml version='1.0' encoding='klingon'?><a/>".utf8),
        [0x4C, 0x6F, 0xA7, 0x94], [0x3C, 0, 0, 0, 0x61, 0, 0, 0, 0x2F, 0, 0, 0, 0x3E, 0, 0, 0],
        [0xFF, 0xFE] + utf16("<a/>", isBigEndian: false) + [0x41],
        [0xFF, 0xFE] + utf16("<a>", isBigEndian: false) + [0x00, 0xD8] + utf16("</a>", isBigEndian: false),
        [UInt8]("<a>".utf8) + [0xFF] + [UInt8]("</a>".utf8),
        [UInt8]("<a b='".utf8) + [0xC0, 0x80] + [UInt8]("'/>".utf8),
        [UInt8]("<a><!--".utf8) + [0xED, 0xA0, 0x80] + [UInt8]("--></a>".utf8), [UInt8]("<a/>".utf8) + [0, 0x78],
    ])
    func refused(_ bytes: [UInt8]) { #expect(throws: ParseError.self) { try XMLDocument.parse(bytes) } }
}

private func utf16(_ text: String, isBigEndian: Bool) -> [UInt8] {
    text.utf16.flatMap { unit -> [UInt8] in
        let (high, low) = (UInt8(truncatingIfNeeded: unit >> 8), UInt8(truncatingIfNeeded: unit))
        return isBigEndian ? [high, low] : [low, high]
    }
}
