import Database
import Directory
import Logging
import NIOPosix

/// Asks directories again for the groups of who is at work: a membership that ends there ends here within the directory's
/// `group-interval`, also for who signed in long ago and stays connected.
struct MembershipService: Sendable {
    private let memberships: DirectoryMemberships
    private let used: [MembershipCache]
    private let logger: Logger
    private let clock: @Sendable () -> Int64
    /// Directories answer when they do: not on the threads of tasks, and none waits for another.
    private let threads: NIOThreadPool
    private let stop = CancellationFlag()

    init(
        _ memberships: DirectoryMemberships, used: [MembershipCache], logger: Logger, clock: @escaping @Sendable () -> Int64
    ) {
        self.memberships = memberships
        self.used = used
        self.logger = logger
        self.clock = clock
        threads = NIOThreadPool(numberOfThreads: max(1, min(8, memberships.directories.sources.count)))
    }

    /// Until the task is cancelled.
    func run() async {
        // Whoever is being asked for is the last.
        await withTaskCancellationHandler { await runAll() } onCancel: { stop.set() }
    }

    private func runAll() async {
        let sources = memberships.directories.sources.filter { $0.groupInterval > 0 }
        // Twice in the shortest interval: whoever was passed over, as just asked for, is in time for the next.
        guard let interval = sources.map(\.groupInterval).min() else { return }
        threads.start()
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(max(500, interval / 2)))
            let used = used.flatMap { $0.takeUsed() }
            if used.isEmpty || Task.isCancelled { continue }
            await withTaskGroup(of: Void.self) { group in
                for source in sources { group.addTask { await refresh(used, source) } }
            }
        }
        try? await threads.shutdownGracefully()
    }

    private func refresh(_ used: [PrincipalID], _ source: Directories.Source) async {
        let (memberships, clock, stop) = (memberships, clock, stop)
        do {
            let round = try await threads.runIfActive {
                memberships.refresh(used, of: source, now: clock) { stop.isSet }
            }
            for cache in self.used { cache.noteUsed(round.missed) }
            if let failure = round.failure { throw failure }
        } catch is CancellationError {
        } catch let reason as DirectoryUnavailable {
            logger.notice(
                "groups cannot be asked for, memberships stay as they were",
                metadata: ["directory": "\(reason.directory)", "reason": "\(reason.reason)"])
        } catch {
            logger.error(
                "memberships not refreshed", metadata: ["directory": "\(source.backend.name)", "failure": "\(error)"])
        }
    }
}
