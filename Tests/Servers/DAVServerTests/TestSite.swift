import Bytes
import CivilTime
import CollectionStore
import Cryptography
import Database
import Directory
import Glibc
import HTTPServer
import Logging
import TestEngines
import XML

@testable import DAVServer

/// A server in the process, with two users of one domain and one of another; requests go straight to it.
final class TestSite: Sendable {
    let server: DAVServer
    let database: any Database
    private let directory: String

    init(
        database given: (any Database)? = nil, configure: (inout DAVConfiguration) -> Void = { _ in },
        clock: @escaping @Sendable () -> Milliseconds = { 1_800_000_000_000 }
    ) throws {
        database = try given ?? TestEngine.current.temporary()
        var template = Array("/tmp/tegu-dav-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(.serverBug, "mkdtemp") }
        directory = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let database = database
        // The cheapest hashes there are.
        let cheap = Scrypt.Parameters(logarithmOfN: 4, r: 1, p: 1) ?? .standard
        let principals = PrincipalCache(database: database, clock: { 0 })
        var options = Authenticator.Options(defaultDomain: "example.org")
        options.parameters = cheap
        var configuration = DAVConfiguration(defaultDomain: "example.org")
        configure(&configuration)
        server = DAVServer(
            database: database, files: try FileBlobStore(directory: directory + "/blobs"),
            timeZones: TimeZoneDatabase { _ in nil },
            authenticator: Authenticator(
                database: database, principals: principals, guessGuard: GuessGuard { _ in true }, options: options),
            principals: principals, configuration: configuration, logger: Logger(label: "test"),
            clock: clock, random: SystemRandom.bytes)
        for (name, domain) in [("anna", "example.org"), ("boris", "example.org"), ("zoe", "example.net")] {
            let hash = try Passwords(parameters: cheap).hash([UInt8](name.utf8))
            guard let signIn = SignInName(name: name, domain: domain) else { throw Failure(.serverBug, "name") }
            try database.write { tx in
                let principal = try LocalDirectory().add(
                    tx, NewPrincipal(signIn, displayName: name.uppercased(), addresses: ["\(name)@\(domain)"], password: hash), now: 0)
                let calendars = try Collections.makeHome(tx, of: principal.id, kind: .calendarHome, now: 0)
                let books = try Collections.makeHome(tx, of: principal.id, kind: .bookHome, now: 0)
                try Collections.makeHome(tx, of: principal.id, kind: .fileHome, now: 0)
                _ = try Collections.make(tx, in: calendars, name: "calendar", kind: .calendar, now: 0)
                _ = try Collections.make(tx, in: calendars, name: "tasks", kind: .calendar, components: ["VTODO"], now: 0)
                _ = try Collections.make(tx, in: books, name: "contacts", kind: .book, now: 0)
            }
        }
    }

    deinit {
        database.close()
        system("rm -rf '\(directory)'")
    }

    struct Answer {
        var status: Int
        var headers: [(name: String, value: String)]
        var body: [UInt8]

        var text: String { String(utf8: body) }
        func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }

        /// The rows of a multistatus: status of the row or of its first propstat, by href.
        var rows: [(href: String, status: String)] {
            guard let root = try? XMLDocument.parse(body).root else { return [] }
            return root.children.filter { $0.name == .dav(.response) }.map { row in
                let status = row.firstChild(named: .dav(.status)) ?? row.firstChild(named: .dav(.propstat))?.firstChild(named: .dav(.status))
                return (String(utf8: row.firstChild(named: .dav(.href))?.text ?? []), String(utf8: status?.text ?? []))
            }
        }

        var syncToken: String? {
            (try? XMLDocument.parse(body).root)?.firstChild(named: .dav(.syncToken)).map { String(utf8: $0.text) }
        }

        /// The names of the elements in DAV:error.
        var conditions: [XMLName] {
            guard let root = try? XMLDocument.parse(body).root, root.name == .dav(.error) else { return [] }
            return root.children.map(\.name).filter { $0 != .dav(.responsedescription) }
        }
    }

    func send(
        _ method: String, _ target: String, _ body: String = "", headers: [String: String] = [:], as user: String? = "anna"
    ) throws -> Answer {
        var fields = HTTPFields(headers.map { (name: $0.key, value: $0.value) })
        if let user {
            let name = String(user.split(separator: "@")[0])
            fields.append("Authorization", "Basic " + String(utf8: Base64.encode([UInt8]("\(user):\(name)".utf8))))
        }
        let response = server.respond(to: HTTPRequest(
            head: HTTPRequestHead(method: method, target: target, headers: fields),
            body: body.isEmpty ? .none : .bytes([UInt8](body.utf8))))
        var bytes: [UInt8] = []
        switch response.body {
        case .empty: break
        case .bytes(let all): bytes = all
        case .stream(_, let source): while let piece = try source.next() { bytes += piece }
        case .file(let path, let offset, let count):
            guard let file = fopen(path, "r") else { throw Failure(.serverBug, "no file") }
            defer { fclose(file) }
            fseek(file, offset, SEEK_SET)
            bytes = [UInt8](repeating: 0, count: count)
            fread(&bytes, 1, count, file)
        }
        return Answer(status: response.status, headers: response.headers, body: bytes)
    }

    static func event(_ uid: String, _ summary: String = "Meeting") -> String {
        """
        BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:\(uid)\r\nDTSTAMP:20260101T000000Z\r
        DTSTART:20260601T100000Z\r\nSUMMARY:\(summary)\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n
        """
    }

    static func task(_ uid: String) -> String {
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:\(uid)\r\nDTSTAMP:20260101T000000Z\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    }

    static func card(_ uid: String, _ name: String = "Anna") -> String {
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:\(uid)\r\nFN:\(name)\r\nN:\(name);;;;\r\nEND:VCARD\r\n"
    }
}
