import Cryptography
import Database

/// The octets of messages: rows of one size, so that a part of a large message is read without the rest.
enum MailBodies {
    static let pieceSize = 256 << 10
    /// From this size on equal messages are kept once: smaller ones cost less than looking for them.
    static let sharedSize = 32 << 10

    static func hash(_ pieces: [[UInt8]]) -> [UInt8] {
        var hasher = SHA256.Hasher()
        for piece in pieces { hasher.update(piece) }
        return hasher.finish()
    }

    static func insert(
        _ tx: borrowing WriteTransaction, _ pieces: [[UInt8]], from first: Int = 0, of content: ContentID
    ) throws {
        for (offset, piece) in pieces.enumerated() {
            // A part that was written by a transaction whose answer was lost comes again, and is the same.
            try tx.execute(
                """
                INSERT INTO mail_body (content_id, number, data) VALUES ($1, $2, $3)
                ON CONFLICT (content_id, number) DO NOTHING
                """, [.integer(content.rawValue), .integer(Int64(first + offset)), .bytes(piece)])
        }
    }

    /// Calls `body` with the octets of `range` piece by piece. What is past the end is not there. False where nothing is: past the end, or
    /// where the octets are in files.
    @discardableResult
    static func forEachPiece(
        _ tx: borrowing ReadTransaction, of content: ContentID, _ range: Range<Int>,
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
    ) throws -> Bool {
        guard range.lowerBound >= 0, !range.isEmpty else { return true }
        let (first, last) = (range.lowerBound / pieceSize, (range.upperBound - 1) / pieceSize)
        for number in first...last {
            let start = number * pieceSize
            // One at a time: the rows of a client that reads slowly must not wait in memory, nor hold up a statement.
            let isThere = try tx.first(
                "SELECT data FROM mail_body WHERE content_id = $1 AND number = $2",
                [.integer(content.rawValue), .integer(Int64(number))]
            ) { row in
                try row.withBytes(0) { bytes -> Bool in
                    let piece = bytes.bindMemory(to: UInt8.self)
                    let low = min(max(0, range.lowerBound - start), piece.count)
                    let high = min(range.upperBound - start, piece.count)
                    if low < high { try body(UnsafeBufferPointer(rebasing: piece[low..<high])) }
                    return piece.count == pieceSize
                }
            }
            if isThere != true { return number > first || isThere != nil }
        }
        return true
    }

    static func delete(_ tx: borrowing WriteTransaction, of content: ContentID) throws {
        try tx.execute("DELETE FROM mail_body WHERE content_id = $1", [.integer(content.rawValue)])
    }
}
