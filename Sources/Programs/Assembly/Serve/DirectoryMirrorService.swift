import Database
import Directory
import Logging
import Mail
import NIOPosix

/// What several storages need beside requests: the directory's changes are copied into each a moment after they were made, by whatever
/// process; who is in another storage by now is looked for there; and what moves that were cut have left is put in order.
struct DirectoryMirrorService: Sendable {
    private let installation: Installation
    private let principals: PrincipalCache
    private let served: ServedStorages
    private let logger: Logger
    /// It waits for databases: not on the threads of tasks.
    private let thread = NIOThreadPool(numberOfThreads: 1)

    private static let pause = Duration.milliseconds(300)
    private static let roundsBetweenMoves = 10
    /// Milliseconds after which what a move has left is removed, where the command that moved has not done it.
    private static let longestRest: Int64 = 600_000

    init(_ installation: Installation, _ principals: PrincipalCache, _ served: ServedStorages, logger: Logger) {
        self.installation = installation
        self.principals = principals
        self.served = served
        self.logger = logger
    }

    /// Until the task is cancelled.
    func run() async {
        if installation.storages.parts.isEmpty { return }
        thread.start()
        var failed: Set<String> = []
        var watch = DirectoryWatch()
        var rounds = 0
        while !Task.isCancelled {
            for part in installation.storages.parts {
                await attempt("the directory cannot be copied", part.name, &failed) { try part.mirror.bring() }
            }
            await attempt("the directory cannot be looked at", "", &failed) { [watch] in
                var watch = watch
                let changed = try watch.changed(installation.database)
                for id in changed { try follow(id) }
                return watch
            }.map { watch = $0 }
            if rounds % Self.roundsBetweenMoves == 0 {
                await attempt("moves of accounts cannot be put in order", "moves", &failed) { try finishMoves() }
            }
            rounds += 1
            try? await Task.sleep(for: Self.pause)
        }
        try? await thread.shutdownGracefully()
    }

    @discardableResult
    private func attempt<Result: Sendable>(
        _ words: Logger.Message, _ name: String, _ failed: inout Set<String>, _ body: @escaping @Sendable () throws -> Result
    ) async -> Result? {
        do {
            let result = try await thread.runIfActive(body)
            failed.remove(name)
            return result
        } catch is CancellationError {
        } catch {
            // Once, not each time.
            if failed.insert(name).inserted { logger.error(words, metadata: ["storage": "\(name)", "failure": "\(error)"]) }
        }
        return nil
    }

    /// Somebody's row has changed: it is read anew, and where the account may have moved, sessions of before are woken to end.
    private func follow(_ id: PrincipalID) throws {
        principals.forget(id)
        guard let principal = try installation.database.read({ tx in try LocalDirectory.find(tx, id) }), served.note(principal) else { return }
        for place in installation.all {
            for mailbox in try place.database.read({ tx in try place.mail.mailboxes(tx, of: id) }) {
                place.mail.hub.publish(MailHub.Event(owner: id, mailbox: mailbox.id, modseq: mailbox.modseq))
            }
        }
    }

    private func finishMoves() throws {
        guard installation.database.isInCharge else { return }
        let now = System.clock()
        try StaleSeals.remove(installation, now: now)
        for move in try installation.database.read({ tx in try AccountMoves.all(tx) })
        where move.state == .moved && now - move.changed > Self.longestRest {
            try AccountMove.removeRest(installation, move)
        }
    }
}
