import Database
import Synchronization
import Testing

@testable import Directory

@Suite("Recipients of mail")
struct RecipientsTests {
    private static let clara = DirectoryEntry(
        id: "7e2f", location: "uid=clara,dc=corp", login: "clara", displayName: "Clara Weiß",
        addresses: ["clara@example.org", "c.weiss@example.org"])

    private let scene: Scene
    private let corp = FakeDirectory("corp")
    private let recipients: Recipients

    init() throws {
        corp.add(Self.clara, password: "right")
        let directories = Directories([Directories.Source(corp)], localDomain: "example.org") { tx, new, now throws in
            try LocalDirectory().add(tx, new, now: now)
        }
        scene = try Scene(directories: directories)
        recipients = Recipients(
            database: scene.database, directories: directories, principals: scene.cache, defaultDomain: "example.org")
    }

    /// A word for what is found: the name with the detail, "nobody" or the directory that is down.
    private func find(_ local: String, _ domain: String? = "example.org", in other: Recipients? = nil) throws -> String {
        switch try (other ?? recipients).find(localPart: local, domain: domain, now: 5) {
        case .found(let principal, let detail): principal.name + (detail.map { "|\($0)" } ?? "")
        case .nobody: "nobody"
        case .unavailable(let reason): "\(reason.directory) \(reason.reason)"
        }
    }

    @Test("every address of somebody is found, in any case of letters, without asking a directory")
    func addresses() throws {
        #expect(try find("anna") == "anna" && find("A.ODEGARD", "Example.ORG") == "anna")
        // RFC 5321 §4.5.1: without a domain it is the server's own
        #expect(try find("anna", nil) == "anna")
        #expect(corp.state.withLock { $0.searches } == 0)
        #expect(try find("anna", "example.com") == "nobody" && find("x y") == "nobody" && find("") == "nobody")
    }

    @Test("what stands behind the delimiter is the detail, as it was written")
    func details() throws {
        // RFC 5233 §1
        #expect(try find("anna+Lists/a+b") == "anna|Lists/a+b" && find("anna+") == "anna|" && find("+anna") == "nobody")
        #expect(try find("anna+" + String(repeating: "x", count: 100)) == "anna|" + String(repeating: "x", count: 100))
        let none = Recipients(
            database: scene.database, directories: nil, principals: nil, defaultDomain: "example.org", delimiter: nil)
        #expect(try find("anna+x", in: none) == "nobody")
        let minus = Recipients(
            database: scene.database, directories: nil, principals: nil, defaultDomain: "example.org", delimiter: "-")
        #expect(try find("anna-x", in: minus) == "anna|x")
    }

    @Test("who is only in a directory becomes a principal with the first mail, and signs in as that one")
    func elsewhere() throws {
        #expect(try find("c.weiss+x") == "clara|x")
        #expect(scene.signIn("clara", Array("right".utf8)) == "clara")
        let searches = corp.state.withLock { $0.searches }
        #expect(try find("clara") == "clara" && corp.state.withLock { $0.searches } == searches)
        #expect(try scene.database.read { tx in try DirectoryAccounts.counts(tx) } == ["corp": 1])
    }

    @Test("a directory that is down says nothing of an address, and nothing about those that are known here")
    func down() throws {
        corp.setDown(true)
        #expect(try find("clara") == "corp down" && find("nobody") == "corp down" && find("anna+x") == "anna|x")
        #expect(try find("clara", "example.com") == "nobody")
        corp.setDown(false)
        #expect(try find("clara") == "clara" && find("nobody") == "nobody")
    }

    @Test("a name to sign in with is no address, nor does a directory give addresses of others' domains")
    func notAddresses() throws {
        corp.add(DirectoryEntry(id: "1", location: "a", login: "dmitri", displayName: "D"), password: "x")
        #expect(try find("dmitri") == "nobody")
        var group = Self.clara
        (group.id, group.kind, group.addresses) = ("2", .group, ["all@example.org"])
        corp.add(group, password: "x")
        #expect(try find("all") == "nobody")
        corp.change("7e2f") { $0.state = .disabled }
        #expect(try find("clara") == "nobody")
    }
}
