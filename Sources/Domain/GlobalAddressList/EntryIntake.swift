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
    /// Whether the directory has it no more.
    var isGone = false

    /// One that the directory has no more.
    static func gone(_ key: ListEntry.Key) -> FoundEntry {
        FoundEntry(
            entry: ListEntry(key: key, kind: .user, displayName: "", addresses: [], phones: []), names: [], members: [],
            isWanted: false, isHidden: false, isGone: true)
    }
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
    /// The ids of the entries that are known to be hidden, mostly few: where all are read, of all; else of those that were read.
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
        let settings = ListEntry.nameHash("\(options.showsDisabled) \(options.photoSize) \(source.settings)")
        let isDue = !state.hasNames || state.settings != settings
            || state.lastCompare.map { now - $0 >= options.compareInterval || $0 > now } ?? true
        if try comparing || isDue || !readChanges(&state, now: now, progress) {
            try compare(&state, isAsked: comparing, settings: settings, now: now, progress)
        }
    }

    /// False where the directory cannot tell what changed.
    private func readChanges(
        _ state: inout SourceState, now: Milliseconds, _ progress: (Int) -> Void
    ) throws -> Bool {
        guard let until = state.changedUntil else { return false }
        isComparing = false
        if let directory = source.backend as? any LoggedDirectory {
            guard let position = try readLog(of: directory, after: until, progress) else { return false }
            state.changedUntil = position
            state.outcome = "\(changed) of \(counts.read) changed entries differed, \(gone) are gone"
        } else {
            // A change may be seen long after its time: its server's clock was behind or was put back, or it came from there by
            // replication. So what was changed shortly before the last look is looked at again.
            let since = source.backend.earlier(until, than: (state.lastSuccess ?? 0) - Self.overlap)
            guard try readKinds(since: since, progress) else {
                state.outcome = Self.incomplete
                return true
            }
            state.changedUntil = max(until, latestChange ?? until)
            state.outcome = "\(changed) of \(counts.read) changed entries differed"
        }
        state.lastSuccess = now
        return true
    }

    private func compare(
        _ state: inout SourceState, isAsked: Bool, settings: String, now: Milliseconds, _ progress: (Int) -> Void
    ) throws {
        isComparing = true
        let (list, name) = (list, source.backend.name)
        hidden = Set(try write.database.read { tx in try EntryRows.hidden(tx, of: list, name) })
        let directory = source.backend as? any LoggedDirectory
        // Before anything is read: what changes meanwhile is read again.
        let position = try directory?.logPosition()
        guard try directory.map({ try readAll($0, progress) }) ?? readKinds(since: nil, progress) else {
            state.outcome = Self.incomplete
            return
        }
        guard try directory != nil || isPlausible(isAsked: isAsked) else {
            state.outcome = "most of those whom it had are missing: taken for a fault, and nothing was removed; "
                + "`tegu gal refresh --compare` removes them, where there is anybody left"
            return
        }
        try removeUnseen()
        state.lastCompare = now
        state.hasNames = true
        state.settings = settings
        state.counts = counts
        state.changedUntil = position ?? [state.changedUntil, latestChange].compactMap { $0 }.max()
        state.lastSuccess = now
        state.outcome = "compared \(counts.read) entries, \(changed) differed, \(gone) are gone"
    }

    // MARK: Reading

    private static let incomplete = "not all entries were read, as a limit was reached: nothing was removed"

    /// Whether all were had.
    private func readKinds(since: String?, _ progress: (Int) -> Void) throws -> Bool {
        var isComplete = true
        for kind in Self.kinds {
            if try !source.backend.list(kind, since: since, { goesOn(with: $0, progress) }) { isComplete = false }
            flush()
            if let failure { throw failure }
        }
        return isComplete
    }

    private func readAll(_ directory: any LoggedDirectory, _ progress: (Int) -> Void) throws -> Bool {
        let isComplete = try directory.listAll { goesOn(with: $0, progress) }
        flush()
        if let failure { throw failure }
        return isComplete
    }

    /// Where the log ended; nil where it is not the one that was read.
    private func readLog(
        of directory: any LoggedDirectory, after position: String, _ progress: (Int) -> Void
    ) throws -> String? {
        let end = try directory.changes(after: position) { id, listed in
            // What changed again while the log is read is told of again, and the later counts.
            if seen.remove(id) != nil { flush() }
            guard let listed else {
                seen.insert(id)
                keep(.gone(ListEntry.Key(directory: source.backend.name, id: id)))
                return failure == nil
            }
            return goesOn(with: listed, progress)
        }
        flush()
        if let failure { throw failure }
        return end
    }

    private func goesOn(with listed: ListedEntry, _ progress: (Int) -> Void) -> Bool {
        take(listed)
        if counts.read % 1_000 == 0 { progress(counts.read) }
        return failure == nil
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
        keep(FoundEntry(entry: kept, names: names, members: members, isWanted: isWanted, isHidden: isHere && entry.isHidden))
    }

    private func keep(_ found: FoundEntry) {
        batch.append(found)
        if batch.count >= Self.batchLength { flush() }
    }

    /// Writes those of the batch that differ; mostly there are none, and nothing is written.
    private func flush() {
        guard failure == nil, !batch.isEmpty else { return }
        let found = batch
        batch.removeAll(keepingCapacity: true)
        do {
            if !isComparing { try lookForHidden(found) }
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
            gone += differing.count(where: \.isGone)
            changed += differing.count(where: { !$0.isGone })
            for found in differing {
                if found.isHidden { self.hidden.insert(found.entry.key.id) } else { self.hidden.remove(found.entry.key.id) }
            }
        } catch {
            failure = error
        }
    }

    /// Which of some entries are known to be hidden.
    private func lookForHidden(_ found: [FoundEntry]) throws {
        let list = list
        let known = try write.database.read { tx in
            try found.map(\.entry.key).filter { try EntryRows.isHidden(tx, of: list, $0) }
        }
        hidden.formUnion(known.map(\.id))
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
