import CollectionStore
package import Database
import MIME

/// The table `mail_listing`.
enum MailListings {
    static func insert(_ tx: borrowing WriteTransaction, _ listing: [UInt8], of content: ContentID) throws {
        if listing.isEmpty { return }
        try tx.execute(
            """
            INSERT INTO mail_listing (content_id, written) VALUES ($1, $2)
            ON CONFLICT (content_id) DO UPDATE SET written = excluded.written
            """, [.integer(content.rawValue), .bytes(listing)])
    }

    static func copy(_ tx: borrowing WriteTransaction, of content: ContentID, to copy: ContentID) throws {
        try tx.execute(
            "INSERT INTO mail_listing (content_id, written) SELECT $2, written FROM mail_listing WHERE content_id = $1",
            [.integer(content.rawValue), .integer(copy.rawValue)])
    }

    static func delete(_ tx: borrowing WriteTransaction, of content: ContentID) throws {
        try tx.execute("DELETE FROM mail_listing WHERE content_id = $1", [.integer(content.rawValue)])
    }
}

extension MailStore {
    /// Makes all listings anew from the structures.
    package func makeListings(_ database: any Database, progress: (Int) -> Void) throws {
        var last: Int64 = -1
        while true {
            let batch = try database.write { tx in
                let batch = try tx.read.all(
                    "SELECT id, structure FROM mail_content WHERE id > $1 AND staged IS NULL ORDER BY id LIMIT 200", [.integer(last)]
                ) { row in (ContentID(rawValue: row.integer(0)), row.bytes(1)) }
                for (content, structure) in batch {
                    // One that is damaged is told by `tegu check`.
                    guard let message = Message(summary: structure) else { continue }
                    let listing = WrittenListing.encoded(message)
                    if listing.isEmpty { try MailListings.delete(tx, of: content) } else { try MailListings.insert(tx, listing, of: content) }
                }
                return batch
            }
            guard let end = batch.last else { return }
            last = end.0.rawValue
            progress(batch.count)
        }
    }
}
