package import Database
package import Directory
import Logging
package import Mail
import NIOCore
import Synchronization
import Wire

/// Where the mailboxes of some recipients are.
package struct DeliveryPlace: Sendable {
    package var database: any Database
    package var store: MailStore

    package init(database: any Database, store: MailStore) {
        self.database = database
        self.store = store
    }
}

/// What the server asks of the layers below.
package struct LMTPServices: Sendable {
    /// Of those that no other place has.
    package var place: DeliveryPlace
    package var recipients: Recipients
    /// Which other place has somebody's mailboxes; nil: there are none.
    package var elsewhere: (@Sendable (Principal) throws -> DeliveryPlace?)?
    /// Milliseconds since 1970 in UTC.
    package var clock: @Sendable () -> Int64

    package init(
        database: any Database, store: MailStore, recipients: Recipients, elsewhere: (@Sendable (Principal) throws -> DeliveryPlace?)? = nil,
        clock: @escaping @Sendable () -> Int64
    ) {
        place = DeliveryPlace(database: database, store: store)
        self.elsewhere = elsewhere
        self.recipients = recipients
        self.clock = clock
    }
}

/// Who has connected.
enum Peer: Sendable {
    case address(IPAddress)
    /// A program of this machine, through a socket in the file system.
    case local

    init(_ channel: any Channel, _ address: IPAddress) {
        if case .unixDomainSocket? = channel.localAddress { self = .local } else { self = .address(address) }
    }

    var description: String {
        switch self {
        case .address(let address): address.description
        case .local: "local"
        }
    }
}

/// What all connections of a server share.
final class ServerContext: Sendable {
    let configuration: LMTPServerConfiguration
    let services: LMTPServices
    let logger: Logger
    let pool: WorkerPool
    let metrics = ServerMetrics()
    /// Octets of a message as it comes: what a delivery adds must have room beside it.
    let messageSize: Int
    private let started: Int64
    private let draining = Atomic<Bool>(false)
    private let connections = Atomic<UInt64>(0)

    init(configuration: LMTPServerConfiguration, services: LMTPServices, logger: Logger) {
        self.configuration = configuration
        self.services = services
        self.logger = logger
        messageSize = max(1, services.place.store.limits.messageSize - TraceFields.maximumSize)
        started = services.clock()
        // A connection has one job at a time, so their number bounds the queue.
        pool = WorkerPool(threads: configuration.workers, limit: .max)
    }

    func mayDeliver(_ peer: Peer) -> Bool {
        switch peer {
        case .local: true
        case .address(let address): configuration.trusted.contains(address)
        }
    }

    var isDraining: Bool { draining.load(ordering: .relaxed) }

    func beginDraining() { draining.store(true, ordering: .relaxed) }

    /// Another one in each run of the server.
    func nextConnectionID() -> String {
        let number = connections.add(1, ordering: .relaxed).newValue
        return String(started, radix: 36) + "-" + String(number, radix: 36)
    }
}
