import IMAPGrammar
import Mail
import Testing

@testable import IMAPServer

/// RFC 6203
@Suite("Fuzzy searches")
struct FuzzyTests {
    private let client: TestClient

    init() throws {
        client = try TestSite().anna()
        #expect(client.session.capabilities.contains("SEARCH=FUZZY"))
        for (subject, from, body) in [
            ("IMAP breaks", "user@example.com", "Something about work."),
            ("Договоры поставки", "user@example.com", "Высылаем письма и отчёты."),
            ("Weekly meetings", "boris@example.org", "They were running. Running again."),
            ("a note", "boris@example.org", "The meeting is about a договор. IMAP is not broken."),
        ] {
            client.append("Subject: \(subject)\r\nFrom: <\(from)>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\(body)\r\n", to: "INBOX")
        }
        client.say("s SELECT INBOX")
    }

    private func find(_ key: String) -> String { client.say("s SEARCH CHARSET UTF-8 \(key)") }

    private func literal(_ text: String) -> String { "{\(text.utf8.count)+}\r\n\(text)" }

    @Test("words are found in their other forms")
    func forms() {
        // RFC 6203 §3: A1 and A2
        #expect(find("FUZZY (SUBJECT \"IMAP break\")") == "* SEARCH 1\r\ns OK done\r\n")
        #expect(find("FUZZY SUBJECT \"break imap\" FROM \"user@example.com\"") == "* SEARCH 1\r\ns OK done\r\n")
        #expect(find("SUBJECT \"break imap\"") == "* SEARCH\r\ns OK done\r\n")
        #expect(find("FUZZY SUBJECT \(literal("поставка договора"))") == "* SEARCH 2\r\ns OK done\r\n")
        #expect(find("FUZZY BODY \(literal("отчетами"))") == "* SEARCH 2\r\ns OK done\r\n")
        #expect(find("FUZZY TEXT \(literal("договоров"))") == "* SEARCH 2 4\r\ns OK done\r\n")
        #expect(find("FUZZY TEXT meets") == "* SEARCH 3 4\r\ns OK done\r\n")
        #expect(find("FUZZY BODY run") == "* SEARCH 3\r\ns OK done\r\n")
        #expect(find("FUZZY HEADER Subject meeting") == "* SEARCH 3\r\ns OK done\r\n")
        #expect(find("FUZZY NOT TEXT meets") == "* SEARCH 1 2\r\ns OK done\r\n")
        #expect(find("FUZZY OR SUBJECT meets BODY \(literal("письмо"))") == "* SEARCH 2 3\r\ns OK done\r\n")
    }

    @Test("what is found without it is found with it, and what is no text is matched exactly")
    func exact() {
        #expect(find("FUZZY TEXT eekl") == find("TEXT eekl"))
        #expect(find("FUZZY FROM user@ex") == "* SEARCH 1 2\r\ns OK done\r\n")
        #expect(find("FUZZY SUBJECT \"\"") == "* SEARCH 1 2 3 4\r\ns OK done\r\n")
        #expect(find("FUZZY (2:3 UNSEEN)") == "* SEARCH 2 3\r\ns OK done\r\n")
        #expect(find("FUZZY FUZZY BODY run") == "* SEARCH 3\r\ns OK done\r\n")
    }

    @Test("relevancy is told in the order of the result, and sorts")
    func relevancy() {
        // RFC 6203 §4: B1. A subject tells more than a body.
        #expect(client.say("s SEARCH RETURN (RELEVANCY ALL) FUZZY TEXT meeting") == "* ESEARCH (TAG \"s\") ALL 3:4 RELEVANCY (100 50)\r\ns OK done\r\n")
        #expect(client.say("s UID SEARCH RETURN (RELEVANCY) FUZZY TEXT meeting") == "* ESEARCH (TAG \"s\") UID ALL 3:4 RELEVANCY (100 50)\r\ns OK done\r\n")
        #expect(client.say("s SEARCH RETURN (RELEVANCY ALL) FUZZY TEXT nothing") == "* ESEARCH (TAG \"s\")\r\ns OK done\r\n")
        // What is no text is as relevant as all else.
        #expect(client.say("s SEARCH RETURN (RELEVANCY ALL) FUZZY UNSEEN") == "* ESEARCH (TAG \"s\") ALL 1:4 RELEVANCY (100 100 100 100)\r\ns OK done\r\n")
        // RFC 6203 §6: C1, C2 and C3.
        #expect(client.say("s SORT (RELEVANCY) UTF-8 FUZZY TEXT meeting") == "* SORT 3 4\r\ns OK done\r\n")
        #expect(client.say("s SORT (REVERSE RELEVANCY) UTF-8 FUZZY TEXT meeting") == "* SORT 4 3\r\ns OK done\r\n")
        #expect(client.say("s SORT RETURN (RELEVANCY ALL) (REVERSE RELEVANCY) UTF-8 FUZZY TEXT meeting") == "* ESEARCH (TAG \"s\") ALL 4,3 RELEVANCY (50 100)\r\ns OK done\r\n")
        #expect(client.say("s SORT RETURN (RELEVANCY PARTIAL 1:1) (RELEVANCY) UTF-8 FUZZY TEXT meeting") == "* ESEARCH (TAG \"s\") PARTIAL (1:1 3) RELEVANCY (100)\r\ns OK done\r\n")
        #expect(client.say("s SORT (RELEVANCY DATE) UTF-8 FUZZY OR TEXT imap TEXT meeting").contains("* SORT "))
        #expect(client.say("s ESEARCH IN (selected) RETURN (RELEVANCY ALL) FUZZY TEXT meeting").contains("UID ALL 3:4 RELEVANCY (100 50)\r\n"))
    }

    @Test("relevancy is of fuzzy searches alone")
    func withoutFuzzy() {
        #expect(client.say("s SEARCH RETURN (RELEVANCY ALL) TEXT meeting").hasPrefix("s BAD"))
        #expect(client.say("s SORT (RELEVANCY) UTF-8 TEXT meeting").hasPrefix("s BAD"))
        #expect(client.say("s ESEARCH RETURN (RELEVANCY ALL) TEXT meeting").hasPrefix("s BAD"))
    }

    @Test("of costly keys there are fewer")
    func cost() {
        let many = String(repeating: "FUZZY BODY run ", count: 11)
        #expect(find(many).contains("s NO [LIMIT]"))
        #expect(find(String(many.dropLast(15))).contains("s OK"))
    }
}
