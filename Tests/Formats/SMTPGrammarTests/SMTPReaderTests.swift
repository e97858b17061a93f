import SMTPGrammar
import TestRandom
import Testing

@Suite struct SMTPReaderTests {
    /// What comes of a message that follows DATA, in pieces of that length: its octets, and what comes behind it.
    private func message(_ text: String, piece: Int) -> (octets: String?, rest: [String]) {
        var reader = SMTPReader()
        reader.beginData()
        var octets: [UInt8] = []
        var hasEnded = false
        var rest: [String] = []
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            reader.append(Array(bytes.prefix(piece)))
            bytes = bytes.dropFirst(piece)
            while let event = reader.next() {
                switch event {
                case .data(let more): octets += more
                case .dataEnd: hasEnded = true
                case .line(let line): rest.append(String(decoding: line, as: UTF8.self))
                case .lineTooLong, .badLineEnd: rest.append("\(event)")
                }
            }
        }
        return (hasEnded ? String(decoding: octets, as: UTF8.self) : nil, rest)
    }

    @Test(
        "a message ends with CRLF . CRLF, and its dots are taken away",
        arguments: [
            // RFC 5321 §4.5.2
            ("a\r\n.\r\n", "a\r\n"), (".\r\n", ""), ("..\r\n.\r\n", ".\r\n"), ("...\r\n.\r\n", "..\r\n"), (".a\r\n.\r\n", "a\r\n"),
            ("a\r\n\r\n.\r\n", "a\r\n\r\n"), ("a.\r\n.\r\n", "a.\r\n"), (".\rx\r\n.\r\n", "\rx\r\n"),
            // RFC 5321 §2.3.8, §4.1.1.4: LF or CR alone ends no line, so a dot behind it is one.
            ("a\n.\n\r\n.\r\n", "a\n.\n\r\n"), ("a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n"), ("a\r.\r\nb\r\n.\r\n", "a\r.\r\nb\r\n"),
            ("a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n"), ("a\r\n.\r.\r\nb\r\n.\r\n", "a\r\n\r.\r\nb\r\n"), ("\n..\r\n.\r\n", "\n..\r\n"),
        ])
    func dots(_ sent: String, _ expected: String) {
        for piece in 1...(sent.utf8.count + 1) {
            let (octets, rest) = message(sent + "QUIT\r\n", piece: piece)
            #expect(octets == expected, "\(piece)")
            #expect(rest == ["QUIT"])
        }
    }

    @Test("what is not the end is none, however much of it there is")
    func noEnd() {
        for text in ["a\r\n.", "a\r\n.\r", "\r\n.\n", ".\n", "a\n.\n", "a\r.\r", "\r\n..\r\n"] {
            #expect(message(text, piece: 3).octets == nil, "\(text.debugDescription)")
        }
    }

    @Test("a message that was sent as RFC 5321 wants it comes out as it was", arguments: 1...50)
    func roundTrip(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabet: [String] = ["\r\n", "\r\n", ".", ".", "\n", "\r", "a"]
        var text = ""
        for _ in 0..<Int.random(in: 0...40, using: &random) { text += alphabet.randomElement(using: &random) ?? "" }
        text += "\r\n"
        // §4.5.2: a dot is put before one that begins a line.
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte == 0x2E, bytes.isEmpty || bytes.suffix(2) == [0x0D, 0x0A] { bytes.append(0x2E) }
            bytes.append(byte)
        }
        let sent = String(decoding: bytes, as: UTF8.self) + ".\r\nNOOP\r\n"
        let (octets, rest) = message(sent, piece: Int.random(in: 1...9, using: &random))
        #expect(octets == text)
        #expect(rest == ["NOOP"])
    }

    @Test("lines end with CRLF, and what is longer than the limit is passed over")
    func lines() {
        var reader = SMTPReader(lineLimit: 10)
        reader.append(Array("NOOP\r\nQUIT\nA\rB\r\n0123456789\r\n01234567890\r\n012345678901234\r\nRSET\r\n".utf8))
        var events: [SMTPReader.Event] = []
        while let event = reader.next() { events.append(event) }
        #expect(events == [
            .line(Array("NOOP".utf8)), .badLineEnd, .badLineEnd, .line(Array("0123456789".utf8)), .lineTooLong, .lineTooLong,
            .line(Array("RSET".utf8)),
        ])
        #expect(reader.isBetweenCommands)
        reader.append(Array("0123456789abcdef".utf8))
        #expect(reader.next() == nil)
        reader.append(Array("ghi\r\nNOOP\r\n".utf8))
        #expect(reader.next() == .lineTooLong)
        #expect(reader.next() == .line(Array("NOOP".utf8)))
    }

    @Test("a chunk is as many octets as were announced, dots and all")
    func chunks() {
        // RFC 3030 §2
        var reader = SMTPReader()
        reader.beginChunk(6)
        reader.append(Array("a\r\n.".utf8))
        #expect(reader.next() == .data(Array("a\r\n.".utf8)))
        #expect(reader.next() == nil)
        #expect(!reader.isBetweenCommands)
        reader.append(Array("\r\nBDAT 0 LAST\r\n".utf8))
        #expect(reader.next() == .data([0x0D, 0x0A]))
        #expect(reader.next() == .dataEnd)
        #expect(reader.next() == .line(Array("BDAT 0 LAST".utf8)))
        reader.beginChunk(0)
        #expect(reader.next() == .dataEnd)
    }
}
