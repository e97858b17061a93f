import CollectionStore
import Database
import Directory

/// The table `mail_file`.
enum MailFiles {
    struct Entry {
        var uid: UID
        var content: ContentID
        var file: MaildirName
        /// Of the message, in bytes.
        var size: Int64
        var isDoomed: Bool
        /// Of the message; nil: it is retained, or gone.
        var flags: UInt64?
        /// When it came into the mailbox.
        var saved: Milliseconds
        /// The name is that of a file that was seen.
        var wasSeen = false

        func named(_ seen: MaildirName?) -> Entry {
            guard let seen else { return self }
            var entry = self
            (entry.file, entry.wasSeen) = (seen, true)
            return entry
        }
    }

    /// Of a mailbox, in the order of the UIDs.
    static func forEach(
        _ tx: borrowing ReadTransaction, in mailbox: MailboxID, _ body: (Entry) throws -> Void
    ) throws {
        try tx.forEach(
            """
            SELECT f.uid, f.content_id, f.name, f.place, f.suffix, COALESCE(m.size, 0), f.doomed, m.flags, COALESCE(m.saved, 0)
            FROM mail_file f LEFT JOIN mail_message m ON m.mailbox_id = f.mailbox_id AND m.uid = f.uid
            WHERE f.mailbox_id = $1 ORDER BY f.uid
            """, [.integer(mailbox.rawValue)]
        ) { row in
            try body(read(row))
            return true
        }
    }

    /// Those whose files are to be removed.
    static func doomed(_ tx: borrowing ReadTransaction, in mailbox: MailboxID) throws -> [Entry] {
        try tx.all(
            """
            SELECT f.uid, f.content_id, f.name, f.place, f.suffix, COALESCE(m.size, 0), f.doomed, m.flags, COALESCE(m.saved, 0)
            FROM mail_file f LEFT JOIN mail_message m ON m.mailbox_id = f.mailbox_id AND m.uid = f.uid
            WHERE f.mailbox_id = $1 AND f.doomed = 1 ORDER BY f.uid
            """, [.integer(mailbox.rawValue)], row: read)
    }

    static func find(_ tx: borrowing ReadTransaction, _ uid: UID, in mailbox: MailboxID) throws -> Entry? {
        try tx.first(
            """
            SELECT f.uid, f.content_id, f.name, f.place, f.suffix, COALESCE(m.size, 0), f.doomed, m.flags, COALESCE(m.saved, 0)
            FROM mail_file f LEFT JOIN mail_message m ON m.mailbox_id = f.mailbox_id AND m.uid = f.uid
            WHERE f.mailbox_id = $1 AND f.uid = $2
            """, [.integer(mailbox.rawValue), .integer(Int64(uid))], row: read)
    }

    private static func read(_ row: borrowing Row) -> Entry {
        Entry(
            uid: UID(clamping: row.integer(0)), content: ContentID(rawValue: row.integer(1)),
            file: MaildirName(row, at: 2), size: row.integer(5), isDoomed: row.flag(6),
            flags: row.optionalInteger(7).map { UInt64(bitPattern: $0) }, saved: row.integer(8))
    }

    static func isKnown(_ tx: borrowing ReadTransaction, _ base: String, in mailbox: MailboxID) throws -> Bool {
        try tx.first(
            "SELECT 1 FROM mail_file WHERE mailbox_id = $1 AND name = $2", [.integer(mailbox.rawValue), .text(base)]
        ) { _ in true } ?? false
    }

    static func insert(
        _ tx: borrowing WriteTransaction, _ file: MaildirName, size: Int64, of content: ContentID, _ uid: Int64, in mailbox: MailboxID
    ) throws {
        try tx.execute(
            "INSERT INTO mail_file (mailbox_id, uid, content_id, name, place, suffix, size) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            [
                .integer(mailbox.rawValue), .integer(uid), .integer(content.rawValue), .text(file.base),
                .integer(file.place.rawValue), .text(file.suffix), .integer(size),
            ])
    }

    /// What it was seen as.
    static func record(
        _ tx: borrowing WriteTransaction, _ file: MaildirName, _ uid: UID, in mailbox: MailboxID
    ) throws {
        try tx.execute(
            "UPDATE mail_file SET place = $4, suffix = $5 WHERE mailbox_id = $1 AND uid = $2 AND name = $3",
            [
                .integer(mailbox.rawValue), .integer(Int64(uid)), .text(file.base), .integer(file.place.rawValue),
                .text(file.suffix),
            ])
    }

    static func delete(_ tx: borrowing WriteTransaction, _ uid: UID, in mailbox: MailboxID) throws {
        try tx.execute(
            "DELETE FROM mail_file WHERE mailbox_id = $1 AND uid = $2", [.integer(mailbox.rawValue), .integer(Int64(uid))])
    }

    /// The files of these UIDs are to be removed where neither a message nor a retained one has them any more. How many are.
    static func doomUnused(
        _ tx: borrowing WriteTransaction, _ range: ClosedRange<UID>, in mailbox: MailboxID
    ) throws -> Int {
        try tx.rowsChanged(
            by: """
            UPDATE mail_file SET doomed = 1 WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3 AND doomed = 0
                AND NOT EXISTS (SELECT 1 FROM mail_message m WHERE m.mailbox_id = $1 AND m.uid = mail_file.uid)
                AND NOT EXISTS (SELECT 1 FROM mail_retained r WHERE r.mailbox_id = $1 AND r.uid = mail_file.uid)
            """, [.integer(mailbox.rawValue), .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound))])
    }

    /// A file that a content's octets are in.
    struct Source {
        var folder: String
        var file: MaildirName
        var fileSize: Int64
        var size: Int64
        var isConverted: Bool { fileSize != size }
    }

    private static let mostSources: Int64 = 16

    /// Where a content's octets are: several are equal, and one that was removed by others is no harm to the rest.
    static func sources(_ tx: borrowing ReadTransaction, of content: ContentID) throws -> [Source] {
        try tx.all(
            """
            SELECT b.maildir, f.name, f.place, f.suffix, f.size, c.size
            FROM mail_file f JOIN mailbox b ON b.id = f.mailbox_id JOIN mail_content c ON c.id = f.content_id
            WHERE f.content_id = $1 AND f.doomed = 0 AND b.maildir IS NOT NULL LIMIT $2
            """, [.integer(content.rawValue), .integer(mostSources)]
        ) {
            Source(
                folder: $0.text(0), file: MaildirName($0, at: 1), fileSize: $0.integer(4), size: $0.integer(5))
        }
    }

    /// Whether an account has a file of a content.
    static func isInFiles(_ tx: borrowing ReadTransaction, _ content: ContentID, of owner: PrincipalID) throws -> Bool {
        try tx.first(
            """
            SELECT 1 FROM mail_file f JOIN mailbox b ON b.id = f.mailbox_id
            WHERE f.content_id = $1 AND f.doomed = 0 AND b.owner_id = $2 LIMIT 1
            """, [.integer(content.rawValue), .integer(owner.rawValue)]) { _ in true } ?? false
    }

    static func isInFiles(_ tx: borrowing ReadTransaction, _ content: ContentID) throws -> Bool {
        try tx.first(
            "SELECT in_files FROM mail_content WHERE id = $1", [.integer(content.rawValue)]) { $0.flag(0) } ?? false
    }
}

extension MaildirName {
    /// Of the columns name, place and suffix, from this one on.
    init(_ row: borrowing Row, at column: Int) {
        self.init(base: row.text(column), place: Place(rawValue: row.integer(column + 1)) ?? .cur, suffix: row.text(column + 2))
    }
}
