package import CollectionStore
package import Database

/// Brings the copy of a foreign calendar up to date.
package struct CalendarRefresh: Sendable {
    package struct Changes: Sendable, Equatable {
        package var created = 0
        package var replaced = 0
        package var removed = 0

        package init() {}
        package var count: Int { created + replaced + removed }
    }

    let database: any Database
    let files: FileBlobStore
    let schedule: RefreshSchedule

    /// Changes that are committed together: a large calendar must not keep other writers waiting.
    private static let batch = 200

    package init(database: any Database, files: FileBlobStore, schedule: RefreshSchedule) {
        self.database = database
        self.files = files
        self.schedule = schedule
    }

    /// Writes what differs. Nil where the calendar is gone, has got another source or was fetched by another one meanwhile. Throws `StoreRefusal`
    /// (the quota) and `Failure`.
    package func apply(_ foreign: ForeignCalendar, to subscription: Subscription, now: Milliseconds) throws -> Changes? {
        var missing = foreign.objects
        var other: [String] = []
        var removed: [String] = []
        try database.read { tx in
            try Members.forEachEntry(tx, in: subscription.collection, after: nil) { entry in
                let name = String(decoding: entry.name, as: UTF8.self)
                guard let object = missing.removeValue(forKey: name) else {
                    removed.append(name)
                    return true
                }
                if !object.content.etag.utf8.elementsEqual(entry.etag) { other.append(name) }
                return true
            }
        }
        var changes = Changes()
        // What goes makes room, of the quota too.
        for names in [removed, other, missing.keys.sorted()] {
            for start in stride(from: 0, to: names.count, by: Self.batch) {
                let part = names[start..<min(names.count, start + Self.batch)]
                guard let done = try database.write({ tx in
                    try apply(tx, part, of: foreign, to: subscription, now: now)
                }) else { return nil }
                changes.created += done.created
                changes.replaced += done.replaced
                changes.removed += done.removed
            }
        }
        return changes
    }

    private func apply(
        _ tx: borrowing WriteTransaction, _ names: ArraySlice<String>, of foreign: ForeignCalendar,
        to subscription: Subscription, now: Milliseconds
    ) throws -> Changes? {
        guard let collection = try Collections.find(tx.read, subscription.collection),
            collection.origin?.isSubscription == true,
            let present = try Subscriptions.find(tx.read, collection.id), present.url == subscription.url,
            // A node that hung while it fetched has what there was before another one went on in its place.
            present.lastAttempt == subscription.lastAttempt
        else { return nil }
        var changes = Changes()
        try ChangeBatch.run(tx, in: collection, now: now) { batch in
            for name in names {
                let existing = try Members.find(tx.read, in: collection.id, name: name)
                guard let object = foreign.objects[name] else {
                    if let existing {
                        try Members.discard(tx, existing, in: collection, with: batch, now: now)
                        changes.removed += 1
                    }
                    continue
                }
                if let existing, try isSame(tx.read, existing, object) { continue }
                switch try Members.put(
                    tx, in: collection, name: name, existing: existing, content: object.content, by: .origin, with: batch, now: now) {
                case .created: changes.created += 1
                case .replaced: changes.replaced += 1
                case .unchanged: break
                }
            }
        }
        return changes
    }

    private func isSame(
        _ tx: borrowing ReadTransaction, _ member: Member, _ object: ForeignCalendar.Object
    ) throws -> Bool {
        if member.etag == object.content.etag { return true }
        guard member.uid == object.content.facts.uid else { return false }
        return VolatileLines.isSameButForStamp(try files.bytes(of: Blobs.read(tx, member.blobID)), object.bytes)
    }

    // MARK: Outcomes

    /// After a success: `etag` and `lastModified` as they came, `maximumAge` in milliseconds, `foreign` nil where the
    /// source had not changed.
    package func succeeded(
        _ subscription: Subscription, with foreign: ForeignCalendar?, contentHash: String?, etag: String?,
        lastModified: String?, maximumAge: Milliseconds?, outcome: String, now: Milliseconds, jitter: Double
    ) throws {
        var state = subscription
        if let foreign {
            state.sourceInterval = foreign.interval
            state.contentHash = contentHash
            (state.etag, state.lastModified) = (etag, lastModified)
        } else {
            // RFC 9111 §4.3.4: a 304 may bring new validators; one that brings none keeps the old.
            state.etag = etag ?? state.etag
            state.lastModified = lastModified ?? state.lastModified
        }
        state.failureCount = 0
        state.lastAttempt = now
        state.lastSuccess = now
        state.outcome = outcome
        try database.write { tx in
            // The owner may have another wish by now.
            let wished = try Subscriptions.find(tx.read, state.collection)?.wishedInterval
            let interval = schedule.interval(wished: wished, source: state.sourceInterval, maximumAge: maximumAge)
            state.nextRefresh = schedule.next(after: now, interval: interval, jitter: jitter)
            try Subscriptions.record(tx, state, after: subscription.lastAttempt)
        }
    }

    /// After a failure: the calendar stays as it is.
    package func failed(
        _ subscription: Subscription, outcome: String, retryAfter: Milliseconds? = nil, now: Milliseconds, jitter: Double
    ) throws {
        var state = subscription
        state.failureCount = min(state.failureCount, 1_000_000) + 1
        state.lastAttempt = now
        state.outcome = outcome
        state.nextRefresh = schedule.next(
            after: now, failureCount: state.failureCount, retryAfter: retryAfter, jitter: jitter)
        try database.write { tx in try Subscriptions.record(tx, state, after: subscription.lastAttempt) }
    }
}

extension FileBlobStore {
    /// The bytes of an object that was small enough to be taken whole.
    func bytes(of body: Blobs.Body) throws -> [UInt8] {
        switch body {
        case .bytes(let bytes): return bytes
        case .file(let name):
            let file = try open(name)
            defer { file.close() }
            return try file.readAll()
        }
    }
}
