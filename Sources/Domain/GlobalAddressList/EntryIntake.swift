import CollectionStore
import Database
import Directory

/// An entry that was read, with what groups call it and whom it calls.
struct FoundEntry {
    var entry: ListEntry
    /// Hashes.
    var names: [String]
    var members: [String]
    /// Whether the list has such entries; else it is taken out.
    var isWanted: Bool
    /// Whether nobody is to be shown it.
    var isHidden: Bool
}

/// Reads a directory and keeps what differs from what is known. The entries that it was told of are never all in memory; of
/// each only its id is.
final class EntryIntake {
    private let source: AddressListSource
    private let list: CollectionID
    private let options: AddressListOptions
    private let write: ListWriter
    private var batch: [FoundEntry] = []
    private var seen: Set<String> = []
    /// The ids of the entries that are known to be hidden: mostly few.
    private var hidden: Set<String> = []
    private var latestChange: String?
    private var failure: (any Error)?
    /// Whether all entries are read.
    private var isComparing = true
    /// When the lease was renewed last without anything else to write.
    private var renewed: Milliseconds
    private(set) var counts = IntakeCounts()
    /// Entries that differed.
    private(set) var changed = 0
    private(set) var gone = 0

    private static let batchLength = 200
    /// Milliseconds.
    private static let overlap: Milliseconds = 15 * 60_000
    private static let kinds: [Principal.Kind] = [.room, .resource, .mailbox, .user, .group]

    init(_ source: AddressListSource, list: CollectionID, options: AddressListOptions, write: ListWriter) {
        self.source = source
        self.list = list
        self.options = options
        self.write = write
        renewed = write.clock()
    }

    /// Reads what changed, or all entries where the directory does not tell that or it is time to compare. Throws
    /// `DirectoryUnavailable` where it does not answer; what was read until then is kept.
    func run(_ state: inout SourceState, comparing: Bool, now: Milliseconds, progress: (Int) -> Void) throws {
        let isDue = !state.hasNames || state.lastCompare.map { now - $0 >= options.compareInterval || $0 > now } ?? true
        // A change may be seen long after its time: its server's clock was behind or was put back, or it came from there by
        // replication. So what was changed shortly before the last look is looked at again.
        let since = comparing || isDue ? nil : state.changedUntil.map { until in
            source.backend.earlier(until, than: (state.lastSuccess ?? 0) - Self.overlap)
        }
        isComparing = since == nil
        let (list, name) = (list, source.backend.name)
        hidden = Set(try write.database.read { tx in try EntryRows.hidden(tx, of: list, name) })
        var isComplete = true
        for kind in Self.kinds {
            let hadAll = try source.backend.list(kind, since: since) { listed in
                take(listed)
                if counts.read % 1_000 == 0 { progress(counts.read) }
                return failure == nil
            }
            if !hadAll { isComplete = false }
            flush()
            if let failure { throw failure }
        }
        guard isComplete else {
            state.outcome = "not all entries were read, as a limit was reached: nothing was removed"
            return
        }
        if since == nil {
            guard try isPlausible(isAsked: comparing) else {
                state.outcome = "most of those whom it had are missing: taken for a fault, and nothing was removed; "
                    + "`tegu gal refresh --compare` removes them, where there is anybody left"
                return
            }
            try removeUnseen()
            state.lastCompare = now
            state.hasNames = true
            state.counts = counts
        }
        state.changedUntil = [state.changedUntil, latestChange].compactMap { $0 }.max()
        state.lastSuccess = now
        state.outcome = since == nil
            ? "compared \(counts.read) entries, \(changed) differed, \(gone) are gone" : "\(changed) of \(counts.read) changed entries differed"
    }

