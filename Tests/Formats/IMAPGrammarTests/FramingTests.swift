import Bytes
import TestRandom
import Testing

@testable import IMAPGrammar

/// Feeds a reader, and answers what it asks for.
struct Transcript {
    var reader: CommandReader
    var events: [CommandReader.Event] = []
    /// Literals larger than that are refused.
    var acceptsUpTo: UInt64 = .max

    init(_ limits: CommandReader.Limits = .uploading, acceptsUpTo: UInt64 = .max) {
        reader = CommandReader(limits: limits)
        self.acceptsUpTo = acceptsUpTo
    }

    mutating func feed(_ bytes: some Collection<UInt8>) {
        reader.append(bytes)
        while let event = reader.next() {
            switch event {
            case .upload(.literal(let size, _)):
                events.append(event)
                if size <= acceptsUpTo { reader.accept() } else { reader.refuse() }
            case .upload(.data(let more)):
                // Pieces are cut as the bytes come.
                if case .upload(.data(let before))? = events.last {
                    events[events.count - 1] = .upload(.data(before + more))
                } else {
                    events.append(event)
                }
            case .command(let bytes):
                events.append(event)
                if bytes.suffix(4).equalsIgnoringASCIICase("IDLE") { reader.expectLine() }
            default: events.append(event)
            }
        }
    }

    /// In pieces whose lengths the seed gives.
    mutating func feed(_ bytes: [UInt8], seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...(Bool.random(using: &random) ? 3 : 40), using: &random)
            feed(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
    }
}

extension CommandReader.Limits {
    static var uploading: Self {
        var limits = Self()
        limits.takesUploads = true
        return limits
    }

    static var small: Self {
        var limits = Self.uploading
        (limits.line, limits.literal, limits.command, limits.skipped) = (60, 20, 90, 400)
        limits.nonSynchronisingLiteral = 10
        return limits
    }
}

@Suite("The framing of commands")
struct FramingTests {
    private func events(_ text: String, _ limits: CommandReader.Limits = .uploading, acceptsUpTo: UInt64 = .max) -> [CommandReader.Event] {
        var transcript = Transcript(limits, acceptsUpTo: acceptsUpTo)
        transcript.feed(bytes(text))
        return transcript.events
    }

    @Test("lines, several of them, with CRLF or by hand with LF")
    func lines() {
        #expect(events("a NOOP\r\nb NOOP\nc NO") == [.command(bytes("a NOOP")), .command(bytes("b NOOP"))])
        #expect(events("\r\na NOOP\r\n") == [.command([]), .command(bytes("a NOOP"))])
    }

    @Test("literals are part of the command, and the client is asked for those it waits with (RFC 9051 §4.3)")
    func literals() throws {
        let all = events("A001 LOGIN {11}\r\nFRED FOOBAR {7+}\r\nfat man\r\nb NOOP\r\n")
        #expect(all == [.continueLiteral, .command(bytes("A001 LOGIN {11}\r\nFRED FOOBAR {7+}\r\nfat man")), .command(bytes("b NOOP"))])
        guard case .command(let line) = all[1] else { return }
        #expect(try TaggedCommand.parse(line).command == .login(user: bytes("FRED FOOBAR"), password: bytes("fat man")))
        #expect(events("a LOGIN {0}\r\n {2}\r\n\r\n\r\n").last == .command(bytes("a LOGIN {0}\r\n {2}\r\n\r\n")))
        // A bare LF behind the announcement is made CRLF.
        #expect(events("a LOGIN x {2}\nab\n").last == .command(bytes("a LOGIN x {2}\r\nab")))
    }

    @Test("a client that waits is refused at once, and its next command is read (RFC 9051 §4.3)")
    func refusedSynchronising() {
        #expect(events("a LOGIN {21}\r\nb NOOP\r\n", .small) == [.refused(Refusal(tag: bytes("a"), reason: .literalTooBig)), .command(bytes("b NOOP"))])
        #expect(events("a XYZZY {5}\r\nb NOOP\r\n") == [.refused(Refusal(tag: bytes("a"), reason: .unknownCommand)), .command(bytes("b NOOP"))])
        let many = "a SEARCH " + (1...6).map { _ in "TEXT {15}\r\n123456789012345 " }.joined()
        #expect(events(many, .small).first { $0 != .continueLiteral } == .refused(Refusal(tag: bytes("a"), reason: .commandTooBig)))
    }

