import HTTPServer
import Testing
import XML

@testable import DiscoveryServer

@Suite("Discovery of accounts")
struct DiscoveryServerTests {
    private let server = DiscoveryServer(
        ServerPlaces(
            host: "mail.example.org", httpsPort: 443, imapsPort: 993, submissionsPort: 465,
            domains: ["example.org", "example.net"]),
        clock: { 45_296_789 })

    private struct Answer {
        var status: Int
        var headers: [String: String]
        var bytes: [UInt8]
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    private func ask(
        _ target: String, method: String = "GET", body: String = "", authority: String = "mail.example.org", isSecure: Bool = true,
        of server: DiscoveryServer? = nil
    ) -> Answer {
        let head = HTTPRequestHead(method: method, target: target, isSecure: isSecure, authority: authority)
        let response = (server ?? self.server).respond(to: HTTPRequest(head: head, body: body.isEmpty ? .none : .bytes(Array(body.utf8))))
        var bytes: [UInt8] = []
        if case .bytes(let body) = response.body { bytes = body }
        return Answer(status: response.status, headers: Dictionary(response.headers.map { ($0.name, $0.value) }) { $1 }, bytes: bytes)
    }

    /// The texts of the elements with this local name, in their order.
    private func texts(_ bytes: [UInt8], _ local: String) throws -> [String] {
        var found: [String] = []
        func walk(_ element: XMLElement) {
            if element.name.local == local { found.append(String(decoding: element.text, as: UTF8.self)) }
            for child in element.children { walk(child) }
        }
        walk(try XMLDocument.parse(bytes).root)
        return found
    }

    @Test("paths of others are not taken", arguments: [
        "/", "/.well-known/caldav", "/mail/", "/calendars/anna@example.org/", "/autodiscover/", "/autodiscover/autodiscover.xmlx",
        "/.well-known/autoconfig/", "/apple.mobileconfig/", "/Mail/config-v1.1.xml",
    ])
    func others(_ target: String) {
        #expect(!DiscoveryServer.isAsked(target))
    }

    // MARK: Thunderbird

    private static let autoconfig = [
        "/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=anna%40example.org",
        "/mail/config-v1.1.xml?emailaddress=anna@example.org", "/mail/config-v1.1.xml?x=%zz&emailaddress=Anna%40EXAMPLE.org",
    ]

