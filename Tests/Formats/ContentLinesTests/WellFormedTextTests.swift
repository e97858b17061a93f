import Bytes
import ContentLines
import Testing

@Suite("Text that should be UTF-8")
struct WellFormedTextTests {
    @Test(
        "overlong forms, surrogates and cut characters are no UTF-8, and become U+FFFD beside text that is",
        arguments: [
        [0xC0, 0x80], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
    ] as [[UInt8]])
    func broken(bytes: [UInt8]) {
        #expect(!WellFormedText.isUTF8(bytes[...]))
        let string = WellFormedText.string((Array("ж".utf8) + bytes)[...])
        #expect(string.hasPrefix("ж\u{FFFD}"))
    }

    @Test("text without any UTF-8 is taken for windows-1252, if every byte has a meaning there")
    func windows1252() {
        #expect(WellFormedText.string([0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72, 0x80]) == "Müller€")
        #expect(WellFormedText.string([0x4D, 0xFC, 0x81]) == "M\u{FFFD}\u{FFFD}")
        #expect(WellFormedText.string(Array("M\u{FFFD}".utf8)[...]) == "M\u{FFFD}")
    }

    @Test("a document in UTF-8 is left alone")
    func untouched() {
        let bytes = document("BEGIN:X", "SUMMARY:Straße", "END:X") + Array("\n\nbare\n".utf8)
        #expect(WellFormedText.document(bytes) == bytes)
    }

    @Test("a fold within a character moves, and other lines stay as they are")
    func foldInCharacter() throws {
        let other = "DESCRIPTION:fol\r\n ded\r\n"
        let bytes =
            Array("BEGIN:X\r\n\(other)SUMMARY:Stra".utf8) + [0xC3, 0x0D, 0x0A, 0x20, 0x9F]
            + Array("e\r\nEND:X\r\n".utf8)
        #expect(text(WellFormedText.document(bytes)) == "BEGIN:X\r\n\(other)SUMMARY:Straße\r\nEND:X\r\n")
    }

    @Test("Latin-1 becomes UTF-8, line by line")
    func latin1() {
        let bytes = Array("BEGIN:X\r\nA:ж\r\nB:".utf8) + [0xFC] + Array("\r\nEND:X\r\n".utf8)
        #expect(text(WellFormedText.document(bytes)) == "BEGIN:X\r\nA:ж\r\nB:ü\r\nEND:X\r\n")
    }
}
