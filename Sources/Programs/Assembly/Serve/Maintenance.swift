import CollectionStore
import Database
import Logging
import Mail

/// What must be done from time to time: old changes are forgotten, the trash and the history are emptied, attachments and files that nobody
/// needs are removed. Each step is a short transaction, so that it is never in a request's way. Of several nodes the one in charge does it.
struct Maintenance: Sendable {
    let installation: Installation
    let logger: Logger
    let clock: @Sendable () -> Int64

    private static let interval = Duration.seconds(60)
    /// How often it is looked whether this node is in charge by now.
    private static let pause = Duration.seconds(1)
    private static let batch = 500

    /// Until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let isInCharge = installation.database.isInCharge
            if isInCharge {
                do {
                    try step()
                } catch {
                    logger.error("maintenance failed", metadata: ["failure": "\(error)"])
                }
            }
            try? await Task.sleep(for: isInCharge ? Self.interval : Self.pause)
        }
    }

    func step() throws {
        let storage = installation.settings.storage
        let now = clock()
        let database = installation.database
        let changesBefore = now - storage.syncLogKeep.milliseconds
        while try database.write({ tx in try ChangeLog.forget(tx, before: changesBefore, limit: Self.batch) }) == Self.batch {}
        let trashedBefore = now - storage.trashKeep.milliseconds
        while try database.write({ tx in try Trash.purge(tx, before: trashedBefore, limit: Self.batch) }) == Self.batch {}
        let endedBefore = now - storage.historyReach.milliseconds
        while try database.write({ tx in try PastMembers.purge(tx, before: endedBefore, limit: Self.batch) }) == Self.batch {}
        try purgeMail(now, changesBefore: changesBefore, trashedBefore: trashedBefore)
        try purgeAttachments(now)
        try Blobs.sweep(database, installation.files)
    }

    private func purgeMail(_ now: Int64, changesBefore: Int64, trashedBefore: Int64) throws {
        let (database, mail) = (installation.database, installation.mail)
        while try database.write({ tx in
            try mail.forgetChanges(tx, before: changesBefore, limit: Self.batch)
        }) == Self.batch {}
        while try database.write({ tx in
            try mail.purge(tx, before: trashedBefore, now: now, limit: Self.batch)
        }) > 0 {}
    }

    private func purgeAttachments(_ now: Int64) throws {
        let database = installation.database
        guard try database.read({ tx in try AttachmentPurge.isNeeded(tx) }) else { return }
        let grace = installation.settings.storage.attachmentKeep.milliseconds
        while try database.write({ tx in
            try AttachmentPurge.run(tx, now: now, grace: grace, limit: Self.batch)
        }) == Self.batch {}
    }
}

extension Duration {
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
