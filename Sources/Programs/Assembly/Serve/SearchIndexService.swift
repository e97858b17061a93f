import CollectionStore
import Database
import Glibc
import Logging
import Mail
import NIOPosix
import Synchronization

/// Makes the indexes of texts a moment after messages came and members changed. Each node looks after the mailboxes that it has changed itself
/// at once; the one in charge looks after all once in a while, and when it comes to be in charge.
final class SearchIndexService: Sendable {
    private let index: SearchIndex
    private let logger: Logger
    /// It computes for long, and must not be in the way of tasks.
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let changed = Mutex<Set<MailboxID>>([])
    private let stop = CancellationFlag()

    private static let pause = Duration.seconds(1)
    private static let secondsBetweenCollections = 20
    private static let secondsBetweenPasses = 600
    /// More are left to the next pass over all.
    private static let mostChanged = 10_000

    init(_ index: SearchIndex, logger: Logger) {
        self.index = index
        self.logger = logger
    }

    /// Until the task is cancelled.
    func run() async {
        thread.start()
        let watch = index.mail.hub.watchEverything { [self] event in
            guard let mailbox = event.mailbox else { return }
            changed.withLock { if $0.count < Self.mostChanged { $0.insert(mailbox) } }
        }
        // Since it is in charge.
        var seconds = 0
        while !Task.isCancelled {
            let isInCharge = index.database.isInCharge
            if !isInCharge { seconds = 0 }
            let isPass = isInCharge && seconds % Self.secondsBetweenPasses == 0
            let isForCollections = isInCharge && seconds % Self.secondsBetweenCollections == 0
            await withTaskCancellationHandler {
                do {
                    try await thread.runIfActive { [self] in
                        try round(isPass: isPass, isForCollections: isForCollections)
                        while try isInCharge && !stop.isSet && GramSegments.sweep(index.database, now: index.clock()) {}
                    }
                } catch is CancellationError {
                } catch {
                    logger.error("texts cannot be indexed", metadata: ["failure": "\(error)"])
                }
            } onCancel: {
                stop.set()
            }
            seconds += 1
            try? await Task.sleep(for: Self.pause)
        }
        index.mail.hub.cancel(watch)
        try? await thread.shutdownGracefully()
    }

    private func round(isPass: Bool, isForCollections: Bool) throws {
        // Of this thread alone: who waits for an answer comes first.
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        let changed = changed.withLock { changed in
            defer { changed = [] }
            return changed
        }
        if isPass {
            try index.forEachMailbox { mailbox in
                bringForward(mailbox, isPass: true)
                return !stop.isSet
            }
            try tidyLost()
        } else {
            for mailbox in changed where !stop.isSet { bringForward(mailbox, isPass: false) }
        }
        if isForCollections, !stop.isSet {
            try index.forEachLargeCollection {
                if !stop.isSet { try MemberGrams.refresh(index.database, $0, keep: index.keep, now: index.clock()) }
            }
        }
    }

    private func bringForward(_ mailbox: MailboxID, isPass: Bool) {
        do {
            if isPass {
                try index.orders.tidy(mailbox)
                try index.indexer.tidy(mailbox)
            }
            // They cost little, and are asked for by who opens the mailbox.
            while try !stop.isSet && index.orders.step(mailbox) {}
            while try !stop.isSet && index.indexer.step(mailbox) != .nothing {}
        } catch {
            // One mailbox's fault is not the others'; it is searched without an index.
            logger.error("mailbox not indexed", metadata: ["mailbox": "\(mailbox.rawValue)", "failure": "\(error)"])
        }
    }

    private func tidyLost() throws {
        let lost = try index.database.read { tx in try GramSegments.lost(tx) }
        if lost.isEmpty { return }
        try index.database.write { tx in for scope in lost { try GramSegments.retire(tx, of: scope) } }
    }
}
