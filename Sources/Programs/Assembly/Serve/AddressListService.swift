import CollectionStore
import Database
import Directory
import GlobalAddressList
import Logging
import NIOPosix

/// Keeps the Global Address Lists up to date with their directories. Of several nodes the one in charge does it.
struct AddressListService: Sendable {
    let lists: DomainLists
    let logger: Logger
    /// Names this process in the leases.
    private let holder: String
    /// Directories answer when they do: not on the threads of tasks.
    private let thread = NIOThreadPool(numberOfThreads: 1)

    private static let pause = Duration.seconds(1)

    init(
        _ installation: Installation, _ directories: Directories?, logger: Logger, clock: @escaping @Sendable () -> Milliseconds
    ) {
        self.logger = logger
        lists = DomainLists(installation: installation, directories: directories, clock: clock)
        // A name that no other process has.
        holder = AddressLists.nodePrefix + String(UInt64.random(in: .min ... .max))
    }

    /// Until the task is cancelled.
    func run() async {
        thread.start()
        var hasRemovedOthers = false
        while !Task.isCancelled {
            if lists.installation.database.isInCharge {
                if !hasRemovedOthers { removeOthers() }
                hasRemovedOthers = true
                guard lists.installation.settings.hasAddressLists else { break }
                for list in lists.wanted where !Task.isCancelled { await renew(list) }
            }
            try? await Task.sleep(for: Self.pause)
        }
        try? await thread.shutdownGracefully()
    }

    private func removeOthers() {
        do {
            try lists.removeOthers()
        } catch {
            logger.error("address lists cannot be removed", metadata: ["failure": "\(error)"])
        }
    }

    private func renew(_ wanted: DomainLists.Wanted) async {
        let domain = wanted.domain
        do {
            let report = try await thread.runIfActive { () -> ListRefresh.Report? in
                let list = try lists.list(wanted)
                if list.nextRefresh > lists.clock() { return nil }
                return try lists.refresh(wanted, holder: holder).run(list, lists.sources(of: wanted))
            }
            if let report { tell(report) }
        } catch is CancellationError {
        } catch is LeaseLost {
            logger.notice("another process refreshes the address list", metadata: ["domain": "\(domain)"])
        } catch {
            logger.error("address list not refreshed", metadata: ["domain": "\(domain)", "failure": "\(error)"])
        }
    }

    private func tell(_ report: ListRefresh.Report) {
        for failure in report.unavailable {
            logger.notice(
                "directory cannot be asked, its entries stay in the address list",
                metadata: ["directory": "\(failure.directory)", "reason": "\(failure.reason)"])
        }
        let changes = report.changes
        guard changes != ListChanges() else { return }
        logger.info(
            "address list refreshed",
            metadata: [
                "domain": "\(report.list.title)", "cards": "\(report.cards)", "created": "\(changes.created)",
                "replaced": "\(changes.replaced)", "removed": "\(changes.removed)", "refused": "\(changes.refused)",
            ])
    }
}