    private func take(_ listed: ListedEntry) {
        let entry = listed.entry
        // One that two filters find is what the first one says.
        guard seen.insert(entry.id).inserted else { return }
        counts.read += 1
        if let time = listed.changed { latestChange = max(latestChange ?? time, time) }
        let addresses = entry.addresses.filter(source.mayGive)
        var isWanted = true
        let isHere = source.includes(entry)
        if !isHere {
            // Another list's.
            counts.read -= 1
            isWanted = false
        } else if entry.isHidden {
            counts.hidden += 1
            isWanted = false
        } else if entry.state != .active, entry.kind == .user, !options.showsDisabled {
            counts.disabled += 1
            isWanted = false
        } else if addresses.isEmpty {
            counts.addressless += 1
            isWanted = false
            // An account that may not read addresses any more sees everybody like this: they go with those who are missing, or not.
            if isComparing {
                seen.remove(entry.id)
                return
            }
        }
        var kept = ListEntry(entry, of: source.backend.name, addresses: addresses, options: options)
        kept.signInName = source.loginName(entry)?.description ?? ""
        let names = listed.names.map(ListEntry.nameHash).sorted()
        let members = isWanted ? listed.members.map(ListEntry.nameHash).sorted() : []
        kept.digest = ListEntry.digest(kept, names: names, members: members)
        batch.append(FoundEntry(
            entry: kept, names: names, members: members, isWanted: isWanted, isHidden: isHere && entry.isHidden))
        if batch.count >= Self.batchLength { flush() }
    }

    /// Writes those of the batch that differ; mostly there are none, and nothing is written.
    private func flush() {
        guard failure == nil, !batch.isEmpty else { return }
        let found = batch
        batch.removeAll(keepingCapacity: true)
        do {
            let (list, hidden) = (list, hidden)
            let differing = try write.database.read { tx in
                try found.filter { found in
                    if found.isHidden != hidden.contains(found.entry.key.id) { return true }
                    let known = try EntryRows.digest(tx, of: list, found.entry.key)
                    return found.isWanted ? known != found.entry.digest : known != nil
                }
            }
            if differing.isEmpty { return try keepLease() }
            try write.run { tx, _ in
                for found in differing {
                    if found.isHidden != hidden.contains(found.entry.key.id) {
                        try EntryRows.setHidden(tx, of: list, found.entry.key, found.isHidden)
                    }
                    if found.isWanted {
                        try EntryRows.put(tx, of: list, found)
                    } else {
                        try EntryRows.markGone(tx, of: list, found.entry.key)
                    }
                }
            }
            changed += differing.count
            for found in differing {
                if found.isHidden { self.hidden.insert(found.entry.key.id) } else { self.hidden.remove(found.entry.key.id) }
            }
        } catch {
            failure = error
        }
    }

    /// Where nothing differs nothing is written for long, and another process would take the list.
    private func keepLease() throws {
        let now = write.clock()
        guard now - renewed >= AddressLists.leaseTime / 4 else { return }
        try write.run { _, _ in }
        renewed = now
    }

    /// So many entries that vanish all at once are a directory that lost its memory, a base that is wrong by now, or an account that may
    /// not read any more.
    private static let leastImplausible = 10

    /// False where that is so. An administrator who asks for a compare means it, but for a directory that shows nobody.
    private func isPlausible(isAsked: Bool) throws -> Bool {
        let (list, name) = (list, source.backend.name)
        let known = try write.database.read { tx in try AddressListSources.entryCount(tx, of: list, name) }
        if known < Self.leastImplausible { return true }
        return isAsked ? !seen.isEmpty : seen.count > known / 2
    }

    private func removeUnseen() throws {
        gone = try Self.remove(from: list, source.backend.name, write) { !self.seen.contains($0) }
        let (list, name, shown) = (list, source.backend.name, hidden.subtracting(seen))
        if shown.isEmpty { return }
        try write.run { tx, _ in
            for id in shown { try EntryRows.setHidden(tx, of: list, ListEntry.Key(directory: name, id: id), false) }
        }
    }

    /// Takes entries of a directory out of the list.
    static func remove(
        from list: CollectionID, _ directory: String, _ write: ListWriter, where isGone: (String) -> Bool
    ) throws -> Int {
        var last = ""
        var count = 0
        while true {
            let page = try write.database.read { tx in
                try EntryRows.page(tx, of: list, directory, after: last, limit: 1_000)
            }
            guard let end = page.last else { return count }
            last = end
            let gone = page.filter(isGone)
            if gone.isEmpty { continue }
            try write.run { tx, _ in
                for id in gone { try EntryRows.markGone(tx, of: list, ListEntry.Key(directory: directory, id: id)) }
            }
            count += gone.count
        }
    }
}
