import Logging
import NIOPosix

/// Ends the IMAP sessions of those who may not sign in any more: they stay open for days, and no request signs in anew.
struct SessionService: Sendable {
    let imap: IMAPService
    let logger: Logger
    /// A look waits for the database: not on the threads of tasks.
    private let thread = NIOThreadPool(numberOfThreads: 1)

    /// As long as a principal is taken as it was read.
    private static let pause = Duration.seconds(5)

    init(_ imap: IMAPService, logger: Logger) {
        self.imap = imap
        self.logger = logger
    }

    /// Until the task is cancelled.
    func run() async {
        thread.start()
        var hasFailed = false
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.pause)
            do {
                try await thread.runIfActive { [imap] in try imap.endSessions() }
                hasFailed = false
            } catch is CancellationError {
            } catch {
                // Once, not each time.
                if !hasFailed { logger.error("open sessions cannot be looked at", metadata: ["failure": "\(error)"]) }
                hasFailed = true
            }
        }
        try? await thread.shutdownGracefully()
    }
}
