import Cryptography
import Database
import Directory
import Glibc
import Logging
import Mail
import NIOCore
import TestEngines
import TestMailStorage
import Wire

@testable import IMAPServer

/// A server in the process with two users; sessions are driven by hand, without a network.
final class TestSite: Sendable {
    let context: ServerContext
    let database: any Database
    private let storage = TestMailStorage()

    init(configure: (inout IMAPServerConfiguration) -> Void = { _ in }) throws {
        database = try TestEngine.current.temporary()
        let database = database
        // The cheapest hashes there are.
        let cheap = Scrypt.Parameters(logarithmOfN: 4, r: 1, p: 1) ?? .standard
        var options = Authenticator.Options(defaultDomain: "example.org")
        options.parameters = cheap
        var configuration = IMAPServerConfiguration()
        configuration.workers = 1
        configure(&configuration)
        let services = IMAPServices(
            database: database, store: MailStore(maildirs: storage.maildirs),
            authenticator: Authenticator(
                database: database, principals: PrincipalCache(database: database, clock: { 0 }), guessGuard: GuessGuard { _ in true },
                options: options),
            version: "test", clock: { 1_800_000_000_000 })
        context = ServerContext(configuration: configuration, services: services, logger: Logger(label: "test"))
        for name in ["anna", "boris"] {
            let hash = try Passwords(parameters: cheap).hash([UInt8](name.utf8))
            guard let signIn = SignInName(name: name, domain: "example.org") else { throw Failure(.serverBug, "name") }
            try database.write { tx in
                _ = try LocalDirectory().add(
                    tx, NewPrincipal(signIn, displayName: name, addresses: ["\(name)@example.org"], password: hash), now: 0)
            }
        }
    }

    deinit {
        context.pool.stop()
        context.signInPool.stop()
        database.close()
    }

    func stranger() -> TestClient { TestClient(Session(server: context, peer: "192.0.2.1", isLoopback: false, isTLS: true), of: self) }

    func anna() -> TestClient { signedIn("anna") }
    func boris() -> TestClient { signedIn("boris") }

    private func signedIn(_ name: String) -> TestClient {
        let client = stranger()
        client.say("a LOGIN \(name) \(name)")
        return client
    }
}

/// One client that sees every byte.
final class TestClient {
    let session: Session
    private(set) var lastPause = Session.Pause.input
    /// The largest piece that the session made at once.
    private(set) var largestPiece = 0
    /// How often the session had its turn for the last bytes.
    private(set) var turns = 0

    /// Kept for as long as somebody speaks to it.
    private let site: TestSite

    init(_ session: Session, of site: TestSite) { (self.session, self.site) = (session, site) }

    deinit { session.end() }

    /// Sends the text and a line end, and gives what is answered.
    @discardableResult
    func say(_ text: String, atOnce: Bool = true) -> String { send(Array("\(text)\r\n".utf8), atOnce: atOnce) }

    /// - Parameter atOnce: without a worker where that can be, as a connection does.
    @discardableResult
    func send(_ bytes: [UInt8], atOnce: Bool = true) -> String {
        turns = 0
        if atOnce, session.answersAtOnce(bytes) { return String(decoding: session.takeOutput(), as: UTF8.self) }
        session.receive(bytes)
        var answer: [UInt8] = []
        turns = 0
        repeat {
            turns += 1
            lastPause = session.run()
            let piece = session.takeOutput()
            largestPiece = max(largestPiece, piece.count)
            answer += piece
        } while lastPause == .output || lastPause == .signIn
        return String(decoding: answer, as: UTF8.self)
    }

    func lines(_ text: String) -> [String] { say(text).split(separator: "\r\n").map(String.init) }

    /// Makes 2 to the power of `doublings` messages of the first one.
    func multiply(_ doublings: Int) { for _ in 0..<doublings { say("x UID COPY 1:* INBOX") } }

    @discardableResult
    func append(_ message: String, to mailbox: String, options: String = "") -> String {
        say("x APPEND \(mailbox) \(options){\(message.utf8.count)+}\r\n\(message)")
    }
}
