import Bytes
import CollectionStore
import Database
import Directory
import Glibc

/// One look at one mailbox.
struct MaildirComparison {
    let database: any Database
    let store: MailStore
    let maildirs: Maildirs
    let mailbox: Mailbox
    let folder: MaildirFolder
    let now: Milliseconds
    var outcome = MaildirOutcome()
    /// Nothing was left for the next look.
    var isComplete = true

    /// Rows, and files, of one transaction.
    static let batch = 100
    /// So many missing files at once, and half of all, are looked at once more before they are taken for removed.
    private static let suspiciousCount = 100
    /// Two changes within this time may have one time of the directory.
    private static let granularity: Int64 = 2_000_000_000
    /// So long another machine may not see yet what was renamed here.
    private static let unseenTime: Milliseconds = 60_000

    init(
        _ database: any Database, _ store: MailStore, _ maildirs: Maildirs, _ mailbox: Mailbox, folder: MaildirFolder,
        now: Milliseconds
    ) {
        (self.database, self.store, self.maildirs, self.mailbox) = (database, store, maildirs, mailbox)
        (self.folder, self.now) = (folder, now)
    }

    func removeDoomed() throws {
        let files = try folder.isThereItself() ? folder.list().files : [:]
        let rows = try database.read { tx in try MailFiles.doomed(tx, in: mailbox.id) }
        try remove(rows.map { row in row.named(files[row.file.base]) })
    }

    mutating func run() throws {
        if try !folder.isThereItself() {
            guard mailbox.uidNext == 1 else { throw folder.missing() }
            try folder.make()
        }
        var clock = timespec()
        clock_gettime(CLOCK_REALTIME, &clock)
        let started = Int64(clock.tv_sec) * 1_000_000_000 + Int64(clock.tv_nsec)
        // First the times, then the names, then the rows: what changes between is seen by the next look. What comes of it is done under the
        // mailbox's lock, with what row and file are then: another node may have done it meanwhile, or more.
        let times = try folder.times()
        let listing = try folder.list()
        var rows = RowSorter(listing: listing)
        var keywords: [String] = []
        try database.read { tx in
            keywords = try MailKeywords.all(tx, of: mailbox.id)
            try MailFiles.forEach(tx, in: mailbox.id) { rows.take($0) }
        }
        let found = try folder.find(rows.missing.map(\.file))
        // A name that changes while names are read may be in none of both.
        let isSteady = try folder.times() == times
        let missing = zip(rows.missing, found).filter { $0.1 == nil }.map(\.0)
        try renameUnusable(listing)
        attempt { look in try look.remove(rows.doomed) }
        attempt { look in try look.retain(rows.retained) }
        attempt { look in try look.publish(zip(rows.missing, found).compactMap { row, found in found.map { (row, $0) } }) }
        var map = MaildirKeywords(folder.small(MaildirKeywords.file))
        try merge(rows.renamed, map)
        try adopt(rows.arrivals, map)
        if isSteady { try vanish(missing, of: rows.count) } else { isComplete = isComplete && missing.isEmpty }
        attempt { look in
            if map.add(keywords) { try look.folder.replace(MaildirKeywords.file, with: map.encoded) }
            try look.rename(rows.messages, map)
        }
        let isSettled = started > times.latest &+ Self.granularity && isComplete && listing.unusable.isEmpty
        maildirs.remember(MaildirLook(path: mailbox.maildir, times: times, isSettled: isSettled), at: mailbox.id)
    }

    /// What is done to files is not needed to read the messages: it can wait, and is told.
    private mutating func attempt(_ body: (inout MaildirComparison) throws -> Void) {
        do {
            try body(&self)
        } catch {
            isComplete = false
            outcome.lines.append("mailbox \(mailbox.id.rawValue): \(error)")
        }
    }

    // MARK: What others did

