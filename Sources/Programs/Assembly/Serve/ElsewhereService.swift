import Database
import Directory
import Logging
import Mail
import NIOPosix

/// Brings what other processes commit, other nodes and commands, to those who keep something of it in memory here: IMAP sessions that
/// wait, and principals with their passwords. What holds by a number in the database (groups, mounts, snapshots) needs none of it.
struct ElsewhereService: Sendable {
    let installation: Installation
    let principals: PrincipalCache
    let logger: Logger
    /// A look waits for the database: not on the threads of tasks.
    private let thread = NIOThreadPool(numberOfThreads: 1)

    private static let pause = Duration.seconds(1)

    init(installation: Installation, principals: PrincipalCache, logger: Logger) {
        self.installation = installation
        self.principals = principals
        self.logger = logger
    }

    /// Until the task is cancelled. What is told is heard until the database is closed.
    func run() async {
        let (mail, database) = (installation.mail, installation.database)
        do {
            try database.watchOthers { [principals, mail] changes in
                principals.forget(changes)
                mail.hear(changes)
            }
        } catch {
            logger.error("other processes cannot be heard, what they change is looked for", metadata: ["failure": "\(error)"])
        }
        thread.start()
        var last = MailLook()
        var hasFailed = false
        // The embedded database's one process always is.
        var isInCharge = installation.settings.database.isEmpty
        var hearing = Hearing()
        while !Task.isCancelled {
            await tell(hearing.look(database.statistics?.isHearing ?? true))
            if database.isInCharge != isInCharge {
                isInCharge.toggle()
                logger.notice(isInCharge ? "this node is in charge of what one does alone" : "this node is not in charge any more")
            }
            do {
                last = try await thread.runIfActive { [last] in try mail.look(database, after: last) }
                hasFailed = false
            } catch is CancellationError {
            } catch {
                // Once, not each second.
                if !hasFailed { tell(error) }
                hasFailed = true
            }
            try? await Task.sleep(for: Self.pause)
        }
        try? await thread.shutdownGracefully()
    }

    private func tell(_ change: Hearing.Change?) async {
        switch change {
        case .lost:
            var reason = "nodes cannot be heard, transactions can be made"
            do {
                try await thread.runIfActive { try installation.database.read { tx in _ = try tx.first("SELECT 1") { _ in true } } }
            } catch {
                reason = "\(error)"
            }
            logger.error("the database cannot be reached", metadata: ["failure": "\(reason)"])
        case .back: logger.notice("the database is reached again")
        case nil: break
        }
    }

    private func tell(_ error: any Error) {
        logger.error("changes of mailboxes cannot be read", metadata: ["failure": "\(error)"])
    }
}

/// Whether others are heard, by a look each second: told once, and where it was not for a moment only.
struct Hearing {
    enum Change {
        case lost, back
    }

    private static let looks = 3
    private var silentLooks = 0

    mutating func look(_ isHearing: Bool) -> Change? {
        if isHearing {
            defer { silentLooks = 0 }
            return silentLooks >= Self.looks ? .back : nil
        }
        silentLooks = min(silentLooks + 1, Self.looks + 1)
        return silentLooks == Self.looks ? .lost : nil
    }
}
