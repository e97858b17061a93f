import CollectionStore
import Database
import Directory
import Logging
import Mail
import Synchronization
import TestEngines
import TestMailStorage
import Wire

@testable import LMTPServer

/// A server in the process with two users and a group; sessions are driven by hand, without a network.
final class TestSite: Sendable {
    let context: ServerContext
    let database: FailingDatabase
    let store: MailStore
    private let storage = TestMailStorage()
    let clock = Clock()

    final class Clock: Sendable {
        private let value = Mutex<Int64>(1_800_000_000_000)
        var now: Int64 { value.withLock { $0 } }
        func advance(_ milliseconds: Int64) { value.withLock { $0 += milliseconds } }
    }

    init(limits: MailLimits = MailLimits(), directories: Directories? = nil, configure: (inout LMTPServerConfiguration) -> Void = { _ in }) throws {
        database = FailingDatabase(try TestEngine.current.temporary())
        store = MailStore(limits: limits, maildirs: storage.maildirs)
        var configuration = LMTPServerConfiguration()
        configuration.workers = 1
        configuration.hostName = "mail.example.org"
        configuration.trusted = ["127.0.0.1", "192.0.2.0/24"].compactMap { AddressRange($0) }
        configure(&configuration)
        context = ServerContext(
            configuration: configuration,
            services: LMTPServices(
                database: database, store: store,
                recipients: Recipients(
                    database: database, directories: directories, principals: nil, defaultDomain: "example.org"),
                clock: { [clock] in clock.now }),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let people: [(String, Principal.Kind, [String])] = [
            ("anna", .user, ["anna@example.org", "a.berg@example.org", "with+plus@example.org"]),
            ("boris", .user, ["boris@example.org", "борис@xn--e1afmkfd.xn--80akhbyknj4f"]), ("sales", .group, ["sales@example.org"]),
        ]
        for (name, kind, addresses) in people {
            guard let signIn = SignInName(name: name, domain: "example.org") else { throw Failure(.serverBug, "name") }
            try database.write { tx in
                _ = try LocalDirectory().add(
                    tx, NewPrincipal(signIn, kind: kind, displayName: name, addresses: addresses), now: 0)
            }
        }
    }

    deinit {
        context.pool.stop()
        database.close()
    }

    /// A client that has said LHLO.
    func client(_ address: String = "192.0.2.1") -> TestClient {
        let client = stranger(address)
        client.send([])
        client.say("LHLO client.example")
        return client
    }

    func stranger(_ address: String = "192.0.2.1") -> TestClient {
        TestClient(Session(server: context, peer: IPAddress(address).map { .address($0) } ?? .local), of: self)
    }

    func id(_ name: String) throws -> PrincipalID {
        guard let found = try database.read({ tx in try LocalDirectory.find(tx, domain: "example.org", name: name) }) else {
            throw Failure(.serverBug, "nobody")
        }
        return found.id
    }

    /// The octets of a mailbox's messages, in the order of their UIDs; nil where there is no such mailbox.
    func messages(_ name: String, _ mailbox: String = "INBOX") throws -> [String]? {
        let owner = try id(name)
        return try database.read { tx in
            guard let mailbox = try store.mailbox(tx, of: owner, named: mailbox) else { return nil }
            var texts: [String] = []
            guard mailbox.uidNext > 1 else { return texts }
            try store.messages(tx, UIDSet(1...(mailbox.uidNext - 1)), in: mailbox.id) { message in
                texts.append(String(decoding: try store.octets(tx, of: message.content, 0..<message.size), as: UTF8.self))
                return true
            }
            return texts
        }
    }

    func setQuota(_ bytes: Int64?, of name: String) throws {
        let owner = try id(name)
        try database.write { tx in
            _ = try tx.execute("UPDATE principal SET quota_bytes = $2 WHERE id = $1", [.integer(owner.rawValue), Value(bytes)])
        }
    }

    func makeMailbox(_ mailbox: String, of name: String) throws {
        let owner = try id(name)
        try database.write { tx in
            try store.makeInbox(tx, of: owner, now: 1)
            if try store.mailbox(tx.read, of: owner, named: mailbox) == nil { _ = try store.create(tx, mailbox, of: owner, now: 1) }
        }
    }

    /// How many contents there are, of messages or staged ones.
    func contents() throws -> Int64 { try database.read { tx in try tx.first("SELECT COUNT(*) FROM mail_content") { $0.integer(0) } } ?? -1 }

    /// What one message becomes that so many accounts get: in Maildir they share no file.
    static func contents(for accounts: Int64) -> Int64 { TestMailStorage.current == .maildir ? accounts : 1 }

    func faults() throws -> [String] {
        var faults: [String] = []
        try MailConsistency.check(database, store) { faults.append($0) }
        return faults
    }
}

/// One client that sees every byte.
final class TestClient {
    let session: Session
    private(set) var lastPause = Session.Pause.input
    /// Kept for as long as somebody speaks to it.
    private let site: TestSite

    init(_ session: Session, of site: TestSite) { (self.session, self.site) = (session, site) }

    deinit { session.end() }

    /// Sends the text and a line end, and gives what is answered.
    @discardableResult
    func say(_ text: String) -> String { send(Array("\(text)\r\n".utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> String {
        session.receive(bytes)
        lastPause = session.run()
        return String(decoding: session.takeOutput(), as: UTF8.self)
    }

    func send(_ text: String) -> String { send(Array(text.utf8)) }

    /// The first words, code and enhanced code, of each line of the answer.
    func codes(_ text: String) -> [String] { Self.codes(say(text)) }

    static func codes(_ answer: String) -> [String] {
        answer.split(separator: "\r\n").map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
    }

    /// A whole transaction; the codes of what answers the message.
    func deliver(_ message: String, to recipients: [String], from sender: String = "sender@client.example") -> [String] {
        say("MAIL FROM:<\(sender)>")
        for recipient in recipients { say("RCPT TO:<\(recipient)>") }
        say("DATA")
        return Self.codes(send(message + "\r\n.\r\n"))
    }
}

/// A database that can be told to fail.
final class FailingDatabase: Database {
    private struct State {
        var reads: Failure?
        var writes: Failure?
    }

    private let inner: any Database
    private let state = Mutex(State())

    init(_ inner: any Database) { self.inner = inner }

    func fail(reads: Failure.Code? = nil, writes: Failure.Code? = nil) {
        state.withLock { state in
            state.reads = reads.map { Failure($0, "a test") }
            state.writes = writes.map { Failure($0, "a test") }
        }
    }

    func read<Result>(_ body: (borrowing ReadTransaction) throws -> Result) throws -> Result {
        if let failure = state.withLock({ $0.reads }) { throw failure }
        return try inner.read(body)
    }

    func write<Result>(_ body: (borrowing WriteTransaction) throws -> Result) throws -> Result {
        if let failure = state.withLock({ $0.writes }) { throw failure }
        return try inner.write(body)
    }

    func integrityFaults() throws -> [String] { try inner.integrityFaults() }
    func close() { inner.close() }
}
