import CollectionStore
import Database
import Glibc
import Locks
import Logging
import Mail
import NIOPosix

/// Makes the indexes of texts a moment after messages came and members changed. Each node looks after the mailboxes that it has changed itself
/// at once; the one in charge looks after all once in a while, and when it comes to be in charge.
final class SearchIndexService: Sendable {
    private let index: SearchIndex
    private let logger: Logger
    /// It computes for long, and must not be in the way of tasks.
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let changed = Guarded<[MailboxID: Change]>([:])
    private let stop = CancellationFlag()

    private static let pause = Duration.milliseconds(250)
    private static let roundsBetweenSweeps = 4
    private static let roundsBetweenCollections = 80
    private static let roundsBetweenPasses = 2400
    /// A mailbox that changes all the time is looked after all the same: who delivers waits for nothing, and has the machine's time until then.
    private static let mostRoundsWaited = 20
    /// More are left to the next pass over all.
    private static let mostChanged = 10_000

    /// A mailbox that is to be looked after.
    private struct Change {
        /// Since the last round.
        var isNew = true
        var roundsWaited = 0
    }

    init(_ index: SearchIndex, logger: Logger) {
        self.index = index
        self.logger = logger
    }

    /// Until the task is cancelled.
    func run() async {
        thread.start()
        let watch = index.mail.hub.watchEverything { [self] event in
            guard let mailbox = event.mailbox else { return }
            changed.withLock { changed in
                if changed[mailbox] != nil {
                    changed[mailbox]?.isNew = true
                } else if changed.count < Self.mostChanged {
                    changed[mailbox] = Change()
                }
            }
        }
        // Since it is in charge.
        var rounds = 0
        while !Task.isCancelled {
            let isInCharge = index.database.isInCharge
            if !isInCharge { rounds = 0 }
            let isPass = isInCharge && rounds % Self.roundsBetweenPasses == 0
            let isForCollections = isInCharge && rounds % Self.roundsBetweenCollections == 0
            let isForSweeps = isInCharge && rounds % Self.roundsBetweenSweeps == 0
            await withTaskCancellationHandler {
                do {
                    try await thread.runIfActive { [self] in
                        try round(isPass: isPass, isForCollections: isForCollections)
                        while try isForSweeps && !stop.isSet && GramSegments.sweep(index.database, now: index.clock()) {}
                    }
                } catch is CancellationError {
                } catch {
                    logger.error("texts cannot be indexed", metadata: ["failure": "\(error)"])
                }
            } onCancel: {
                stop.set()
            }
            rounds += 1
            try? await Task.sleep(for: Self.pause)
        }
        index.mail.hub.cancel(watch)
        try? await thread.shutdownGracefully()
    }

    private func round(isPass: Bool, isForCollections: Bool) throws {
        // Of this thread alone: who waits for an answer comes first.
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        let changed = takeChanged()
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

    /// Those in which nothing has happened for a round: what comes in one go is indexed in one go.
    private func takeChanged() -> [MailboxID] {
        changed.withLock { changed in
            let ready = changed.filter { !$0.value.isNew || $0.value.roundsWaited >= Self.mostRoundsWaited }.map(\.key)
            for mailbox in ready { changed[mailbox] = nil }
            for mailbox in changed.keys {
                changed[mailbox]?.isNew = false
                changed[mailbox]?.roundsWaited += 1
            }
            return ready
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