    @Test("a literal that nobody waits for is skipped with the rest of its command, and then refused (RFC 7888 §4)")
    func refusedNonSynchronising() {
        let tooBig = CommandReader.Event.refused(Refusal(tag: bytes("a"), reason: .nonSynchronisingLiteralTooBig))
        #expect(events("a LOGIN {11+}\r\n12345678901 {3+}\r\nabc\r\nb NOOP\r\n", .small) == [tooBig, .command(bytes("b NOOP"))])
        #expect(events("a LOGIN {11+}\r\n12345678901 {3}\r\nb NOOP\r\n", .small) == [tooBig, .command(bytes("b NOOP"))])
        #expect(events("a LOGIN {11+}\r\n1234567890", .small) == [])
        #expect(events("a LOGIN {401+}\r\n", .small) == [.broken(Refusal(tag: bytes("a"), reason: .nonSynchronisingLiteralTooBig))])
        #expect(events("a LOGIN {9223372036854775807+}\r\n\(String(repeating: "x", count: 1000))\r\nb NOOP\r\n", .small).count == 1)
        // One more digit is no size, and no literal.
        #expect(events("a LOGIN {92233720368547758070+}\r\nb NOOP\r\n").count == 2)
    }

    @Test("a line that is too long is skipped with its literals, and told by its tag")
    func longLines() {
        let long = String(repeating: "x", count: 70)
        let tooLong = CommandReader.Event.refused(Refusal(tag: bytes("a"), reason: .lineTooLong))
        #expect(events("a NOOP \(long)\r\nb NOOP\r\n", .small) == [tooLong, .command(bytes("b NOOP"))])
        #expect(events("a NOOP \(long){4+}\r\n\r\n\r\n\r\nb NOOP\r\n", .small) == [tooLong, .command(bytes("b NOOP"))])
        #expect(events("\(long)\r\nb NOOP\r\n", .small).first == .refused(Refusal(tag: nil, reason: .lineTooLong)))
        #expect(events(String(repeating: "x", count: 1000), .small).count == 1)
        #expect(events("a " + String(repeating: "x", count: 58) + "\r\n", .small).count == 1)
    }

    @Test("DONE and what follows it in one packet, as iOS sends it")
    func idle() {
        #expect(events("a IDLE\r\nDONE\r\nb NOOP\r\n") == [.command(bytes("a IDLE")), .line(bytes("DONE")), .command(bytes("b NOOP"))])
        // No literal begins there.
        #expect(events("a IDLE\r\nDONE{5}\r\nb NOOP\r\n").suffix(2) == [.line(bytes("DONE{5}")), .command(bytes("b NOOP"))])
    }

    @Test("what came before TLS is forgotten, what came behind COMPRESS is given back")
    func boundaries() {
        var reader = CommandReader()
        reader.append(bytes("a STARTTLS\r\nb LOGIN x y\r\n"))
        #expect(reader.next() == .command(bytes("a STARTTLS")) && !reader.isBetweenCommands)
        #expect(reader.discardPending() == 13 && reader.next() == nil && reader.isBetweenCommands)
        reader.append(bytes("a COMPRESS DEFLATE\r\n\u{1}\u{2}"))
        #expect(reader.next() == .command(bytes("a COMPRESS DEFLATE")))
        #expect(reader.takePending() == [1, 2] && reader.pendingBytes == 0)
    }