    /// Files of others that cannot keep their name get another one; they are taken by the next look.
    private func renameUnusable(_ listing: MaildirFolder.Listing) throws {
        for (place, name) in listing.unusable {
            let old = ([UInt8]("\(folder.path)/\(place.directory)/".utf8) + name + [0]).map { CChar(bitPattern: $0) }
            let suffix = name.firstIndex(of: UInt8(ascii: ":")).map { MaildirName.letters(String(utf8: name[$0...])) } ?? []
            let letters = suffix.filter { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
            let file = MaildirName(
                base: MaildirName.fresh(ofOthers: now), place: place, suffix: letters.isEmpty ? "" : MaildirName.suffix(letters))
            guard Glibc.rename(old, "\(folder.path)/\(file.path)") == 0 || errno == ENOENT else {
                throw Failure(systemCall: "rename", path: folder.path, code: errno)
            }
        }
    }

    /// The letters that others have set and removed since they were seen last.
    private mutating func merge(_ rows: [(uid: UID, seen: MaildirName)], _ map: MaildirKeywords) throws {
        for batch in rows.batches(of: Self.batch) {
            let (changed, isComplete) = try database.write { tx in
                try store.mergeFlags(tx, batch, in: mailbox, folder, map, now: now)
            }
            outcome.changed += changed
            self.isComplete = self.isComplete && isComplete
        }
    }

    private mutating func adopt(_ files: [MaildirName], _ map: MaildirKeywords) throws {
        for batch in files.batches(of: Self.batch) {
            let messages = batch.compactMap { arrival($0, map) }
            if messages.isEmpty { continue }
            let count = try database.write { tx in
                // Another node may look at the same time: who holds the mailbox's row looks again.
                try MailChangeLog.hold(tx, mailbox.id)
                let new = try messages.filter { message in
                    guard case .file(let arrival) = message.content.place, folder.has(arrival.file) else { return false }
                    return try !MailFiles.isKnown(tx.read, arrival.file.base, in: mailbox.id)
                }
                if new.isEmpty { return 0 }
                return try store.append(tx, new, to: mailbox.id, now: now).uids.count
            }
            outcome.arrived += count
            // Renamed since they were listed: the next look has them.
            if count != messages.count { isComplete = false }
        }
    }

    /// Nil where it is not there any more, or cannot be read: that is no other message's fault.
    private mutating func arrival(_ file: MaildirName, _ map: MaildirKeywords) -> NewMessage? {
        do {
            guard let examined = try ExaminedFile("\(folder.path)/\(file.path)") else {
                isComplete = false
                return nil
            }
            let content = NewContent(
                place: .file(MaildirArrival(file: file, size: Int64(examined.fileSize))), size: examined.size,
                summary: examined.summary, keys: examined.keys, listing: examined.listing, hash: examined.hash)
            return NewMessage(content, flags: map.flags(file.letters), internalDate: InternalTime(seconds: examined.modified))
        } catch {
            if (error as? Failure)?.isTemporary ?? true { isComplete = false }
            outcome.lines.append("mailbox \(mailbox.id.rawValue): a message that another program delivered is left out: \(error)")
            return nil
        }
    }

    private mutating func vanish(_ rows: [MailFiles.Entry], of all: Int) throws {
        let gone = rows.filter { !maildirs.isShared || now - $0.saved >= Self.unseenTime }
        if gone.count != rows.count { isComplete = false }
        if gone.count >= Self.suspiciousCount, gone.count * 2 >= all {
            guard maildirs.wereMissing(in: mailbox.id, now: now) else {
                isComplete = false
                outcome.lines.append(
                    "mailbox \(mailbox.id.rawValue): \(gone.count) of \(all) files are missing in \(folder.path): if they are not put back they "
                        + "are taken for removed in a minute")
                return
            }
        } else {
            maildirs.forgetSuspicion(of: mailbox.id)
        }
        for batch in gone.batches(of: Self.batch) {
            // The disk may have gone since.
            guard maildirs.isRootKnown, try folder.isThereItself() else { throw folder.missing() }
            let uids = try database.write { tx in try store.forgetMessages(tx, Array(batch), of: mailbox, folder, now: now) }
            outcome.vanished += uids.count
            if uids.count != batch.count { isComplete = false }
            if let line = Self.line(of: uids, in: mailbox.id) { outcome.lines.append(line) }
        }
        if !gone.isEmpty { maildirs.forgetSuspicion(of: mailbox.id) }
    }

    private static func line(of uids: UIDSet, in mailbox: MailboxID) -> String? {
        guard let first = uids.ranges.first?.lowerBound, let last = uids.ranges.last?.upperBound else { return nil }
        let text = first == last ? "UID \(first)" : "\(uids.count) messages, UID \(first) to \(last),"
        return "mailbox \(mailbox.rawValue): the files of \(text) were removed by another program"
    }
}
