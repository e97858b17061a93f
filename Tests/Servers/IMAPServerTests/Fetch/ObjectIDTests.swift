import Testing

@testable import IMAPServer

/// RFC 8474. Octets are stored once for all accounts; the ids must not tell.
@Suite struct ObjectIDTests {
    private let document = "Subject: a document\r\n\r\n" + String(repeating: "The same for all who have it.\r\n", count: 2000)

    private func ids(_ client: TestClient) -> String {
        client.append(document, to: "INBOX")
        client.say("s SELECT INBOX")
        let line = client.lines("f UID FETCH * (EMAILID THREADID)").first ?? ""
        return String(line.drop { $0 != "(" }.drop { $0 != "E" })
    }

    @Test("the ids of a document are the same whether somebody has had it before or not")
    func oracle() throws {
        let alone = ids(try TestSite().boris())
        let site = try TestSite()
        let anna = site.anna()
        for number in 1...5 { anna.append("Subject: \(number)\r\n\r\n\r\n", to: "INBOX") }
        let first = ids(anna)
        let second = ids(site.boris())
        #expect(alone.contains("EMAILID (M") && first == alone && second == alone)
    }

    @Test("messages are found by their ids, and copies have the same")
    func search() throws {
        let client = try TestSite().anna()
        client.append("Subject: small\r\n\r\n\r\n", to: "INBOX")
        let id = ids(client).drop { $0 != "M" }.dropFirst(6).prefix { $0 != ")" }.drop { $0 != "M" }
        client.say("c UID COPY 2 INBOX")
        #expect(client.lines("x UID SEARCH EMAILID \(id)").contains("* SEARCH 2 3"), "\(id)")
        let small = client.lines("f UID FETCH 1 (EMAILID)").first?.firstRange(of: "(M").map { $0.upperBound }
        #expect(small != nil)
    }
}
