import Bytes
import CollectionStore
import Database
import Directory
import Glibc

/// One look at one mailbox.
struct MaildirComparison {
    private let database: any Database
    private let store: MailStore
    private let maildirs: Maildirs
    private let mailbox: Mailbox
    private let folder: MaildirFolder
    private let now: Milliseconds
    private(set) var outcome = MaildirOutcome()

    /// Rows, and files, of one transaction.
    private static let batch = 100
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
        try remove(try database.read { tx in try MailFiles.doomed(tx, in: mailbox.id) })
    }

    mutating func run() throws {
        if !folder.isThere, mailbox.uidNext == 1 { try folder.make() }
        var clock = timespec()
        clock_gettime(CLOCK_REALTIME, &clock)
        let started = Int64(clock.tv_sec) * 1_000_000_000 + Int64(clock.tv_nsec)
        // First the times, then the names, then the rows: what changes between is seen by the next look.
        let times = try folder.times()
        let listing = try folder.list()
        var rows = RowSorter(listing: listing)
        var keywords: [String] = []
        try database.read { tx in
            keywords = try MailKeywords.all(tx, of: mailbox.id)
            try MailFiles.forEach(tx, in: mailbox.id) { rows.take($0) }
        }
        try renameUnusable(listing)
        try remove(rows.doomed)
        try retain(rows.retained)
        let missing = try publish(rows.missing)
        var map = MaildirKeywords(folder.small(MaildirKeywords.file))
        try merge(rows.renamed, map)
        try adopt(rows.arrivals, map)
        try vanish(missing)
        if map.add(keywords) { try folder.replace(MaildirKeywords.file, with: map.encoded) }
        try rename(rows.messages, map)
        let isSettled = started > times.latest &+ Self.granularity && missing.isEmpty && listing.unusable.isEmpty
        maildirs.remember(MaildirLook(path: mailbox.maildir, times: times, isSettled: isSettled), at: mailbox.id)
    }

    // MARK: What was done here

    /// Files of others that cannot keep their name get another one; they are taken by the next look.
    private func renameUnusable(_ listing: MaildirFolder.Listing) throws {
        for (place, name) in listing.unusable {
            let old = ([UInt8]("\(folder.path)/\(place.directory)/".utf8) + name + [0]).map { CChar(bitPattern: $0) }
            let suffix = name.firstIndex(of: UInt8(ascii: ":")).map { MaildirName.letters(String(utf8: name[$0...])) } ?? []
            let letters = suffix.filter { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
            let base = MaildirName.fresh(seconds: now / 1000, fileSize: 0, size: 0).prefix { $0 != "," }
            let file = MaildirName(
                base: String(base), place: place, suffix: letters.isEmpty ? "" : MaildirName.suffix(letters))
            guard Glibc.rename(old, "\(folder.path)/\(file.path)") == 0 || errno == ENOENT else {
                throw Failure(systemCall: "rename", path: folder.path, code: errno)
            }
        }
    }

    private func remove(_ rows: [MailFiles.Entry]) throws {
        for batch in rows.batches(of: Self.batch) {
            while true {
                let found = try folder.find(batch.map(\.file)).compactMap { $0 }
                if found.isEmpty { break }
                for file in found { try folder.remove(file) }
            }
            try database.write { tx in
                for row in batch { try MailFiles.delete(tx, row.uid, in: mailbox.id) }
            }
        }
    }

    /// Expunged messages go where other programs do not see them.
    private func retain(_ rows: [MailFiles.Entry]) throws {
        if rows.isEmpty { return }
        try MaildirFolder.makeDirectory("\(folder.path)/\(MaildirFolder.retained)")
        for row in rows { try folder.rename(row.file.path, to: "\(MaildirFolder.retained)/\(row.file.base)") }
    }

    /// What a crash has left in `tmp` gets its name. The rows whose files are nowhere.
    private func publish(_ rows: [MailFiles.Entry]) throws -> [MailFiles.Entry] {
        var missing: [MailFiles.Entry] = []
        for (row, found) in zip(rows, try folder.find(rows.map(\.file))) {
            guard let found else { missing.append(row); continue }
            if found.hasPrefix("tmp/") {
                try folder.publish(row.file)
            } else if found.hasPrefix(MaildirFolder.retained) {
                // It was expunged, and restored with its mailbox.
                try folder.rename(found, to: row.file.path)
            }
        }
        if rows.count > missing.count { for part in ["new", "cur"] { try folder.synchronize(part) } }
        return missing
    }

    // MARK: What others did

    /// The letters that others have set and removed since they were seen last.
    private mutating func merge(_ rows: [(row: MailFiles.Entry, seen: MaildirName)], _ map: MaildirKeywords) throws {
        for batch in rows.batches(of: Self.batch) {
            let files = batch.map { (uid: $0.row.uid, seen: $0.seen) }
            let count = try database.write { tx in try store.mergeFlags(tx, files, in: mailbox, map, now: now) }
            outcome.changed += count
        }
    }

    private mutating func adopt(_ files: [MaildirName], _ map: MaildirKeywords) throws {
        for batch in files.batches(of: Self.batch) {
            var messages: [NewMessage] = []
            for file in batch {
                guard let examined = try ExaminedFile("\(folder.path)/\(file.path)") else { continue }
                let content = NewContent(
                    place: .file(MaildirArrival(file: file, size: Int64(examined.fileSize))), size: examined.size,
                    summary: examined.summary, keys: examined.keys, hash: examined.hash)
                messages.append(
                    NewMessage(content, flags: map.flags(file.letters), internalDate: InternalTime(seconds: examined.modified)))
            }
            let count = try database.write { tx in
                // Another node may look at the same time: who holds the mailbox's row looks again.
                try MailChangeLog.hold(tx, mailbox.id)
                let new = try messages.filter { message in
                    guard case .file(let arrival) = message.content.place else { return false }
                    return try !MailFiles.isKnown(tx.read, arrival.file.base, in: mailbox.id)
                }
                if new.isEmpty { return 0 }
                return try store.append(tx, new, to: mailbox.id, now: now).uids.count
            }
            outcome.arrived += count
        }
    }

    private mutating func vanish(_ rows: [MailFiles.Entry]) throws {
        let gone = rows.filter { !maildirs.isShared || now - $0.saved >= Self.unseenTime }
        if gone.isEmpty { return }
        let uids = try database.write { tx in try store.forgetMessages(tx, gone, of: mailbox, now: now) }
        outcome.vanished += uids.count
        for range in uids.ranges {
            let text = range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            outcome.lines.append("mailbox \(mailbox.id.rawValue): the files of UID \(text) were removed by another program")
        }
    }

    // MARK: Names

    /// Files get the letters of their rows' flags, as they are now.
    private func rename(_ files: [UID: MaildirName], _ map: MaildirKeywords) throws {
        var renamed: [(UID, MaildirName)] = []
        try database.read { tx in
            let keywords = try MailKeywords.all(tx, of: mailbox.id)
            try MessageRows.forEach(tx, .all, in: mailbox.id) { row in
                guard let file = files[row.uid] else { return true }
                let letters = file.letters
                let wanted = map.letters(row.flags, keywords).union(letters.filter { !map.isKnown($0) })
                // A program that has looked at it moves it to cur; without flags it stays new.
                if wanted != letters {
                    renamed.append((row.uid, MaildirName(base: file.base, place: .cur, suffix: MaildirName.suffix(wanted))))
                }
                return true
            }
        }
        for batch in renamed.batches(of: Self.batch) {
            var done: [(UID, MaildirName)] = []
            for (uid, name) in batch {
                guard let old = files[uid] else { continue }
                // Where others have renamed it meanwhile, the next look merges both.
                if try folder.rename(old.path, to: name.path) { done.append((uid, name)) }
            }
            if done.isEmpty { continue }
            try database.write { tx in
                for (uid, name) in done { try MailFiles.record(tx, name, uid, in: mailbox.id) }
            }
        }
    }
}

