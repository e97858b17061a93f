import CollectionStore
import Cryptography
import Database
import Directory

extension MailStore {
    private static let checkedAtOnce: Int64 = 100

    /// Files that are missing or changed, and rows that have none. `fault` is called with one line for each.
    func checkFiles(_ database: any Database, fault: (String) -> Void) throws {
        let orphans = try database.read { tx in
            try tx.all(
                """
                SELECT m.mailbox_id, m.uid FROM mailbox b JOIN mail_message m ON m.mailbox_id = b.id
                WHERE b.maildir IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM mail_file f WHERE f.mailbox_id = m.mailbox_id AND f.uid = m.uid) LIMIT 1000
                """) { "mailbox \($0.integer(0)): UID \($0.integer(1)) has no file in its row" }
        }
        for line in orphans { fault(line) }
        let lost = try database.read { tx in
            try tx.all(
                """
                SELECT id FROM mail_content c WHERE in_files = 1 AND NOT EXISTS
                    (SELECT 1 FROM mail_file f JOIN mailbox b ON b.id = f.mailbox_id
                        WHERE f.content_id = c.id AND f.doomed = 0 AND b.maildir IS NOT NULL) LIMIT 1000
                """) { "content \($0.integer(0)): it is in files, and no row has one" }
        }
        for line in lost { fault(line) }
        let hasFiles = try database.read { tx in try tx.first("SELECT 1 FROM mail_file LIMIT 1") { _ in true } ?? false }
        guard hasFiles else { return }
        do {
            try checkRoot(database)
        } catch {
            // One line, and not one for each message.
            return fault("\(error)")
        }
        var place = (mailbox: Int64.min, uid: Int64.min)
        while true {
            let page = try database.read { tx in try files(tx, after: place) }
            guard let last = page.last else { return }
            place = (last.mailbox, last.uid)
            for file in page {
                let line: String?
                do { line = try check(database, file) } catch { line = "\(error)" }
                if let line { fault("mailbox \(file.mailbox): UID \(file.uid): \(line)") }
            }
        }
    }

    private struct CheckedFile {
        var mailbox: Int64
        var uid: Int64
        var folder: String
        var file: MaildirName
        var fileSize: Int64
        var size: Int64
        var hash: [UInt8]?
    }

    private func files(
        _ tx: borrowing ReadTransaction, after place: (mailbox: Int64, uid: Int64)
    ) throws -> [CheckedFile] {
        try tx.all(
            """
            SELECT f.mailbox_id, f.uid, b.maildir, f.name, f.place, f.suffix, f.size, c.size, c.hash
            FROM mail_file f JOIN mailbox b ON b.id = f.mailbox_id JOIN mail_content c ON c.id = f.content_id
            WHERE f.doomed = 0 AND b.maildir IS NOT NULL AND (f.mailbox_id > $1 OR (f.mailbox_id = $1 AND f.uid > $2))
            ORDER BY f.mailbox_id, f.uid LIMIT $3
            """, [.integer(place.mailbox), .integer(place.uid), .integer(Self.checkedAtOnce)]
        ) {
            CheckedFile(
                mailbox: $0.integer(0), uid: $0.integer(1), folder: $0.text(2), file: MaildirName($0, at: 3),
                fileSize: $0.integer(6), size: $0.integer(7), hash: $0.isNull(8) ? nil : $0.bytes(8))
        }
    }

    /// What is wrong with it. One that has gone since its row was read is not.
    private func check(_ database: any Database, _ file: CheckedFile) throws -> String? {
        guard let maildirs else { return "the directory of all Maildirs is not known" }
        let folder = maildirs.folder(file.folder)
        guard let found = try folder.find(file.file), let reader = try LineEndReader("\(folder.path)/\(found)") else {
            let isThere = try database.read { tx in
                try MailFiles.isKnown(tx, file.file.base, in: MailboxID(rawValue: file.mailbox))
            }
            return isThere ? "the file \(folder.path)/\(file.file.path) is missing" : nil
        }
        if reader.fileSize != Int(clamping: file.fileSize) {
            return "the file \(reader.path) has \(reader.fileSize) octets, its row says \(file.fileSize)"
        }
        guard let hash = file.hash else { return nil }
        var hasher = SHA256.Hasher()
        if file.fileSize == file.size {
            try reader.forEachPiece(0..<Int.max) { hasher.update(UnsafeRawBufferPointer($0)) }
        } else {
            _ = try reader.forEachConvertedPiece(0..<Int.max) { hasher.update(UnsafeRawBufferPointer($0)) }
        }
        return hasher.finish() == hash ? nil : "the file \(reader.path) was changed"
    }
}
