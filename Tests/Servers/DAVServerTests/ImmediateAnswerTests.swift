import Bytes
import Database
import DatabaseSQLite
import HTTPServer
import Testing

@testable import DAVServer

@Suite("Answers on the event loop")
struct ImmediateAnswerTests {
    private let site: TestSite
    private static let home = "/calendars/anna/"

    init() throws {
        // What waits on PostgreSQL is another suite's: this one is of what does not wait.
        site = try TestSite(database: try SQLiteDatabase.temporary())
        for number in 0..<3 {
            let put = try site.send("PUT", "\(Self.home)calendar/\(number).ics", TestSite.event("u\(number)"))
            try #require(put.status == 201)
        }
        let card = try site.send("PUT", "/contacts/anna/contacts/a.vcf", TestSite.card("c1"))
        try #require(card.status == 201)
        // What is to be written down before a home is looked at is.
        for home in [Self.home, "/contacts/anna/"] { _ = try site.send("PROPFIND", home, headers: ["Depth": "1"]) }
    }

    private func request(
        _ method: String, _ target: String, _ body: String = "", _ headers: [String: String] = [:], password: String = "anna"
    ) -> HTTPRequest {
        var fields = HTTPFields(headers.map { (name: $0.key, value: $0.value) })
        fields.append("Authorization", "Basic " + String(utf8: Base64.encode([UInt8]("anna@example.org:\(password)".utf8))))
        return HTTPRequest(
            head: HTTPRequestHead(method: method, target: target, headers: fields),
            body: body.isEmpty ? .none : .bytes([UInt8](body.utf8)))
    }

    private static let names = """
        <propfind xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><resourcetype/><displayname/><sync-token/><getetag/>
        <C:calendar-home-set/><current-user-principal/></prop></propfind>
        """

