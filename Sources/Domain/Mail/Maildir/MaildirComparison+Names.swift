import Bytes
import CollectionStore
import Database
import Directory

// What was done here goes to the files.
extension MaildirComparison {
    /// - Parameter rows: with the names that files were seen with.
    func remove(_ rows: [MailFiles.Entry]) throws {
        for batch in rows.batches(of: Self.batch) {
            var renamed: [MaildirName] = []
            for row in batch {
                let isRemoved = try folder.remove(row.file.path)
                for other in folder.names(row.file).dropFirst() { try folder.remove(other) }
                if row.wasSeen, !isRemoved { renamed.append(row.file) }
            }
            // Others have renamed them meanwhile: without their rows they would be taken for new ones.
            while !renamed.isEmpty {
                let found = try folder.find(renamed).compactMap { $0 }
                if found.isEmpty { break }
                for file in found { try folder.remove(file) }
            }
            try database.write { tx in
                for row in batch { try MailFiles.delete(tx, row.uid, in: mailbox.id) }
            }
        }
    }

    /// Expunged messages go where other programs do not see them.
    mutating func retain(_ rows: [MailFiles.Entry]) throws {
        if rows.isEmpty { return }
        try MaildirFolder.makeDirectory("\(folder.path)/\(MaildirFolder.retained)")
        for row in rows {
            let retained = "\(MaildirFolder.retained)/\(row.file.base)"
            guard folder.has(retained) else {
                try folder.rename(row.file.path, to: retained)
                continue
            }
            // It is there already: this one was put back by another program, and is a message that the next look takes.
            var file = row.file
            file.base = MaildirName.fresh(ofOthers: now)
            try folder.rename(row.file.path, to: file.path)
            isComplete = false
        }
    }

    /// What a crash has left in `tmp`, or was restored, gets its name.
    mutating func publish(_ rows: [(row: MailFiles.Entry, found: String)]) throws {
        if rows.isEmpty { return }
        for batch in rows.batches(of: Self.batch) {
            try database.write { tx in
                try MailChangeLog.hold(tx, mailbox.id)
                for (row, found) in batch {
                    // Expunged since, perhaps.
                    guard let now = try MailFiles.find(tx.read, row.uid, in: mailbox.id), now.flags != nil, !now.isDoomed else { continue }
                    if found.hasPrefix("tmp/") {
                        try folder.publish(now.file)
                    } else if found.hasPrefix(MaildirFolder.retained) {
                        // It was expunged, and restored with its mailbox.
                        try folder.rename(found, to: now.file.path)
                    }
                }
            }
        }
        for part in ["new", "cur"] { try folder.synchronize(part) }
    }

    /// Files get the letters of their rows' flags, as they are now. Under the mailbox's lock, so that no other node sees the name without the row.
    mutating func rename(_ files: [UID: MaildirName], _ map: MaildirKeywords) throws {
        var differing: [UID] = []
        try database.read { tx in
            let keywords = try MailKeywords.all(tx, of: mailbox.id)
            try MessageRows.forEach(tx, .all, in: mailbox.id) { row in
                if let file = files[row.uid], name(of: file, row.flags, map, keywords) != nil { differing.append(row.uid) }
                return true
            }
        }
        for batch in differing.batches(of: Self.batch) {
            let isDone = try database.write { tx in
                try MailChangeLog.hold(tx, mailbox.id)
                let keywords = try MailKeywords.all(tx.read, of: mailbox.id)
                var isDone = true
                for uid in batch {
                    guard let row = try MailFiles.find(tx.read, uid, in: mailbox.id), !row.isDoomed, let flags = row.flags else { continue }
                    // Where others have renamed it meanwhile, the next look merges both.
                    guard row.file == files[uid] else {
                        isDone = false
                        continue
                    }
                    guard let new = name(of: row.file, flags, map, keywords) else { continue }
                    // A transaction that is run again finds what it has done.
                    guard try folder.rename(row.file.path, to: new.path) || folder.has(new) else {
                        isDone = false
                        continue
                    }
                    try MailFiles.record(tx, new, uid, in: mailbox.id)
                }
                return isDone
            }
            isComplete = isComplete && isDone
        }
    }

    /// Nil: it has the letters. A program that has looked at it moves it to cur; without flags it stays new.
    private func name(of file: MaildirName, _ flags: UInt64, _ map: MaildirKeywords, _ keywords: [String]) -> MaildirName? {
        let letters = file.letters
        let wanted = map.letters(flags, keywords).union(letters.filter { !map.isKnown($0) })
        return wanted == letters ? nil : MaildirName(base: file.base, place: .cur, suffix: MaildirName.suffix(wanted))
    }
}

/// The rows of a mailbox's files, by what is to be done with them.
struct RowSorter {
    private var files: [String: MaildirName]
    /// Of messages.
    private(set) var count = 0
    private(set) var doomed: [MailFiles.Entry] = []
    /// Retained ones that still are where messages are.
    private(set) var retained: [MailFiles.Entry] = []
    private(set) var missing: [MailFiles.Entry] = []
    /// With the name that they have.
    private(set) var renamed: [(uid: UID, seen: MaildirName)] = []
    /// The files of messages, as they are.
    private(set) var messages: [UID: MaildirName] = [:]

    init(listing: MaildirFolder.Listing) { files = listing.files }

    mutating func take(_ row: MailFiles.Entry) {
        let seen = files.removeValue(forKey: row.file.base)
        if row.isDoomed {
            doomed.append(row.named(seen))
        } else if row.flags == nil {
            if seen != nil { retained.append(row.named(seen)) }
        } else {
            count += 1
            guard let seen else { return missing.append(row) }
            messages[row.uid] = seen
            if seen != row.file { renamed.append((row.uid, seen)) }
        }
    }

    /// Files that no row has, in the order in which they came.
    var arrivals: [MaildirName] {
        files.values.map { (second: MaildirName.second($0.base), file: $0) }
            .sorted { ($0.second, $0.file.base) < ($1.second, $1.file.base) }.map(\.file)
    }
}
