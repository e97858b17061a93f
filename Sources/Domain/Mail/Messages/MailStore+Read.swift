import CollectionStore
package import Database
import MIME

extension MailStore {
    /// Calls `body` with each message of `uids` that there is, in rising order, until it returns false.
    package func messages(
        _ tx: borrowing ReadTransaction, _ uids: UIDSet, in mailbox: MailboxID, with parts: MessageParts = [],
        keys: SortKeys.Fields = .all, _ body: (StoredMessage) throws -> Bool
    ) throws {
        for range in uids.ranges {
            var goesOn = true
            let parameters: [Value] = [
                .integer(mailbox.rawValue), .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound)),
            ]
            func take(_ row: borrowing Row) throws -> Bool {
                goesOn = try body(try Self.read(row, parts, keys))
                return goesOn
            }
            if parts.isEmpty {
                try tx.forEach(
                    """
                    SELECT uid, modseq, flags, content_id, thread_id, size, internal_date, internal_zone, saved FROM mail_message
                    WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3 ORDER BY uid
                    """, parameters, row: take)
            } else if parts == .listing {
                try tx.forEach(
                    """
                    SELECT uid, modseq, flags, mail_message.content_id, thread_id, size, internal_date, internal_zone, saved, written
                    FROM mail_message LEFT JOIN mail_listing ON mail_listing.content_id = mail_message.content_id
                    WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3 ORDER BY uid
                    """, parameters, row: take)
            } else if parts.isDisjoint(with: [.structure, .envelope]) {
                try tx.forEach(
                    """
                    SELECT uid, modseq, flags, content_id, thread_id, mail_message.size, internal_date, internal_zone, saved, hash, keys
                    FROM mail_message JOIN mail_content ON mail_content.id = content_id
                    WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3 ORDER BY uid
                    """, parameters, row: take)
            } else {
                try tx.forEach(
                    """
                    SELECT uid, modseq, flags, content_id, thread_id, mail_message.size, internal_date, internal_zone, saved, hash,
                        keys, structure
                    FROM mail_message JOIN mail_content ON mail_content.id = content_id
                    WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3 ORDER BY uid
                    """, parameters, row: take)
            }
            if !goesOn { return }
        }
    }

    private static func read(_ row: borrowing Row, _ parts: MessageParts, _ fields: SortKeys.Fields) throws -> StoredMessage {
        var message = StoredMessage(
            uid: UID(clamping: row.integer(0)), modseq: ModSeq(rawValue: row.integer(1)),
            flags: FlagBits(rawValue: UInt64(bitPattern: row.integer(2))), content: ContentID(rawValue: row.integer(3)),
            thread: ThreadID(rawValue: row.integer(4)), size: Int(row.integer(5)),
            internalDate: InternalTime(seconds: row.integer(6), zoneMinutes: Int(row.integer(7))), saved: row.integer(8))
        if parts == .listing {
            message.listing = row.isNull(9) ? nil : WrittenListing(encoded: row.bytes(9))
            return message
        }
        if parts.contains(.hash), !row.isNull(9) { message.hash = row.bytes(9) }
        if parts.contains(.keys) {
            let bytes = row.bytes(10)
            message.weight += bytes.count
            message.keys = try keys(bytes, of: message.content, fields)
        }
        if parts.contains(.structure) {
            let bytes = row.bytes(11)
            message.weight += bytes.count
            message.structure = try structure(bytes, of: message.content)
        } else if parts.contains(.envelope) {
            let bytes = row.bytes(11)
            message.weight += bytes.count
            message.envelope = Message.header(ofSummary: bytes)
        }
        return message
    }

    private static func keys(_ bytes: [UInt8], of content: ContentID, _ fields: SortKeys.Fields = .all) throws -> SortKeys {
        guard let keys = SortKeys(encoded: bytes, fields) else { throw Failure(.damaged, "the keys of content \(content.rawValue)") }
        return keys
    }

    private static func structure(_ bytes: [UInt8], of content: ContentID) throws -> Message {
        guard let structure = Message(summary: bytes) else {
            throw Failure(.damaged, "the structure of content \(content.rawValue)")
        }
        return structure
    }

    /// The messages of a mailbox with this content (SEARCH EMAILID).
    package func uids(_ tx: borrowing ReadTransaction, of content: ContentID, in mailbox: MailboxID) throws -> UIDSet {
        UIDSet(
            try tx.all(
                "SELECT uid FROM mail_message WHERE content_id = $1 AND mailbox_id = $2",
                [.integer(content.rawValue), .integer(mailbox.rawValue)]) { UID(clamping: $0.integer(0)) })
    }

    /// A stored message as something to append once more, without its octets coming out of the database; nil where it is gone.
    package func content(_ tx: borrowing ReadTransaction, _ content: ContentID) throws -> NewContent? {
        try tx.first(
            "SELECT size, keys, structure, hash FROM mail_content WHERE id = $1 AND staged IS NULL", [.integer(content.rawValue)]
        ) { row in
            NewContent(
                place: .stored(content), size: Int(row.integer(0)), summary: row.bytes(2),
                keys: try Self.keys(row.bytes(1), of: content), listing: [], hash: row.isNull(3) ? nil : row.bytes(3))
        }
    }
}