    @Test("short answers are those that a worker gives", arguments: [
        ("GET", "\(home)calendar/1.ics", [:]), ("HEAD", "\(home)calendar/1.ics", [:]), ("GET", "/contacts/anna/contacts/a.vcf", [:]),
        ("GET", "\(home)calendar/none.ics", [:]), ("GET", "\(home)calendar/1.ics", ["If-None-Match": "*"]),
        ("OPTIONS", "\(home)calendar/", [:]), ("PROPFIND", "/", ["Depth": "0"]), ("PROPFIND", "/principals/anna/", ["Depth": "0"]),
        ("PROPFIND", home, ["Depth": "1"]), ("PROPFIND", "\(home)calendar/", ["Depth": "0"]),
        ("PROPFIND", "\(home)calendar/1.ics", ["Depth": "0"]), ("PROPFIND", "/calendars/zoe@example.net/", ["Depth": "0"]),
    ] as [(String, String, [String: String])])
    func same(method: String, target: String, headers: [String: String]) throws {
        let request = request(method, target, method == "PROPFIND" ? Self.names : "", headers)
        let (soon, later) = (try #require(site.server.immediateAnswer(to: request)), site.server.respond(to: request))
        #expect(soon.status == later.status)
        #expect(soon.headers.map { "\($0.name): \($0.value)" } == later.headers.map { "\($0.name): \($0.value)" })
        #expect(soon.principal == "anna@example.org" && later.principal == soon.principal)
        guard case .bytes(let first) = soon.body, case .bytes(let second) = later.body else {
            guard case .empty = soon.body, case .empty = later.body else { return #expect(Bool(false), "not the same kind of body") }
            return
        }
        #expect(first == second)
    }

    @Test("what may take long is a worker's", arguments: [
        ("PROPFIND", "\(home)calendar/", ["Depth": "1"]), ("GET", "\(home)calendar/", [:]), ("GET", "\(home)", [:]),
        ("GET", "\(home)calendar/1.ics", ["Accept": "application/calendar+json"]),
        ("GET", "/contacts/anna/contacts/a.vcf", ["Accept": "text/vcard;version=4.0"]),
        ("PUT", "\(home)calendar/1.ics", [:]), ("DELETE", "\(home)calendar/1.ics", [:]), ("REPORT", "\(home)calendar/", [:]),
    ] as [(String, String, [String: String])])
    func long(method: String, target: String, headers: [String: String]) throws {
        #expect(site.server.immediateAnswer(to: request(method, target, "", headers)) == nil)
    }

    @Test("objects that are asked for by PROPFIND are a worker's")
    func data() throws {
        let body = #"<propfind xmlns="DAV:"><prop><calendar-data xmlns="urn:ietf:params:xml:ns:caldav"/></prop></propfind>"#
        #expect(site.server.immediateAnswer(to: request("PROPFIND", "\(Self.home)calendar/1.ics", body, ["Depth": "0"])) == nil)
    }

    @Test("a large object is a worker's")
    func large() throws {
        let event = TestSite.event("big", String(repeating: "word ", count: 20_000))
        try #require(try site.send("PUT", "\(Self.home)calendar/big.ics", event).status == 201)
        #expect(site.server.immediateAnswer(to: request("GET", "\(Self.home)calendar/big.ics")) == nil)
    }

    @Test("a member that a visible range must look into is a worker's")
    func visibleRange() throws {
        // Later than all instances that the index has.
        let event = TestSite.event("far").replacing("DTSTART:20260601T100000Z", with: "DTSTART:21500601T100000Z\r\nRRULE:FREQ=YEARLY")
        try #require(try site.send("PUT", "\(Self.home)calendar/far.ics", event).status == 201)
        let range = #"<propertyupdate xmlns="DAV:"><set><prop><visible-range xmlns="urn:tegu:dav"><past-days>1</past-days></visible-range></prop></set></propertyupdate>"#
        let set = try site.send("PROPPATCH", "\(Self.home)calendar/", range)
        try #require(set.status == 207 && set.text.contains("200 OK"))
        for method in ["GET", "PROPFIND"] {
            let soon = site.server.immediateAnswer(to: request(method, "\(Self.home)calendar/far.ics", "", ["Depth": "0"]))
            #expect(soon == nil)
        }
    }

    @Test("many properties are a worker's")
    func manyProperties() throws {
        let names = (0..<100).map { "<p\($0)/>" }.joined()
        let body = "<propfind xmlns=\"DAV:\"><prop>\(names)</prop></propfind>"
        #expect(site.server.immediateAnswer(to: request("PROPFIND", Self.home, body, ["Depth": "1"])) == nil)
    }

    @Test("a password that was not found right before is not checked")
    func password() throws {
        let target = "\(Self.home)calendar/1.ics"
        #expect(site.server.immediateAnswer(to: request("GET", target, password: "wrong")) == nil)
        #expect(site.server.immediateAnswer(to: HTTPRequest(head: HTTPRequestHead(method: "GET", target: target))) == nil)
        #expect(site.server.immediateAnswer(to: request("GET", target)) != nil)
    }

    @Test("a home with many collections is a worker's")
    func manyCollections() throws {
        for number in 0..<70 { try #require(try site.send("MKCALENDAR", "\(Self.home)c\(number)/").status == 201) }
        #expect(site.server.immediateAnswer(to: request("PROPFIND", Self.home, Self.names, ["Depth": "1"])) == nil)
    }

    @Test("where another machine has the database nothing is answered so")
    func elsewhere() throws {
        let site = try TestSite(database: Elsewhere(database: try SQLiteDatabase.temporary()))
        let request = request("PROPFIND", "/", Self.names, ["Depth": "0"])
        #expect(site.server.respond(to: request).status == 207)
        #expect(site.server.immediateAnswer(to: request) == nil)
    }

    /// A database as PostgreSQL is: it cannot answer without waiting.
    private struct Elsewhere: Database {
        let database: any Database

        func read<Result>(_ body: (borrowing ReadTransaction) throws -> Result) throws -> Result { try database.read(body) }
        func write<Result>(_ body: (borrowing WriteTransaction) throws -> Result) throws -> Result { try database.write(body) }
        func integrityFaults() throws -> [String] { try database.integrityFaults() }
        func close() { database.close() }
    }
}
