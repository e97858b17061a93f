package import Database
package import Directory
package import GlobalAddressList
import Logging
package import Mail
import Synchronization
import Wire

/// Where somebody's mailboxes are.
package struct MailPlace: Sendable {
    package var database: any Database
    package var store: MailStore
    package var memberships: MembershipCache

    package init(database: any Database, store: MailStore, memberships: MembershipCache) {
        self.database = database
        self.store = store
        self.memberships = memberships
    }
}

/// What the server asks of the layers below.
package struct IMAPServices: Sendable {
    /// Of those that no other place has.
    package var place: MailPlace
    package var authenticator: Authenticator
    /// Which other place has somebody's mailboxes; nil: there are none. It may wait for a database.
    package var elsewhere: (@Sendable (Principal) throws -> MailPlace?)?
    /// Whether somebody's mailboxes are in another place than when they signed in. It may not wait.
    package var haveMoved: (@Sendable (Principal) -> Bool)?
    /// Those in address lists who are no principals yet; nil: there are no directories that have any.
    package var listed: ListedPrincipals?
    /// Milliseconds since 1970 in UTC.
    package var clock: @Sendable () -> Int64
    /// What ID tells of this server (RFC 2971).
    package var version: String
    package var random: RandomSource

    package init(
        database: any Database, store: MailStore, authenticator: Authenticator, memberships: MembershipCache = MembershipCache(),
        version: String, random: @escaping RandomSource = SystemRandom.bytes, elsewhere: (@Sendable (Principal) throws -> MailPlace?)? = nil,
        haveMoved: (@Sendable (Principal) -> Bool)? = nil, listed: ListedPrincipals? = nil, clock: @escaping @Sendable () -> Int64
    ) {
        place = MailPlace(database: database, store: store, memberships: memberships)
        self.elsewhere = elsewhere
        self.haveMoved = haveMoved
        self.listed = listed
        self.authenticator = authenticator
        self.version = version
        self.random = random
        self.clock = clock
    }
}

/// What all connections of a server share.
final class ServerContext: Sendable {
    let configuration: IMAPServerConfiguration
    let services: IMAPServices
    let logger: Logger
    let pool: WorkerPool
    /// For the checking of passwords alone.
    let signInPool: WorkerPool
    let users: UserConnections
    let sessions = SignedInSessions()
    let metrics = ServerMetrics()
    let answers: AnswerCache
    /// What is off for everybody.
    let capabilitiesOff: CapabilitySet
    private let draining = Atomic<Bool>(false)
    private let connections = Atomic<UInt64>(0)

    init(configuration: IMAPServerConfiguration, services: IMAPServices, logger: Logger) {
        self.configuration = configuration
        self.services = services
        self.logger = logger
        answers = AnswerCache(octets: configuration.keptAnswers)
        capabilitiesOff = CapabilitySet(configuration.capabilitiesOff).withDependents
        // A connection has one job at a time, so their number bounds the queue.
        pool = WorkerPool(threads: configuration.workers, limit: .max)
        signInPool = WorkerPool(threads: max(2, configuration.workers / 2), limit: .max)
        users = UserConnections(limit: configuration.connectionsPerUser)
    }

    var isDraining: Bool { draining.load(ordering: .relaxed) }

    func beginDraining() { draining.store(true, ordering: .relaxed) }

    func nextConnectionID() -> UInt64 { connections.add(1, ordering: .relaxed).newValue }
}
