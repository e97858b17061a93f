package import Database

extension MailStore {
    /// Octets of a message, at most those that it has; empty past its end. For ranges that memory can hold.
    package func octets(_ tx: borrowing ReadTransaction, of content: ContentID, _ range: Range<Int>) throws -> [UInt8] {
        var octets: [UInt8] = []
        try forEachPiece(tx, of: content, range) { octets.append(contentsOf: $0) }
        return octets
    }

    /// Whether the octets of a message that is in files can be read: asked before their size is told, after which there is no way back. Throws a
    /// `Failure`, which the log has too.
    package func checkFile(_ tx: borrowing ReadTransaction, of content: ContentID) throws {
        guard let maildirs, try MailFiles.isInFiles(tx, content) else { return }
        do {
            _ = try openFile(tx, of: content)
        } catch {
            maildirs.note(["\(error)"])
            throw error
        }
    }

    /// The same piece by piece, in place; a piece has at most 256 KB. Throws a `Failure` where a file is missing, or is not the one that it was.
    package func forEachPiece(
        _ tx: borrowing ReadTransaction, of content: ContentID, _ range: Range<Int>,
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
    ) throws {
        guard range.lowerBound >= 0, !range.isEmpty else { return }
        // Most contents are in the database: files are looked for where it has none.
        if try MailBodies.forEachPiece(tx, of: content, range, body) { return }
        guard maildirs != nil, try MailFiles.isInFiles(tx, content) else { return }
        try forEachPieceOfFile(tx, of: content, range, body)
    }
}
