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
    private func find(_ local: String, _ domain: String? = "example.org", in other: Recipients? = nil, now: Int64 = 5) throws -> String {
        switch try (other ?? recipients).find(localPart: local, domain: domain, now: now) {
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
        #expect(try find("clara") == "corp down" && find("nobody") == "corp down" && find("anna") == "anna")
        // The address may be somebody's there as it is.
        #expect(try find("anna+x") == "corp down")
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

    @Test("an address that is somebody's in a directory is theirs, however much of it another's name here is")
    func wholeAddress() throws {
        let (scene, corp, recipients) = try Self.site(delimiter: "-")
        #expect(try find("anna-maria", in: recipients) == "anna|maria")
        corp.add(DirectoryEntry(id: "m", location: "m", login: "am", displayName: "M", addresses: ["anna-maria@example.org"]), password: "x")
        corp.setDown(true)
        #expect(try find("anna-maria", in: recipients, now: 10_000) == "corp down")
        corp.setDown(false)
        corp.change("m") { $0.state = .disabled }
        #expect(try find("anna-maria", in: recipients, now: 10_000) == "nobody")
        corp.change("m") { $0.state = .active }
        #expect(try find("anna-maria", in: recipients, now: 10_000) == "am" && find("anna-m", in: recipients) == "anna|m")
        withExtendedLifetime(scene) {}
    }

    @Test("mail for somebody whose account a directory takes over comes to that account, and makes no other")
    func takenOver() throws {
        let (scene, corp, recipients) = try Self.site(precedesLocal: true)
        corp.add(
            DirectoryEntry(
                id: "a", location: "a", login: "Anna", displayName: "Anna", addresses: ["anna@example.org", "a.berg@example.org"]),
            password: "corp's")
        #expect(try find("a.berg", in: recipients) == "anna")
        #expect(scene.signIn("anna", Array("corp's".utf8)) == "anna")
        #expect(try scene.database.read { tx in try LocalDirectory.find(tx, domain: "example.org", name: "anna")?.id } == scene.anna)
        #expect(try scene.database.read { tx in try LocalDirectory.find(tx, domain: "example.org", name: "anna-2") } == nil)
    }

    @Test("which of two accounts a directory takes over only a sign-in tells: until then mail waits")
    func takenOverLater() throws {
        let (scene, corp, recipients) = try Self.site(precedesLocal: true, domains: ["example.org", "example.com"])
        let other = try Scene.name("anna@example.com")
        try scene.database.write { tx in _ = try scene.directory.add(tx, NewPrincipal(other, displayName: "Other"), now: 1) }
        corp.add(
            DirectoryEntry(id: "a", location: "a", login: "anna", displayName: "A", addresses: ["a.berg@example.org"]), password: "x")
        #expect(try find("a.berg", in: recipients).hasPrefix("corp several"))
        corp.change("a") { $0.addresses.append("anna@example.org") }
        #expect(try find("a.berg", in: recipients) == "anna")
    }

    @Test("who is nobody's is not asked for again for some seconds")
    func nobodies() throws {
        #expect(try find("nina", now: 1_000) == "nobody" && find("nina", now: 5_999) == "nobody")
        #expect(corp.state.withLock { $0.searches } == 1)
        #expect(try find("nina", now: 6_000) == "nobody" && corp.state.withLock { $0.searches } == 2)
    }

    @Test("directories that hang hold half of the threads at most")
    func hanging() throws {
        let first = NestedDirectory("first")
        let second = NestedDirectory("second")
        let directories = Directories(
            [Directories.Source(first, concurrency: 9), Directories.Source(second, concurrency: 9)], localDomain: "example.org"
        ) { tx, new, now throws in try LocalDirectory().add(tx, new, now: now) }
        let recipients = Recipients(
            database: scene.database, directories: directories, principals: nil, defaultDomain: "example.org", workers: 4)
        // While an answer is waited for the next one asks.
        let ask: @Sendable (Int) -> Void = { _ = try? recipients.find(localPart: "x\($0)", domain: nil, now: 5) }
        for directory in [first, second] { directory.state.withLock { $0.whileAsked = ask } }
        #expect(try find("x", in: recipients) == "nobody")
        #expect([first, second].map { $0.state.withLock { $0.deepest } } == [1, 1])
        #expect(try find("anna", in: recipients) == "anna")
        for directory in [first, second] { directory.state.withLock { $0.whileAsked = nil } }
    }

    private static func site(
        delimiter: Character = "+", precedesLocal: Bool = false, domains: [String] = ["example.org"]
    ) throws -> (Scene, FakeDirectory, Recipients) {
        let corp = FakeDirectory("corp", domains: domains)
        let source = Directories.Source(corp, precedesLocal: precedesLocal)
        let directories = Directories([source], localDomain: "example.org") { tx, new, now throws in
            try LocalDirectory().add(tx, new, now: now)
        }
        let scene = try Scene(directories: directories)
        let recipients = Recipients(
            database: scene.database, directories: directories, principals: scene.cache, defaultDomain: "example.org",
            delimiter: delimiter)
        return (scene, corp, recipients)
    }
}

/// A directory that has nobody, and lets a test ask for more while it is asked.
private final class NestedDirectory: DirectoryBackend {
    struct State {
        var depth = 0
        var deepest = 0
        var whileAsked: (@Sendable (Int) -> Void)?
    }

    let name: String
    let domains = ["example.org"]
    let state = Mutex(State())

    init(_ name: String) { self.name = name }

    func find(_ name: SignInName) throws(DirectoryUnavailable) -> DirectoryEntry? {
        let (depth, body) = state.withLock { state in
            state.depth += 1
            state.deepest = max(state.deepest, state.depth)
            return (state.depth, state.whileAsked)
        }
        if depth < 5 { body?(depth) }
        state.withLock { $0.depth -= 1 }
        return nil
    }

    func entry(id: String) throws(DirectoryUnavailable) -> DirectoryEntry? { nil }
    func verify(_ password: [UInt8], of entry: DirectoryEntry) throws(DirectoryUnavailable) -> PasswordVerdict { .wrong }
    func forEach(_ kind: Principal.Kind, _ body: (DirectoryEntry) -> Bool) throws(DirectoryUnavailable) -> Bool { true }
    func groups(of entry: DirectoryEntry) throws(DirectoryUnavailable) -> [DirectoryEntry] { [] }
}
