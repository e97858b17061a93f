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
        while !Task.isCancelled {
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

    private func tell(_ error: any Error) {
        logger.error("changes of mailboxes cannot be read", metadata: ["failure": "\(error)"])
    }
}
