import Cryptography
import Database
import MIME

extension MailStore {
    /// The octets of a content that is in files.
    func forEachPieceOfFile(
        _ tx: borrowing ReadTransaction, of content: ContentID, _ range: Range<Int>,
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
    ) throws {
        let maildirs = try openMaildirs()
        let (reader, source) = try openFile(tx, of: content)
        let range = range.lowerBound..<max(range.lowerBound, min(range.upperBound, Int(clamping: source.size)))
        guard source.isConverted else { return try reader.forEachPiece(range, body) }
        let resume = try reader.forEachConvertedPiece(
            range, from: maildirs.resume(of: content) ?? LineEndReader.Resume(), body)
        maildirs.keep(resume, of: content)
    }

    /// The first of its files that is there, and that is as long as it was.
    func openFile(
        _ tx: borrowing ReadTransaction, of content: ContentID
    ) throws -> (reader: LineEndReader, source: MailFiles.Source) {
        let maildirs = try openMaildirs()
        var fault = Failure(.damaged, "content \(content.rawValue) has no file")
        for source in try MailFiles.sources(tx, of: content) {
            let folder = maildirs.folder(source.folder)
            do {
                guard let found = try folder.find(source.file), let reader = try LineEndReader("\(folder.path)/\(found)") else {
                    fault = Failure(.damaged, "the file \(folder.path)/\(source.file.path) of a message is missing")
                    continue
                }
                if reader.fileSize == Int(clamping: source.fileSize) { return (reader, source) }
                fault = Failure(
                    .damaged, "the file \(folder.path)/\(found) of a message has \(reader.fileSize) octets, it had \(source.fileSize)")
            } catch let failure as Failure {
                // Another one can be read, perhaps.
                fault = failure
            }
        }
        // Where all is missing, nothing is damaged.
        if !maildirs.isRootKnown { _ = try isRootMarked(tx, maildirs) }
        throw fault
    }

    func openMaildirs() throws -> Maildirs {
        guard let maildirs else { throw Failure(.unavailable, "mail is in Maildir, and its directory is not known here") }
        return maildirs
    }

    /// The octets come into the database too, for a mailbox that is there. Throws a `Failure` where they cannot be read.
    func bringIntoDatabase(_ tx: borrowing WriteTransaction, _ content: ContentID) throws {
        guard maildirs != nil, try MailFiles.isInFiles(tx.read, content) else { return }
        var piece: [UInt8] = []
        var number = 0
        var proof = try ContentProof(tx.read, of: content)
        try forEachPieceOfFile(tx.read, of: content, 0..<Int.max) { bytes in
            proof.feed(bytes)
            var rest = bytes[...]
            while !rest.isEmpty {
                let taken = rest.prefix(MailBodies.pieceSize - piece.count)
                piece.append(contentsOf: taken)
                rest = rest.dropFirst(taken.count)
                guard piece.count == MailBodies.pieceSize else { continue }
                try MailBodies.insert(tx, [piece], from: number, of: content)
                number += 1
                piece = []
            }
        }
        if !piece.isEmpty { try MailBodies.insert(tx, [piece], from: number, of: content) }
        try proof.finish()
        try tx.execute("UPDATE mail_content SET in_files = 0 WHERE id = $1", [.integer(content.rawValue)])
    }
}

/// What is known of a file when it is read for the first time.
struct ExaminedFile: Sendable {
    var size: Int
    var fileSize: Int
    /// In seconds since 1970.
    var modified: Int64
    var hash: [UInt8]
    var summary: [UInt8]
    var keys: SortKeys
    var listing: [UInt8]

    /// Nil where it is not there any more.
    init?(_ path: String) throws {
        guard let reader = try LineEndReader(path) else { return nil }
        var scanner = MessageScanner()
        var hasher = SHA256.Hasher()
        var size = 0
        _ = try reader.forEachConvertedPiece(0..<Int.max) { bytes in
            scanner.feed(bytes)
            hasher.update(UnsafeRawBufferPointer(bytes))
            size += bytes.count
        }
        let message = scanner.finish()
        self.size = size
        fileSize = reader.fileSize
        modified = reader.modified
        hash = hasher.finish()
        summary = message.summary
        keys = SortKeys(message.header)
        listing = WrittenListing.encoded(message)
    }
}
