import SMTPGrammar
import Testing

@Suite struct ReplyTests {
    private func text(_ body: (inout ReplyWriter) -> Void) -> String {
        var writer = ReplyWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("the class of the enhanced code is that of the reply")
    func enhanced() {
        // RFC 2034 §4
        #expect(text { $0.append(Reply(250, EnhancedStatus(1, 5), "OK")) } == "250 2.1.5 OK\r\n")
        #expect(text { $0.append(Reply(452, EnhancedStatus(2, 2), "full")) } == "452 4.2.2 full\r\n")
        #expect(text { $0.append(Reply(354, nil, "go on")) } == "354 go on\r\n")
    }

    @Test("all lines of a reply but the last have a hyphen behind the code")
    func lines() {
        // RFC 5321 §4.2.1
        #expect(text { $0.append(250, "foo.edu", then: ["PIPELINING", "SIZE"]) } == "250-foo.edu\r\n250-PIPELINING\r\n250 SIZE\r\n")
        #expect(text { $0.append(250, "foo.edu", then: []) } == "250 foo.edu\r\n")
    }
}
