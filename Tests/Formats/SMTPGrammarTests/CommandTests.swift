import SMTPGrammar
import Testing

@Suite struct CommandTests {
    private func parse(_ text: String) throws(CommandError) -> Command { try Command.parse(Array(text.utf8)) }

    private func mailbox(_ local: String, _ domain: String) -> MailboxAddress {
        MailboxAddress(localPart: local, domain: domain.hasPrefix("[") ? .literal(domain) : .domain(domain))
    }

    @Test("the commands of RFC 2033's example are read")
    func exampleOfRFC2033() throws {
        // RFC 2033 §4.2
        #expect(try parse("LHLO foo.edu") == .lhlo(.domain("foo.edu")))
        #expect(try parse("MAIL FROM:<chris@bar.com>") == .mail(MailCommand(sender: .mailbox(mailbox("chris", "bar.com")))))
        #expect(try parse("RCPT TO:<pat@foo.edu>") == .rcpt(.mailbox(mailbox("pat", "foo.edu"))))
        #expect(try parse("DATA") == .data)
        #expect(try parse("QUIT") == .quit)
    }

    @Test("the chunks of RFC 3030's example are read")
    func exampleOfRFC3030() throws {
        // RFC 3030 §4.1
        #expect(try parse("BDAT 86 LAST") == .bdat(size: 86, isLast: true))
        #expect(try parse("BDAT 100000") == .bdat(size: 100_000, isLast: false))
        for bad in ["BDAT", "BDAT x", "BDAT 1 FIRST", "BDAT 1 LAST x", "BDAT -1", "BDAT 99999999999999999999", "BDAT  1"] {
            #expect(throws: CommandError.badArgument, "\(bad)") { try parse(bad) }
        }
    }

    @Test("verbs and parameters are read in any case of letters, and white space at the end is borne")
    func cases() throws {
        // RFC 5321 §2.4, §4.1.1.1
        let mail = MailCommand(sender: .mailbox(mailbox("A", "b.c")), size: 20, body: .eightBit, isUTF8: true)
        #expect(try parse("mail from:<A@b.c> size=20 body=8bitmime smtputf8") == .mail(mail))
        #expect(try parse("MAIL FROM:<> BODY=7BIT  ") == .mail(MailCommand(sender: .null, body: .sevenBit)))
        #expect(try parse("rset  ") == .rset)
        #expect(try parse("noop what ever") == .noop)
        #expect(try parse("vrfy somebody") == .vrfy)
        #expect(try parse("ehlo x") == .hello)
    }

    @Test("a size above all integers is the largest one")
    func size() throws {
        // RFC 1870 §5: up to 20 digits
        guard case .mail(let mail) = try parse("MAIL FROM:<> SIZE=99999999999999999999") else { Issue.record("not MAIL"); return }
        #expect(mail.size == UInt64(Int.max))
    }

