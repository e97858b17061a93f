import CollectionStore
import Database
import Mail

/// The indexes of texts of all mailboxes and large collections, and what messages are sorted by.
struct SearchIndex: Sendable {
    let database: any Database
    let mail: MailStore
    let indexer: MailIndexer
    let orders: MailOrderMaker
    /// How long what is not there any more may be in the index.
    let keep: Milliseconds
    let clock: @Sendable () -> Milliseconds

    init(_ installation: Installation, clock: @escaping @Sendable () -> Milliseconds) {
        database = installation.database
        mail = installation.mail
        // With a trash that keeps nothing, large mailboxes must not be indexed without end.
        keep = max(installation.settings.storage.trashKeep.milliseconds, 86_400_000)
        indexer = MailIndexer(installation.database, installation.mail, keep: keep, clock: clock)
        orders = MailOrderMaker(installation.database, installation.mail, keep: keep, clock: clock)
        self.clock = clock
    }

    /// Throws away what there is, and makes all. Beside a server at work, searches are slower meanwhile, and their results the same.
    func makeAnew(progress: (Int) -> Void) throws {
        try database.write { tx in try GramSegments.retireAll(tx) }
        try forEachMailbox { mailbox in
            while try orders.step(mailbox) {}
            while true {
                let step = try indexer.step(mailbox)
                if step == .nothing { return true }
                if case .indexed(let count) = step { progress(count) }
            }
        }
        try forEachLargeCollection { try MemberGrams.refresh(database, $0, keep: keep, now: clock()) }
        while try GramSegments.sweep(database, now: clock()) {}
    }

    /// Until `body` returns false.
    func forEachMailbox(_ body: (MailboxID) throws -> Bool) throws {
        var last = MailboxID(rawValue: 0)
        while true {
            let page = try indexer.mailboxes(after: last)
            guard let end = page.last else { return }
            last = end
            for mailbox in page where try !body(mailbox) { return }
        }
    }

    func forEachLargeCollection(_ body: (CollectionID) throws -> Void) throws {
        var next: CollectionID? = CollectionID(rawValue: 0)
        while let after = next {
            let page = try database.read { tx in try LargeCollections.page(tx, after: after) }
            for collection in page.found { try body(collection) }
            next = page.next
        }
    }
}