    @Test("Thunderbird is told of mail, calendars, contacts and files", arguments: autoconfig)
    func thunderbird(_ target: String) throws {
        let answer = ask(target)
        #expect(answer.status == 200 && answer.headers["Content-Type"] == "text/xml; charset=utf-8")
        #expect(try texts(answer.bytes, "domain") == ["example.org"])
        #expect(try texts(answer.bytes, "hostname") == ["mail.example.org", "mail.example.org"])
        #expect(try texts(answer.bytes, "port") == ["993", "465"])
        #expect(try texts(answer.bytes, "socketType") == ["SSL", "SSL"])
        #expect(try texts(answer.bytes, "serverURL") == [
            "https://mail.example.org/", "https://mail.example.org/", "https://mail.example.org/files/%EMAILADDRESS%/",
        ])
        #expect(Set(try texts(answer.bytes, "username")) == ["%EMAILADDRESS%"])
        #expect(answer.text.contains("<incomingServer type=\"imap\">"))
    }

    @Test("without an address the host's domain is meant")
    func byHost() throws {
        #expect(try texts(ask("/mail/config-v1.1.xml", authority: "autoconfig.example.net").bytes, "domain") == ["example.net"])
        #expect(try texts(ask("/mail/config-v1.1.xml", authority: "mail.example.org:8443").bytes, "domain") == ["example.org"])
    }

    @Test("what is not served is not told")
    func little() throws {
        let server = DiscoveryServer(
            ServerPlaces(host: "h.example.org", httpsPort: 8443, imapsPort: nil, submissionsPort: nil, domains: ["example.org"]),
            clock: { 0 })
        let answer = ask("/mail/config-v1.1.xml?emailaddress=a@example.org", of: server)
        #expect(try texts(answer.bytes, "hostname").isEmpty)
        #expect(try texts(answer.bytes, "serverURL").first == "https://h.example.org:8443/")
    }

    // MARK: Who is asked for

    @Test("the answer for an address does not tell whether there is a user")
    func noUsers() {
        for path in ["/mail/config-v1.1.xml?emailaddress=", "/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress="] {
            #expect(ask(path + "anna@example.org").bytes == ask(path + "nobody@example.org").bytes)
        }
    }

    @Test("of another domain, and of what is no address, nothing is told", arguments: [
        "anna@example.com", "anna", "@example.org", "anna@", "a@b@example.com", "<x>@example.org", "",
    ])
    func otherDomains(_ address: String) {
        #expect(ask("/mail/config-v1.1.xml?emailaddress=\(address)").status == 404)
        #expect(ask("/apple.mobileconfig?address=\(address)").status == 404)
    }

    @Test("other methods are refused with those that are taken")
    func methods() {
        #expect(ask("/mail/config-v1.1.xml", method: "PUT").status == 405)
        #expect(ask("/apple.mobileconfig", method: "POST").headers["Allow"] == "GET, HEAD")
        #expect(ask("/autodiscover/autodiscover.xml", method: "PROPFIND").headers["Allow"] == "GET, HEAD, POST")
    }

    // MARK: Outlook

    private static func outlook(_ address: String, schema: String = "outlook/responseschema/2006a") -> String {
        """
        <?xml version="1.0" encoding="utf-8"?>
        <Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request>
        <EMailAddress>\(address)</EMailAddress>
        <AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/\(schema)</AcceptableResponseSchema>
        </Request></Autodiscover>
        """
    }

    @Test("MS-OXDSCLI §2.2.4: Outlook is told of IMAP and SMTP", arguments: [
        "/autodiscover/autodiscover.xml", "/Autodiscover/Autodiscover.xml", "/AutoDiscover/AutoDiscover.xml",
    ])
    func outlook(_ target: String) throws {
        let answer = ask(target, method: "POST", body: Self.outlook("Anna@example.org"))
        #expect(answer.status == 200)
        let root = try XMLDocument.parse(answer.bytes).root
        #expect(root.name.namespace == "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006")
        #expect(root.children.first { _ in true }?.name.namespace
            == "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a")
        #expect(try texts(answer.bytes, "Action") == ["settings"])
        #expect(try texts(answer.bytes, "Type") == ["IMAP", "SMTP"])
        #expect(try texts(answer.bytes, "Port") == ["993", "465"])
        #expect(try texts(answer.bytes, "Server") == ["mail.example.org", "mail.example.org"])
        #expect(try texts(answer.bytes, "LoginName") == ["anna@example.org", "anna@example.org"])
        #expect(try texts(answer.bytes, "SSL") == ["on", "on"])
    }

    @Test("MS-OXDSCLI §2.2.4.1.1.1: what is not here is an error by its code, with status 200")
    func outlookErrors() throws {
        func code(_ body: String) throws -> [String] {
            try texts(ask("/autodiscover/autodiscover.xml", method: "POST", body: body).bytes, "ErrorCode")
        }
        #expect(try code(Self.outlook("anna@example.org", schema: "mobilesync/responseschema/2006")) == ["601"])
        #expect(try code(Self.outlook("anna@example.com")) == ["500"])
        #expect(try code("") == ["600"])
        #expect(try code("<Autodiscover/>") == ["600"])
        #expect(try code("<a><!DOCTYPE") == ["600"])
        #expect(ask("/autodiscover/autodiscover.xml", method: "POST", body: "x").text.contains("Time=\"12:34:56.789\""))
    }

    @Test("MS-OXDISCO §3.1.5.3: without TLS it leads to TLS")
    func redirect() {
        let answer = ask("/autodiscover/autodiscover.xml", authority: "autodiscover.example.org", isSecure: false)
        #expect(answer.status == 302 && answer.headers["Location"] == "https://mail.example.org/autodiscover/autodiscover.xml")
    }

    @Test("the JSON form tells where the other is, and that there is no Exchange")
    func json() {
        let v1 = ask("/autodiscover/autodiscover.json?Email=anna@example.org&Protocol=AutodiscoverV1&RedirectCount=1")
        #expect(v1.status == 200)
        #expect(v1.text == #"{"Protocol":"AutodiscoverV1","Url":"https://mail.example.org/autodiscover/autodiscover.xml"}"#)
        let sync = ask("/autodiscover/autodiscover.json/v1.0/anna@example.org?Protocol=ActiveSync")
        #expect(sync.status == 400 && sync.text.contains("InvalidProtocol") && !sync.text.contains("ActiveSync"))
        #expect(ask("/autodiscover/autodiscover.json").text.contains("MandatoryParameterMissing"))
    }

    // MARK: Apple

    @Test("a profile has an account each for mail, calendars and contacts, and no password")
    func apple() throws {
        let answer = ask("/apple.mobileconfig?address=Anna%2Bx@example.org")
        #expect(answer.headers["Content-Type"] == "application/x-apple-aspen-config")
        #expect(answer.headers["Content-Disposition"] == "attachment; filename=\"example.org.mobileconfig\"")
        // The declaration of the type is not read here, for it names a document elsewhere.
        let start = try #require(answer.text.firstRange(of: "<plist"))
        let strings = try texts(Array(answer.text[start.lowerBound...].utf8), "string")
        for type in ["com.apple.mail.managed", "com.apple.caldav.account", "com.apple.carddav.account", "Configuration"] {
            #expect(strings.count { $0 == type } == 1)
        }
        #expect(strings.contains("anna+x@example.org") && strings.contains("mail.example.org"))
        #expect(!answer.text.lowercased().contains("<key>incomingpassword"))
    }

    @Test("what an address has that is markup is text in the profile")
    func markup() {
        #expect(ask("/apple.mobileconfig?address=a%26b@example.org").text.contains("a&amp;b@example.org"))
    }

    @Test("identifiers are an address's own, and stay")
    func identifiers() {
        let id = DiscoveryServer.uuid("x")
        #expect(id == DiscoveryServer.uuid("x") && id != DiscoveryServer.uuid("y"))
        // RFC 9562 §5.8: version 8, variant 10.
        let fields = id.split(separator: "-")
        #expect(fields.map(\.count) == [8, 4, 4, 4, 12] && fields[2].first == "8" && "89AB".contains(fields[3].prefix(1)))
    }

    @Test("a profile is signed where that can be done")
    func signed() {
        let places = ServerPlaces(host: "h", httpsPort: 443, imapsPort: nil, submissionsPort: nil, domains: ["example.org"])
        let signing = DiscoveryServer(places, sign: { [0x30] + $0 }, clock: { 0 })
        #expect(ask("/apple.mobileconfig?address=a@example.org", of: signing).bytes.first == 0x30)
        let failing = DiscoveryServer(places, sign: { _ in nil }, clock: { 0 })
        #expect(ask("/apple.mobileconfig?address=a@example.org", of: failing).bytes.first == UInt8(ascii: "<"))
    }
}