/// The rows of a mailbox's files, by what is to be done with them.
private struct RowSorter {
    private var files: [String: MaildirName]
    var doomed: [MailFiles.Entry] = []
    /// Retained ones that still are where messages are.
    var retained: [MailFiles.Entry] = []
    var missing: [MailFiles.Entry] = []
    /// With the name that they have.
    var renamed: [(row: MailFiles.Entry, seen: MaildirName)] = []
    /// The files of messages, as they are.
    var messages: [UID: MaildirName] = [:]

    init(listing: MaildirFolder.Listing) { files = listing.files }

    mutating func take(_ row: MailFiles.Entry) {
        let seen = files.removeValue(forKey: row.file.base)
        if row.isDoomed {
            doomed.append(row)
        } else if row.flags == nil {
            guard let seen else { return }
            var row = row
            row.file = seen
            retained.append(row)
        } else if let seen {
            messages[row.uid] = seen
            if seen != row.file { renamed.append((row, seen)) }
        } else {
            missing.append(row)
        }
    }

    /// Files that no row has, in the order in which they came.
    var arrivals: [MaildirName] {
        files.values.map { (second: MaildirName.second($0.base), file: $0) }
            .sorted { ($0.second, $0.file.base) < ($1.second, $1.file.base) }.map(\.file)
    }
}
