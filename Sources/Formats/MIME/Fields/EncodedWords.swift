import Bytes

/// RFC 2047: text of any charset in a header. Decoding takes what is met: words without white space between them, within quotes,
/// with blanks in them, and characters cut in two.
package enum EncodedWords {
    /// The text in UTF-8. What stands outside of words and is no ASCII is guessed.
    package static func decode(_ text: ArraySlice<UInt8>) -> [UInt8] {
        guard text.has(0x3D) else { return guess(text) }
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var plainStart = text.startIndex
        var position = text.startIndex
        // Bytes of the words before, as long as they have one charset: a character may be cut between them.
        var pending: [UInt8] = []
        var pendingCharset: [UInt8] = []
        var isAfterWord = false
        // No word ends behind this.
        var hasEnds = true
        while hasEnds, let start = text.index(of: 0x3D, from: position) {
            guard let word = word(text, at: start, hasEnds: &hasEnds) else {
                position = start + 1
                continue
            }
            let between = text[plainStart..<start]
            // RFC 2047 §6.2: white space between two words is none of the text.
            let isAdjacent = isAfterWord && between.allSatisfy(FieldCursor.isSpace)
            if !isAdjacent || !word.charset.elementsEqual(pendingCharset) {
                flush(&pending, pendingCharset, to: &out)
                pendingCharset = Array(word.charset)
            }
            if !isAdjacent { out += guess(between) }
            pending += word.bytes
            isAfterWord = true
            position = word.end
            plainStart = word.end
        }
        flush(&pending, pendingCharset, to: &out)
        out += guess(text[plainStart...])
        return out
    }

    private static func flush(_ pending: inout [UInt8], _ charset: [UInt8], to out: inout [UInt8]) {
        guard !pending.isEmpty else { return }
        let decoded = CharsetDecoder.utf8(pending, from: CharsetName(charset))
        // Nothing in a word can be a line end or NUL, which would make new fields of it.
        for byte in decoded where byte != 0 { out.append(byte == 0x0D || byte == 0x0A ? 0x20 : byte) }
        pending.removeAll(keepingCapacity: true)
    }

    /// Text that names no charset: UTF-8, or else windows-1252.
    static func guess(_ text: some Collection<UInt8>) -> [UInt8] {
        text.allSatisfy { $0 < 0x80 } ? Array(text) : CharsetDecoder.utf8(text, from: .ascii)
    }

    private struct Word {
        var charset: ArraySlice<UInt8>
        var bytes: [UInt8]
        var end: Int
    }

    private static func word(_ text: ArraySlice<UInt8>, at start: Int, hasEnds: inout Bool) -> Word? {
        let limit = text.endIndex
        guard start + 1 < limit, text[start + 1] == 0x3F else { return nil }
        var index = start + 2
        while index < limit, index - start < 64, FieldCursor.isTokenByte(text[index]), text[index] != 0x3F { index += 1 }
        guard index > start + 2, index + 2 < limit, text[index] == 0x3F, text[index + 2] == 0x3F else { return nil }
        // RFC 2231 §5: a language may follow the charset.
        let charset = text[(start + 2)..<index].prefix { $0 != 0x2A }
        let coding = text[index + 1] | 0x20
        guard coding == 0x62 || coding == 0x71 else { return nil }
        let content = index + 3
        var end = content
        while let mark = text.index(of: 0x3F, from: end), mark + 1 < limit {
            if text[mark + 1] == 0x3D {
                let coded = text[content..<mark]
                let bytes = coding == 0x62 ? TransferDecoder.decode(coded, .base64) : decodeQ(coded)
                return Word(charset: charset, bytes: bytes, end: mark + 2)
            }
            end = mark + 1
        }
        // Behind here no other word can end either, so nobody looks again.
        hasEnds = false
        return nil
    }

    /// RFC 2047 §4.2.
    private static func decodeQ(_ coded: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(coded.count)
        var index = coded.startIndex
        while index < coded.endIndex {
            let byte = coded[index]
            index += 1
            if byte == 0x5F {
                out.append(0x20)
            } else if byte == 0x3D, index + 1 < coded.endIndex, let high = coded[index].hexadecimalValue,
                let low = coded[index + 1].hexadecimalValue {
                out.append(high << 4 | low)
                index += 2
            } else {
                out.append(byte)
            }
        }
        return out
    }
}
