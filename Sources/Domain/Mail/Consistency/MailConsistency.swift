package import Database
import MIME

/// Looks for contradictions of the mail's rows with each other and with the stored octets. It changes nothing, and may run beside a server
/// at work: what must agree is read in one snapshot.
package enum MailConsistency {
    /// Calls `fault` with one line for each, and `progress` with the count of messages that were looked at since the last call.
    package static func check(
        _ database: any Database, _ store: MailStore, progress: (Int) -> Void = { _ in }, fault: (String) -> Void
    ) throws {
        var last = MailboxID(rawValue: 0)
        while let id = try database.read({ tx in try next(tx, after: last) }) {
            last = id
            let (count, faults) = try database.read { tx in try check(tx, id) }
            for line in faults { fault("mailbox \(id.rawValue): \(line)") }
            for line in try store.orderFaults(database, of: id) { fault("mailbox \(id.rawValue): \(line)") }
            progress(count)
        }
        for line in try database.read({ tx in try checkRetained(tx) }) { fault(line) }
        var lastContent: Int64 = 0
        while true {
            let page = try database.read { tx in try contents(tx, after: lastContent) }
            guard let end = page.last else { break }
            lastContent = end.id
            for content in page { for line in content.faults { fault("content \(content.id): \(line)") } }
        }
        try store.checkFiles(database, fault: fault)
    }

    /// Also deleted ones.
    private static func next(_ tx: borrowing ReadTransaction, after id: MailboxID) throws -> MailboxID? {
        try tx.first("SELECT id FROM mailbox WHERE id > $1 ORDER BY id LIMIT 1", [.integer(id.rawValue)]) {
            MailboxID(rawValue: $0.integer(0))
        }
    }

    private static func check(_ tx: borrowing ReadTransaction, _ id: MailboxID) throws -> (count: Int, faults: [String]) {
        let row = try tx.first(
            """
            SELECT uid_next, modseq, log_floor, message_count, unseen_count, deleted_count, byte_count FROM mailbox WHERE id = $1
            """, [.integer(id.rawValue)]) { row in (0..<7).map { row.integer($0) } }
        guard let row else { return (0, []) }
        var delta = MailboxDelta()
        var faults: [String] = []
        let keywords = try MailKeywords.all(tx, of: id).count
        var uids = UIDSet()
        try tx.forEach(
            "SELECT uid, modseq, flags, size FROM mail_message WHERE mailbox_id = $1 ORDER BY uid", [.integer(id.rawValue)]
        ) { message in
            let flags = UInt64(bitPattern: message.integer(2))
            delta.add(flags, size: message.integer(3), sign: 1)
            uids.append(UID(clamping: message.integer(0)))
            if message.integer(0) >= row[0] || message.integer(0) < 1 { faults.append("UID \(message.integer(0)) is not below UIDNEXT") }
            if message.integer(1) > row[1] { faults.append("UID \(message.integer(0)) changed after the mailbox did") }
            if keywords < FlagBits.keywordCount, flags >> UInt64(FlagBits.firstKeyword + keywords) != 0 {
                faults.append("UID \(message.integer(0)) has a keyword without a name")
            }
            return true
        }
        let counted: [Int64] = [Int64(delta.messages), Int64(delta.unseen), Int64(delta.deleted), delta.bytes]
        for (index, name) in ["messages", "unseen", "deleted", "octets"].enumerated() where counted[index] != row[3 + index] {
            faults.append("\(name) are \(counted[index]), its row says \(row[3 + index])")
        }
        faults += try checkLog(tx, id, modseq: row[1], floor: row[2])
        try tx.forEach(
            "SELECT viewer_id, uids, seen_count FROM mail_seen WHERE mailbox_id = $1", [.integer(id.rawValue)]
        ) { seen in
            let set = UIDSet(encoded: seen.bytes(1))
            if Int64(set.count) != seen.integer(2) || !set.subtracting(uids).isEmpty {
                faults.append("what principal \(seen.integer(0)) has seen is not counted right")
            }
            return true
        }
        return (delta.messages, faults)
    }

    private static func checkLog(
        _ tx: borrowing ReadTransaction, _ id: MailboxID, modseq: Int64, floor: Int64
    ) throws -> [String] {
        let log = try tx.first(
            "SELECT COUNT(*), COALESCE(MAX(modseq), 0) FROM mail_change WHERE mailbox_id = $1 AND modseq > $2",
            [.integer(id.rawValue), .integer(floor)]) { (count: $0.integer(0), last: $0.integer(1)) }
        // A mailbox begins at 1, without a change.
        let expected = modseq - max(1, floor)
        guard let log, log.count == max(0, expected), log.count == 0 || log.last == modseq else {
            return ["its log does not have every change after its floor"]
        }
        return []
    }

    private static func checkRetained(_ tx: borrowing ReadTransaction) throws -> [String] {
        try tx.all(
            """
            SELECT owner_id, retained_bytes,
                (SELECT COALESCE(SUM(size), 0) FROM mail_retained WHERE mail_retained.owner_id = mail_account.owner_id),
                (SELECT COALESCE(SUM(byte_count), 0) FROM mailbox
                    WHERE mailbox.owner_id = mail_account.owner_id AND trashed IS NOT NULL)
            FROM mail_account
            """
        ) { row in
            let counted = row.integer(2) + row.integer(3)
            return counted == row.integer(1)
                ? nil : "principal \(row.integer(0)) has \(counted) octets retained, its row says \(row.integer(1))"
        }.compactMap(\.self)
    }

    private static func contents(
        _ tx: borrowing ReadTransaction, after last: Int64
    ) throws -> [(id: Int64, faults: [String])] {
        try tx.all(
            """
            SELECT id, size, structure, keys, staged,
                (SELECT COALESCE(SUM(LENGTH(data)), 0) FROM mail_body WHERE content_id = mail_content.id),
                (SELECT COUNT(*) FROM mail_message WHERE content_id = mail_content.id AND mail_message.size = mail_content.size)
                    + (SELECT COUNT(*) FROM mail_retained WHERE content_id = mail_content.id),
                in_files, (SELECT written FROM mail_listing WHERE content_id = mail_content.id)
            FROM mail_content WHERE id > $1 ORDER BY id LIMIT 500
            """, [.integer(last)]
        ) { row in
            var faults: [String] = []
            if row.isNull(4) {
                if !row.flag(7), row.integer(1) != row.integer(5) { faults.append("it has \(row.integer(5)) octets, its row says \(row.integer(1))") }
                if row.integer(6) == 0 { faults.append("no message has it") }
                let structure = Message(summary: row.bytes(2))
                if structure?.byteCount != Int(row.integer(1)) { faults.append("its structure is of another message") }
                if !row.isNull(8), row.bytes(8) != structure.map(WrittenListing.encoded) { faults.append("what is listed of it is not what it is") }
                if SortKeys(encoded: row.bytes(3)) == nil { faults.append("its keys cannot be read") }
            }
            return (row.integer(0), faults)
        }
    }
}