    @Test(
        "what is wrong with a command is told apart",
        arguments: [
            ("FOO", CommandError.unknownCommand), ("", .unknownCommand), ("STARTTLS", .unsupportedCommand), ("EXPN x", .unsupportedCommand),
            ("DATA x", .badArgument), ("QUIT now", .badArgument), ("VRFY", .badArgument), ("LHLO", .badHostName), ("LHLO a b", .badHostName),
            ("LHLO -a", .badHostName), ("LHLO [", .badHostName), ("LHLO []", .badHostName), ("LHLO a..b", .badHostName),
            ("MAIL", .badArgument), ("MAIL TO:<a@b>", .badArgument), ("MAIL FROM:a@b", .badReversePath), ("MAIL FROM:<a>", .badReversePath),
            ("MAIL FROM: <a@b>", .badReversePath), ("MAIL FROM:<a@b>x", .badReversePath), ("MAIL FROM:<a@b> FOO", .unknownParameter),
            ("MAIL FROM:<a@b> SIZE", .badParameter), ("MAIL FROM:<a@b> SIZE=x", .badParameter),
            ("MAIL FROM:<a@b> SIZE=1 SIZE=1", .badParameter), ("MAIL FROM:<a@b> BODY=BINARYMIME", .badParameter),
            ("MAIL FROM:<a@b> SMTPUTF8=1", .badParameter), ("RCPT TO:<>", .badForwardPath), ("RCPT TO:<a@>", .badForwardPath),
            ("RCPT TO:<.a@b>", .badForwardPath), ("RCPT TO:<a.@b>", .badForwardPath), ("RCPT TO:<a..b@c>", .badForwardPath),
            ("RCPT TO:<a b@c>", .badForwardPath), ("RCPT TO:<\"a@c>", .badForwardPath), ("RCPT TO:<\"\"@c>", .badForwardPath),
            ("RCPT TO:<a@b", .badForwardPath), ("RCPT TO:<@x,y:a@b>", .badForwardPath), ("RCPT TO:<a@b> NOTIFY=NEVER", .unknownParameter),
            ("RCPT TO:<a@b\u{7}>", .badCharacter),
        ])
    func refused(_ line: String, _ error: CommandError) {
        #expect(throws: error, "\(line)") { try parse(line) }
    }

    @Test("bytes that are neither ASCII nor UTF-8 are no command")
    func notUTF8() {
        #expect(throws: CommandError.badCharacter) { try Command.parse(Array("RCPT TO:<".utf8) + [0xFF] + Array("@a>".utf8)) }
    }

    @Test(
        "paths are read as they are meant",
        arguments: [
            ("<anna@example.org>", "anna", "example.org", "anna@example.org"),
            // RFC 5321 §4.1.2: quotes and source routes
            ("<\"anna\"@example.org>", "anna", "example.org", "anna@example.org"),
            ("<\"a b\\\"c\"@example.org>", "a b\"c", "example.org", "\"a b\\\"c\"@example.org"),
            ("<@one.example,@two.example:anna@example.org>", "anna", "example.org", "anna@example.org"),
            ("<a+b=c/d@[IPv6:2001:db8::1]>", "a+b=c/d", "[IPv6:2001:db8::1]", "a+b=c/d@[IPv6:2001:db8::1]"),
            // RFC 6531 §3.3
            ("<анна@пример.испытание>", "анна", "пример.испытание", "анна@пример.испытание"),
        ])
    func paths(_ path: String, _ local: String, _ domain: String, _ text: String) throws {
        let expected = mailbox(local, domain)
        #expect(try parse("RCPT TO:\(path)") == .rcpt(.mailbox(expected)))
        #expect(expected.text == text)
        #expect(try parse("MAIL FROM:<\(text)>") == .mail(MailCommand(sender: .mailbox(expected))))
    }

    @Test("the postmaster needs no domain")
    func postmaster() throws {
        // RFC 5321 §4.5.1
        #expect(try parse("RCPT TO:<Postmaster>") == .rcpt(.postmaster))
        #expect(throws: CommandError.badReversePath) { try parse("MAIL FROM:<Postmaster>") }
    }

    @Test("a path that would not fit into a line of a header is refused")
    func longPath() {
        #expect(throws: CommandError.badReversePath) { try parse("MAIL FROM:<\(String(repeating: "a", count: 900))@b>") }
    }

    @Test("a domain in another script is written as the DNS has it")
    func ascii() {
        // RFC 5890 §2.3.2.1
        #expect(HostName.domain("пример.испытание").ascii == .domain("xn--e1afmkfd.xn--80akhbyknj4f"))
        #expect(HostName.domain("Bücher.example").ascii == .domain("xn--bcher-kva.example"))
        #expect(HostName.domain("Example.org").ascii == .domain("Example.org"))
        let bad = HostName.domain(String(repeating: "я", count: 100))
        #expect(bad.ascii == bad)
    }
}