    @Test("an APPEND is given in pieces (RFC 9051 §6.3.12)")
    func append() {
        let message = "Date: Mon, 7 Feb 1994 21:52:25 -0800 (PST)\r\n\r\nHello Joe"
        let size = message.utf8.count
        #expect(events("A003 APPEND saved-messages (\\Seen) {\(size)}\r\n\(message)\r\nb NOOP\r\n") == [
            .upload(.begin(UploadTarget(tag: bytes("A003"), kind: .append, mailbox: box("saved-messages")))),
            .upload(.message(flags: [.seen], date: nil, isUTF8: false)), .upload(.literal(size: UInt64(size), isBinary: false)), .continueLiteral,
            .upload(.data(bytes(message))), .upload(.messageEnd), .upload(.end), .command(bytes("b NOOP")),
        ])
    }

    @Test("the mailbox of an APPEND may be a literal, and the message of no bytes")
    func appendToLiteral() {
        #expect(events("a APPEND {5}\r\nInbox ~{0+}\r\n\r\n") == [
            .continueLiteral, .upload(.begin(UploadTarget(tag: bytes("a"), kind: .append, mailbox: .inbox))),
            .upload(.message(flags: [], date: nil, isUTF8: false)), .upload(.literal(size: 0, isBinary: true)), .upload(.messageEnd), .upload(.end),
        ])
    }

    @Test("several messages (RFC 3502 §6)")
    func multiAppend() {
        let all = events("A APPEND saved (\\Seen x) \" 7-Feb-1994 21:52:25 -0800\" {3+}\r\nabc (\\Draft) {2+}\r\nde {1+}\r\nf\r\n")
        #expect(all == [
            .upload(.begin(UploadTarget(tag: bytes("A"), kind: .append, mailbox: box("saved")))),
            .upload(.message(flags: [.seen, .keyword(bytes("x"))], date: InternalDate(seconds: 760_686_745, zoneMinutes: -480), isUTF8: false)),
            .upload(.literal(size: 3, isBinary: false)), .upload(.data(bytes("abc"))), .upload(.messageEnd),
            .upload(.message(flags: [.draft], date: nil, isUTF8: false)), .upload(.literal(size: 2, isBinary: false)), .upload(.data(bytes("de"))),
            .upload(.messageEnd), .upload(.message(flags: [], date: nil, isUTF8: false)), .upload(.literal(size: 1, isBinary: false)),
            .upload(.data(bytes("f"))), .upload(.messageEnd), .upload(.end),
        ])
    }

    @Test("CATENATE (RFC 4469 §4) and UTF8 (RFC 6855 §4)")
    func catenate() {
        let line = "A003 APPEND Drafts (\\Seen \\Draft $MDNSent) CATENATE (URL \"/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER\" TEXT {4+}\r\nabcd "
            + "URL {3+}\r\n/x; TEXT {1+}\r\ne) UTF8 (~{2+}\r\nzz)\r\n"
        #expect(events(line).dropFirst(2) == [
            .upload(.url(bytes("/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER"))), .upload(.literal(size: 4, isBinary: false)),
            .upload(.data(bytes("abcd"))), .upload(.url(bytes("/x;"))), .upload(.literal(size: 1, isBinary: false)), .upload(.data(bytes("e"))),
            .upload(.messageEnd), .upload(.message(flags: [], date: nil, isUTF8: true)), .upload(.literal(size: 2, isBinary: true)),
            .upload(.data(bytes("zz"))), .upload(.messageEnd), .upload(.end),
        ])
        #expect(events("a APPEND x CATENATE (URL \"/y\")\r\n").suffix(3) == [.upload(.url(bytes("/y"))), .upload(.messageEnd), .upload(.end)])
    }

    @Test("REPLACE (RFC 8508 §3)")
    func replace() {
        #expect(events("A REPLACE 4 Drafts (\\Seen) {2+}\r\nab\r\n").first
            == .upload(.begin(UploadTarget(tag: bytes("A"), kind: .replace(4, isUID: false, isLast: false), mailbox: box("Drafts")))))
        #expect(events("A UID REPLACE 2000 Drafts {2+}\r\nab\r\n").first
            == .upload(.begin(UploadTarget(tag: bytes("A"), kind: .replace(2000, isUID: true, isLast: false), mailbox: box("Drafts")))))
        guard case .refused? = events("A REPLACE 4 Drafts {2+}\r\nab {1+}\r\nc\r\n").last else { return fail("two messages replace one") }
    }

    @Test("a message that is not wanted")
    func refusedUpload() {
        let refused = CommandReader.Event.refused(Refusal(tag: bytes("a"), reason: .byServer))
        #expect(events("a APPEND x {5}\r\nb NOOP\r\n", acceptsUpTo: 4).suffix(2) == [refused, .command(bytes("b NOOP"))])
        #expect(events("a APPEND x {5+}\r\n12345 {2+}\r\n67\r\nb NOOP\r\n", acceptsUpTo: 4).suffix(2) == [refused, .command(bytes("b NOOP"))])
        // The first was accepted, and is to be forgotten.
        #expect(events("a APPEND x {2+}\r\n12 {5}\r\nb NOOP\r\n", acceptsUpTo: 4).suffix(2) == [refused, .command(bytes("b NOOP"))])
    }

    @Test("a wrong APPEND is refused by its tag, and nothing of its literal is read as a command", arguments: [
        "a APPEND", "a APPEND x", "a APPEND x (\\Seen)", "a APPEND x (\\Seen {9+}\r\nb LOGOUT\n", "a APPEND x \"1-Foo-2000\" {9+}\r\nb LOGOUT\n",
        "a APPEND &Jjo {9+}\r\nb LOGOUT\n", "a APPEND x {9+}\r\nb LOGOUT\n y", "a APPEND x CATENATE () {9+}\r\nb LOGOUT\n", "a APPEND x CATENATE ({9+}\r\nb LOGOUT\n)",
        "a APPEND x UTF8 (~{9+}\r\nb LOGOUT\n", "a REPLACE 0 x {9+}\r\nb LOGOUT\n", "a APPEND x CATENATE (TEXT {9+}\r\nb LOGOUT\n", "a APPEND x y{9+}\r\nb LOGOUT\n",
    ])
    func wrongAppend(_ text: String) {
        let all = events(text + "\r\nc NOOP\r\n")
        guard case .refused(let refusal)? = all.dropLast().last, case .badSyntax = refusal.reason else { return fail("\(all)") }
        #expect(refusal.tag == bytes("a") && all.last == .command(bytes("c NOOP")))
    }

    @Test("before somebody has signed in, APPEND is a command as others, and its message no longer than others' literals")
    func appendUnauthenticated() {
        var limits = CommandReader.Limits.small
        limits.takesUploads = false
        #expect(events("a APPEND x {5}\r\n12345\r\n", limits) == [.continueLiteral, .command(bytes("a APPEND x {5}\r\n12345"))])
        #expect(events("a APPEND x {500}\r\n", limits) == [.refused(Refusal(tag: bytes("a"), reason: .literalTooBig))])
    }

    private static let dialogue = """
        a NOOP\r\nb LOGIN {3}\r\nj\r\n {4+}\r\n{5}\r\r\nc IDLE\r\nDONE\r\nd APPEND {3+}\r\nbox (\\Seen) {30+}\r\n123456789012345678901234567890\
         ~{3}\r\nxyz\r\ne XYZZY {5}\r\nf APPEND x CATENATE (URL {2+}\r\n/y TEXT {2}\r\nzz)\r\ng LOGIN {25+}\r\n1234567890123456789012345\r\n\
        h NOOP 12345678901234567890123456789012345678901234567890123456789012345678901234567890{4+}\r\nabcd\r\n\
        i APPEND y {40+}\r\n1234567890123456789012345678901234567890 {3+}\r\nabc\r\nj APPEND y (\\) {5+}\r\n12345\r\nk NOOP\nl APPEND y {41}\r\nm NOOP\r\n
        """

    @Test("what comes out does not depend on how the bytes were cut", arguments: 0..<200)
    func cuts(_ seed: UInt64) {
        for limits in [CommandReader.Limits.uploading, .small] {
            var whole = Transcript(limits, acceptsUpTo: 35)
            whole.feed(bytes(Self.dialogue))
            #expect(whole.events.last == .command(bytes("m NOOP")))
            var cut = Transcript(limits, acceptsUpTo: 35)
            cut.feed(bytes(Self.dialogue), seed: seed)
            #expect(cut.events == whole.events)
        }
    }

    @Test("every beginning of a command is incomplete")
    func prefixes() {
        let line = bytes("a LOGIN {3}\r\nabc \"x\"\r\n")
        for count in 0..<line.count {
            var transcript = Transcript()
            transcript.feed(line.prefix(count))
            #expect(transcript.events.filter { $0 != .continueLiteral } == [])
        }
    }

    @Test("a message of many megabytes passes through and is held nowhere")
    func streaming() {
        var transcript = CommandReader(limits: .uploading)
        transcript.append(bytes("a APPEND x {100000000}\r\n"))
        while let event = transcript.next() { if case .upload(.literal) = event { transcript.accept() } }
        let piece = [UInt8](repeating: 0x78, count: 100_000)
        var received = 0
        for _ in 0..<1000 {
            transcript.append(piece)
            while case .upload(.data(let part))? = transcript.next() { received += part.count }
            if transcript.pendingBytes > 0 { return fail("bytes are held") }
        }
        #expect(received == 100_000_000)
        transcript.append(bytes("\r\n"))
        #expect(transcript.next() == .upload(.messageEnd) && transcript.next() == .upload(.end))
    }

    @Test("a megabyte of bytes one by one, and of small commands at once, is read in linear time")
    func linear() {
        var reader = CommandReader()
        let line = bytes("a NOOP " + String(repeating: "x", count: 60_000))
        for _ in 0..<5 {
            for byte in line { reader.append(CollectionOfOne(byte)); if reader.next() != nil { return fail("too early") } }
            reader.append(bytes("\r\n"))
            #expect(reader.next() == .command(line))
        }
        reader.append(bytes(String(repeating: "a NOOP\r\n", count: 100_000)))
        for _ in 0..<100_000 { if reader.next() != .command(bytes("a NOOP")) { return fail("lost") } }
        #expect(reader.isBetweenCommands)
    }
}
