import CollectionStore
import Database

/// The table `mail_content`.
enum MailContents {
    /// The content under which the octets are from now on; those that are there already are taken.
    static func keep(_ tx: borrowing WriteTransaction, _ content: NewContent) throws -> ContentID {
        switch content.place {
        case .stored(let id): return id
        case .staged(let id, let rest): return try keepStaged(tx, content, id, rest)
        case .held(let pieces):
            if let same = try find(tx.read, content) { return same }
            let id = ContentID(rawValue: try tx.nextID(.blob))
            try insert(tx, id, content, staged: nil)
            try MailBodies.insert(tx, pieces, of: id)
            return id
        case .file: throw Failure(.serverBug, "a file of a Maildir that comes into the database")
        }
    }

    // MARK: Contents that are in files

    /// One of its own, whoever has the same octets: who may write to a Maildir must not change others' messages.
    static func insertInFiles(_ tx: borrowing WriteTransaction, _ id: ContentID, _ content: NewContent) throws {
        try insert(tx, id, content, staged: nil, isInFiles: true)
    }

    /// The same octets in a file of another account.
    static func copyInFiles(_ tx: borrowing WriteTransaction, _ content: ContentID) throws -> ContentID {
        let id = ContentID(rawValue: try tx.nextID(.blob))
        try tx.execute(
            """
            INSERT INTO mail_content (id, size, hash, keys, structure, in_files)
            SELECT $2, size, hash, keys, structure, 1 FROM mail_content WHERE id = $1
            """, [.integer(content.rawValue), .integer(id.rawValue)])
        return id
    }

    static func isStaged(_ tx: borrowing ReadTransaction, _ content: NewContent) throws -> Bool {
        guard let id = content.stagedContent else { return false }
        return try tx.first(
            "SELECT 1 FROM mail_content WHERE id = $1 AND staged IS NOT NULL", [.integer(id.rawValue)]) { _ in true } ?? false
    }

    /// The octets are in a file now, and in the database no more.
    static func moveToFiles(_ tx: borrowing WriteTransaction, _ id: ContentID, hash: [UInt8]) throws {
        try tx.execute(
            "UPDATE mail_content SET in_files = 1, hash = $2 WHERE id = $1", [.integer(id.rawValue), .bytes(hash)])
        try MailBodies.delete(tx, of: id)
    }

    /// One with the same octets.
    private static func find(_ tx: borrowing ReadTransaction, _ content: NewContent) throws -> ContentID? {
        guard let hash = content.hash else { return nil }
        return try tx.first(
            "SELECT id FROM mail_content WHERE hash = $1 AND size = $2 AND staged IS NULL AND in_files = 0",
            [.bytes(hash), .integer(Int64(content.size))]) { ContentID(rawValue: $0.integer(0)) }
    }

    private static func insert(
        _ tx: borrowing WriteTransaction, _ id: ContentID, _ content: NewContent, staged: Milliseconds?, isInFiles: Bool = false
    ) throws {
        try tx.execute(
            "INSERT INTO mail_content (id, size, staged, hash, keys, structure, in_files) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            [
                .integer(id.rawValue), .integer(Int64(content.size)), Value(staged), Value(content.hash),
                .bytes(content.keys.encoded), .bytes(content.summary), Value(isInFiles),
            ])
    }

    /// Staged octets may be kept by several messages one after the other: only the first one finds them staged.
    private static func keepStaged(
        _ tx: borrowing WriteTransaction, _ content: NewContent, _ id: ContentID, _ rest: MessageUpload.Part
    ) throws -> ContentID {
        let isFirst = try tx.rowsChanged(
            by: "UPDATE mail_content SET staged = NULL, size = $2, keys = $3, structure = $4 WHERE id = $1 AND staged IS NOT NULL",
            [
                .integer(id.rawValue), .integer(Int64(content.size)), .bytes(content.keys.encoded), .bytes(content.summary),
            ]) > 0
        if isFirst {
            try MailBodies.insert(tx, rest.pieces, from: rest.firstNumber, of: id)
        } else {
            let size = try tx.read.first(
                "SELECT size FROM mail_content WHERE id = $1", [.integer(id.rawValue)]) { $0.integer(0) }
            guard size == Int64(content.size) else { throw MailRefusal.contentGone }
        }
        return id
    }

    static func isThere(_ tx: borrowing ReadTransaction, _ content: NewContent) throws -> Bool {
        let id: ContentID
        switch content.place {
        case .held, .file: return true
        case .staged(let staged, _): id = staged
        case .stored(let stored): id = stored
        }
        return try tx.first("SELECT 1 FROM mail_content WHERE id = $1", [.integer(id.rawValue)]) { _ in true } ?? false
    }

    /// Octets of an upload that is not finished.
    static func stage(
        _ tx: borrowing WriteTransaction, _ part: MessageUpload.Part, now: Milliseconds
    ) throws -> ContentID {
        let id: ContentID
        if let known = part.content {
            let isThere = try tx.rowsChanged(
                by: "UPDATE mail_content SET staged = $2 WHERE id = $1 AND staged IS NOT NULL",
                [.integer(known.rawValue), .integer(now)]) > 0
            guard isThere else { throw MailRefusal.contentGone }
            id = known
        } else {
            id = ContentID(rawValue: try tx.nextID(.blob))
            try tx.execute(
                "INSERT INTO mail_content (id, size, staged, keys, structure) VALUES ($1, 0, $2, $3, $3)",
                [.integer(id.rawValue), .integer(now), .bytes([])])
        }
        try MailBodies.insert(tx, part.pieces, from: part.firstNumber, of: id)
        return id
    }

    /// A finished message that waits for others, out of memory.
    static func stage(_ tx: borrowing WriteTransaction, _ content: NewContent, now: Milliseconds) throws -> NewContent {
        guard case .held(let pieces) = content.place else { return content }
        let id = ContentID(rawValue: try tx.nextID(.blob))
        try insert(tx, id, content, staged: now)
        try MailBodies.insert(tx, pieces, of: id)
        return NewContent(
            place: .staged(id, rest: MessageUpload.Part(content: id, firstNumber: pieces.count, pieces: [])), size: content.size,
            summary: content.summary, keys: content.keys, hash: content.hash)
    }

    /// Takes contents away that no message has, and no retained one.
    static func deleteUnused(_ tx: borrowing WriteTransaction, _ contents: some Swift.Sequence<ContentID>) throws {
        for content in Set(contents) {
            let removed = try tx.rowsChanged(
                by: """
                DELETE FROM mail_content WHERE id = $1
                    AND NOT EXISTS (SELECT 1 FROM mail_message WHERE content_id = $1)
                    AND NOT EXISTS (SELECT 1 FROM mail_retained WHERE content_id = $1)
                """, [.integer(content.rawValue)])
            if removed > 0 { try MailBodies.delete(tx, of: content) }
        }
    }
}
