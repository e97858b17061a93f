import Testing

@testable import IMAPServer

/// What was deleted is told and brought back by annotations (RFC 5464).
@Suite struct RetainedTests {
    private let site: TestSite
    private let anna: TestClient
    private let boris: TestClient
    private let deleted = "/private/vendor/tegu/deleted"
    private let restore = "/private/vendor/tegu/restore"

    init() throws {
        site = try TestSite()
        anna = site.anna()
        boris = site.boris()
        anna.say("c CREATE box")
        for number in 1...4 { anna.append("Subject: s\(number)\r\n\r\nb\r\n", to: "box", options: "(\\Flagged $kw) ") }
        anna.say("s SELECT box")
        anna.say("x STORE 1:3 +FLAGS (\\Deleted)")
        anna.say("x EXPUNGE")
    }

    @Test("expunged messages come back with their flags, under new UIDs, and are told as new")
    func messages() {
        let told = anna.say("g GETMETADATA box \(deleted)")
        #expect(told.contains("2027 ") && told.contains("\r\n2 \"") && told.contains(" s2\r\n") && told.hasSuffix("g OK done\r\n"), "\(told)")
        let answer = anna.say("r SETMETADATA box (\(restore) \"1,3:9\")")
        #expect(answer.contains("* 3 EXISTS") && answer.contains("r OK"), "\(answer)")
        #expect(anna.say("f FETCH 1:* (UID FLAGS)").contains("* 2 FETCH (UID 5 FLAGS (\\Recent \\Flagged $kw))"))
        #expect(anna.say("r SETMETADATA box (\(restore) \"1,3:9\")").contains("r NO [NONEXISTENT]"), "they are no longer there to be brought back")
        #expect(anna.say("r SETMETADATA box (\(restore) \"*\")").contains("r NO") && anna.say("r SETMETADATA box (\(restore) \"1:*\")").contains("r OK"))
        #expect(anna.say("g GETMETADATA box \(deleted)").contains("\(deleted) \"\""))
    }

    @Test("a deleted mailbox comes back with its messages")
    func mailboxes() throws {
        anna.say("x DELETE box")
        let told = anna.say("g GETMETADATA \"\" \(deleted)")
        let line = try #require(told.split(separator: "\r\n").first { $0.hasSuffix(" 1 box") }, "\(told)")
        let number = try #require(line.split(separator: " ").first)
        #expect(boris.say("r SETMETADATA \"\" (\(restore) \"\(number)\")").contains("r NO [NONEXISTENT]"))
        #expect(anna.say("r SETMETADATA \"\" (\(restore) \"\(number)\")").contains("r OK"))
        #expect(anna.say("s STATUS box (MESSAGES)").contains("MESSAGES 1"))
        #expect(anna.say("r SETMETADATA \"\" (\(restore) \"\(number)\")").contains("r NO [NONEXISTENT]"))
    }

    @Test("what is shared is brought back by who may take messages out and put some in")
    func shared() {
        let name = "\"Other Users/anna/box\""
        anna.say("a SETACL box boris lrsw")
        #expect(boris.say("g GETMETADATA \(name) \(deleted)").contains("\(deleted) NIL"))
        #expect(boris.say("r SETMETADATA \(name) (\(restore) \"1:*\")").contains("r NO [NOPERM]"))
        anna.say("a SETACL box boris lrie")
        #expect(boris.say("g GETMETADATA \(name) \(deleted)").contains(" s1\r\n"))
        #expect(boris.say("r SETMETADATA \(name) (\(restore) \"2\")").contains("r OK"))
        #expect(anna.say("n NOOP").contains("* 2 EXISTS"))
    }

    @Test("what is no set of UIDs, no number, nothing, or only read, is refused; all annotations do not have it", arguments: [
        "box (/private/vendor/tegu/restore NIL)", "box (/private/vendor/tegu/restore \"\")", "box (/private/vendor/tegu/restore \"x\")",
        "box (/private/vendor/tegu/restore \"1 2\")", "box (/private/vendor/tegu/restore \"$\")", "\"\" (/private/vendor/tegu/restore \"x\")",
        "\"\" (/private/vendor/tegu/restore \"99999999999999999999\")", "box (/private/vendor/tegu/deleted \"x\")", "box (/private/vendor/tegu/restore \"7\")",
    ])
    func refused(_ command: String) {
        #expect(anna.say("r SETMETADATA \(command)").contains("r NO"))
        #expect(!anna.say("g GETMETADATA (DEPTH infinity) box /private").contains("deleted"))
    }

    @Test("a value that is longer than was asked for is told by its length")
    func longer() {
        #expect(anna.say("g GETMETADATA (MAXSIZE 5) box \(deleted)").contains("g OK [METADATA LONGENTRIES "))
    }
}
