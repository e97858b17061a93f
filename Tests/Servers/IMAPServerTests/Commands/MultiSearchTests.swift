import Testing

@testable import IMAPServer

/// RFC 7377.
@Suite struct MultiSearchTests {
    private let client: TestClient

    init() throws {
        client = try TestSite().anna()
        for name in ["folder1", "folder2", "folder2/salmon"] { client.say("c CREATE \(name)") }
        for (name, subjects) in [("INBOX", ["here"]), ("folder1", ["here", "away", "here"]), ("folder2/salmon", ["here"])] {
            for subject in subjects { client.append("Subject: \(subject)\r\n\r\nb\r\n", to: name) }
        }
    }

    private func found(_ command: String) -> [String] {
        client.lines("tag1 ESEARCH \(command)").dropLast().map { line in
            // UIDVALIDITY is another each time.
            line.split(separator: " ").filter { !$0.hasSuffix(")") || $0.hasPrefix("(") }.joined(separator: " ")
        }
    }

    @Test("mailboxes where something is found are told one by one, by their names")
    func several() {
        #expect(found("IN (mailboxes (\"folder1\" INBOX) subtree \"folder2\") subject \"here\"") == [
            "* ESEARCH (TAG \"tag1\" MAILBOX INBOX UIDVALIDITY UID ALL 1",
            "* ESEARCH (TAG \"tag1\" MAILBOX folder1 UIDVALIDITY UID ALL 1,3",
            "* ESEARCH (TAG \"tag1\" MAILBOX folder2/salmon UIDVALIDITY UID ALL 1",
        ])
        #expect(found("IN (subtree-one folder2) RETURN (COUNT) ALL") == ["* ESEARCH (TAG \"tag1\" MAILBOX folder2/salmon UIDVALIDITY UID COUNT 1"])
        #expect(found("IN (inboxes) RETURN (MIN) ALL") == ["* ESEARCH (TAG \"tag1\" MAILBOX INBOX UIDVALIDITY UID MIN 1"])
        #expect(found("IN (personal) RETURN (COUNT) SUBJECT away").count == 1)
    }

    @Test("without a source, or with it as the only one, the selected mailbox is searched, also by numbers")
    func selected() {
        #expect(client.say("x ESEARCH RETURN (COUNT) ALL").contains("x BAD"))
        client.say("s SELECT folder1")
        #expect(found("RETURN (SAVE COUNT) 2:3 SUBJECT here") == ["* ESEARCH (TAG \"tag1\" MAILBOX folder1 UIDVALIDITY UID COUNT 1"])
        #expect(client.lines("x UID SEARCH $").first == "* SEARCH 3")
        #expect(client.say("x ESEARCH IN (personal) 1:2").contains("x BAD"))
        #expect(client.say("x ESEARCH IN (personal) RETURN (SAVE) ALL").contains("x BAD"))
    }

    @Test("what others have is found where it is shared, and only there")
    func shared() throws {
        let site = try TestSite()
        let anna = site.anna()
        anna.append("Subject: here\r\n\r\nb\r\n", to: "INBOX")
        anna.append("Subject: here\r\n\r\nb\r\n", to: "Drafts")
        anna.say("c SETACL Drafts boris lr")
        let lines = site.boris().lines("x ESEARCH IN (subtree \"Other Users\" personal) SUBJECT here")
        #expect(lines.count == 2 && lines[0].contains("MAILBOX \"Other Users/anna/Drafts\""), "\(lines)")
    }
}
