import DAVServer
import Directory
import IMAPServer
import LMTPServer
import Logging
import NIOPosix

/// What a running server has of each storage: a DAV server over it, and what is remembered of its rows.
struct ServedStorage: Sendable {
    let installation: Installation
    let principals: PrincipalCache
    let memberships: MembershipCache
    let dav: DAVServer

    var mailPlace: MailPlace {
        MailPlace(database: installation.database, store: installation.mail, memberships: memberships)
    }

    var deliveryPlace: DeliveryPlace { DeliveryPlace(database: installation.database, store: installation.mail) }
}

/// The storages beside the default one, by their names.
struct ServedStorages: Sendable {
    private let storages: Storages
    private let served: [String: ServedStorage]

    init(_ storages: Storages, serve: (Storages.Part) -> ServedStorage) {
        self.storages = storages
        served = Dictionary(storages.parts.map { ($0.name, serve($0)) }) { first, _ in first }
        for part in storages.parts { served[part.name].map { part.mirror.tell($0.principals) } }
    }

    var all: [ServedStorage] { storages.parts.compactMap { served[$0.name] } }

    // Which one has what somebody owns; nil: the default one. Where there is no other, nobody asks.

    var davServers: (@Sendable (Principal) throws -> DAVServer?)? { lookUp(\.dav) }
    var mailPlaces: (@Sendable (Principal) throws -> MailPlace?)? { lookUp(\.mailPlace) }
    var deliveryPlaces: (@Sendable (Principal) throws -> DeliveryPlace?)? { lookUp(\.deliveryPlace) }

    private func lookUp<Value>(
        _ value: any KeyPath<ServedStorage, Value> & Sendable
    ) -> (@Sendable (Principal) throws -> Value?)? {
        if served.isEmpty { return nil }
        return { principal in try storages.part(of: principal).flatMap { served[$0.name] }.map { $0[keyPath: value] } }
    }
}

/// Copies the directory's changes into the storages, a moment after they were made, by whatever process.
struct DirectoryMirrorService: Sendable {
    private let storages: Storages
    private let logger: Logger
    /// It waits for databases: not on the threads of tasks.
    private let thread = NIOThreadPool(numberOfThreads: 1)

    private static let pause = Duration.milliseconds(500)

    init(_ storages: Storages, logger: Logger) {
        self.storages = storages
        self.logger = logger
    }

    /// Until the task is cancelled.
    func run() async {
        if storages.parts.isEmpty { return }
        thread.start()
        var failed: Set<String> = []
        while !Task.isCancelled {
            for part in storages.parts {
                do {
                    try await thread.runIfActive { try part.mirror.bring() }
                    failed.remove(part.name)
                } catch is CancellationError {
                } catch {
                    // Once, not each time.
                    if failed.insert(part.name).inserted {
                        logger.error("the directory cannot be copied", metadata: ["storage": "\(part.name)", "failure": "\(error)"])
                    }
                }
            }
            try? await Task.sleep(for: Self.pause)
        }
        try? await thread.shutdownGracefully()
    }
}
