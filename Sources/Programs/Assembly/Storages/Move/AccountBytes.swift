import Cryptography
import Database
import Glibc

/// The bytes to which an account's rows refer: blobs of objects with the attachments that these name, and octets of messages. They have
/// ids that no two storages give, and never change, so one that is there already is the same.
struct AccountBytes {
    let source: AccountCopy.Side?
    let target: AccountCopy.Side

    struct Blob {
        var data: StoredValue
        var file: StoredValue
        /// The attachments that it names, as rows of `attachment`.
        var attachments: [[StoredValue]]
    }

    private static let blobColumns = [StoredTable.Column("data", .bytes), StoredTable.Column("file", .text)]

    private func session() throws -> any TableSession {
        guard let source else { throw Failure(.serverBug, "bytes of an account that has none") }
        return source.session
    }

    // MARK: Blobs

    /// Those of the source that are to be written, with their files in the target's directory already.
    func load(_ ids: [Int64]) throws -> [Int64: Blob] {
        var blobs: [Int64: Blob] = [:]
        var attachmentBlobs: [Int64] = []
        for id in ids {
            let attachments = try attachments(of: id)
            let blobColumn = try attachmentColumns().firstIndex { $0.name == "blob_id" }
            for row in attachments {
                if let blobColumn, case .integer(let blob) = row[blobColumn] { attachmentBlobs.append(blob) }
            }
            blobs[id] = try blob(id, attachments)
        }
        for id in attachmentBlobs where blobs[id] == nil { blobs[id] = try blob(id, []) }
        return blobs
    }

    private func blob(_ id: Int64, _ attachments: [[StoredValue]]) throws -> Blob? {
        // One that is gone was released meanwhile: the next pass does not ask for it.
        guard let row = try session().rows("SELECT data, file FROM blob WHERE id = $1", Self.blobColumns, [.integer(id)]).first else { return nil }
        if case .text(let name) = row[1] { try bringFile(String(decoding: name, as: UTF8.self)) }
        return Blob(data: row[0], file: row[1], attachments: attachments)
    }

    private func attachmentColumns() throws -> [StoredTable.Column] { try target.session.table("attachment").columns }

    private func attachments(of blob: Int64) throws -> [[StoredValue]] {
        let columns = try attachmentColumns()
        return try session().rows(
            """
            SELECT \(StoredTable.quoted(columns)) FROM attachment
            WHERE id IN (SELECT attachment_id FROM attachment_use WHERE blob_id = $1) ORDER BY id
            """, columns, [.integer(blob)])
    }

    /// One reference more. Within the transaction of the row that refers to it.
    func addBlob(_ id: Int64, _ blobs: [Int64: Blob]) throws {
        if try target.session.execute("UPDATE blob SET reference_count = reference_count + 1 WHERE id = $1", [.integer(id)]) > 0 { return }
        guard let blob = blobs[id] else { throw Failure(.unavailable, "blob \(id) has gone while it was copied") }
        try target.session.execute(
            "INSERT INTO blob (id, reference_count, data, file) VALUES ($1, 1, $2, $3)", [.integer(id), blob.data, blob.file])
        if case .text = blob.file { try target.session.execute("DELETE FROM unused_file WHERE file = $1", [blob.file]) }
        let columns = try attachmentColumns()
        guard let idColumn = columns.firstIndex(where: { $0.name == "id" }), let blobColumn = columns.firstIndex(where: { $0.name == "blob_id" })
        else { return }
        for row in blob.attachments {
            guard case .integer(let attachment) = row[idColumn], case .integer(let bytes) = row[blobColumn] else { continue }
            let isThere = try !target.session.rows(
                "SELECT id FROM attachment WHERE id = $1", [StoredTable.Column("id", .integer)], [.integer(attachment)]).isEmpty
            if !isThere {
                try target.session.execute(target.session.table("attachment").insertion(of: columns), row)
                try addBlob(bytes, blobs)
            }
            try target.session.execute("UPDATE attachment SET unreferenced = NULL WHERE id = $1", [.integer(attachment)])
            try target.session.execute(
                "INSERT INTO attachment_use (blob_id, attachment_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                [.integer(id), .integer(attachment)])
        }
    }

    /// One reference less; with the last one the bytes go.
    func releaseBlob(_ id: Int64) throws {
        let session = target.session
        if try session.execute("UPDATE blob SET reference_count = reference_count - 1 WHERE id = $1 AND reference_count > 1", [.integer(id)]) > 0 {
            return
        }
        // As `Attachments.release`: those that no object names any more are looked for later.
        try session.execute(
            """
            UPDATE attachment SET unreferenced = 0 WHERE unreferenced IS NULL
                AND id IN (SELECT attachment_id FROM attachment_use WHERE blob_id = $1)
                AND NOT EXISTS (SELECT 1 FROM attachment_use u WHERE u.attachment_id = attachment.id AND u.blob_id <> $2)
            """, [.integer(id), .integer(id)])
        try session.execute("DELETE FROM attachment_use WHERE blob_id = $1", [.integer(id)])
        let files = try session.rows("DELETE FROM blob WHERE id = $1 RETURNING file", [StoredTable.Column("file", .text)], [.integer(id)])
        for file in files.compactMap(\.first) where file != .null {
            try session.execute("INSERT INTO unused_file (file) VALUES ($1) ON CONFLICT DO NOTHING", [file])
        }
    }

    /// Reads back what was written.
    func verify(_ blobs: [Int64: Blob]) throws {
        for (id, blob) in blobs {
            guard let row = try target.session.rows("SELECT data, file FROM blob WHERE id = $1", Self.blobColumns, [.integer(id)]).first
            else { continue }
            guard row == [blob.data, blob.file] else { throw Failure(.damaged, "blob \(id) is not what was written") }
            if case .text(let name) = blob.file { try verifyFile(String(decoding: name, as: UTF8.self)) }
        }
    }

    /// What was at the target before this process: where a process ended between writing and reading back, or has found that the target did not
    /// keep what was written, it may be anything. It becomes what the source has.
    func mend(_ blobs: [Int64: Blob]) throws {
        for (id, blob) in blobs {
            guard let row = try target.session.rows("SELECT data, file FROM blob WHERE id = $1", Self.blobColumns, [.integer(id)]).first,
                row != [blob.data, blob.file]
            else { continue }
            try target.session.execute("UPDATE blob SET data = $2, file = $3 WHERE id = $1", [.integer(id), blob.data, blob.file])
        }
        try verify(blobs)
    }

    /// What others keep on an object that goes (as `Overlays.removeAll`).
    func removeOverlays(ofMember id: Int64) throws {
        try target.session.execute(
            """
            UPDATE principal SET used_bytes = used_bytes
                - (SELECT COALESCE(SUM(size), 0) FROM personal_alarm WHERE member_id = $1 AND principal_id = principal.id)
            WHERE id IN (SELECT principal_id FROM personal_alarm WHERE member_id = $2)
            """, [.integer(id), .integer(id)])
        try target.session.execute("DELETE FROM personal_alarm WHERE member_id = $1", [.integer(id)])
    }

    // MARK: Files

    private func bringFile(_ name: String) throws {
        guard let source, source.files.directory != target.files.directory else { return }
        guard try !isSameFile(name) else { return }
        try target.files.take(name, from: source.files)
    }

    private func verifyFile(_ name: String) throws {
        guard try isSameFile(name) else { throw Failure(.damaged, "the file \(name) is not what was copied") }
    }

    private func isSameFile(_ name: String) throws -> Bool {
        guard let source, source.files.directory != target.files.directory else { return true }
        guard access(try target.files.path(of: name), F_OK) == 0 else { return false }
        return try hash(source.files, name) == hash(target.files, name)
    }

    private func hash(_ files: FileBlobStore, _ name: String) throws -> [UInt8] {
        let body = try files.open(name)
        var hasher = SHA256.Hasher()
        var offset: Int64 = 0
        while offset < body.size {
            let bytes = try body.read(offset: offset, count: Int(min(1 << 20, body.size - offset)))
            if bytes.isEmpty { break }
            hasher.update(bytes)
            offset += Int64(bytes.count)
        }
        return hasher.finish()
    }

    // MARK: Octets of messages

    private static let bodyColumns = [StoredTable.Column("data", .bytes)]

    enum Content {
        /// It was at the target already.
        case there
        /// It was written and read back.
        case written
        /// The source has it no more.
        case gone
    }

    /// Copies a message's octets, in a transaction of their own, where they are not there. Until a message names them they are staged.
    func bringContent(_ id: Int64) throws -> Content {
        let number = StoredValue.integer(id)
        let table = try target.session.table("mail_content")
        let columns = table.columns
        let sql = "SELECT \(table.quotedColumns) FROM mail_content WHERE id = $1"
        if try !target.session.rows(sql, columns, [number]).isEmpty { return .there }
        guard var row = try session().rows(sql, columns, [number]).first else { return .gone }
        if let staged = columns.firstIndex(where: { $0.name == "staged" }) { row[staged] = .integer(System.clock()) }
        var written: [UInt8] = []
        try target.session.transaction(isWriting: true) {
            try target.session.execute(table.insertion(of: columns), row)
            try bringListing(of: number)
            written = try bringPieces(of: id)
        }
        try verifyContent(id, written)
        return .written
    }

    /// As `mend` of blobs; nothing where the source has it no more.
    func mendContent(_ id: Int64) throws {
        let wanted = try digest(of: id, in: session())
        guard try digest(of: id, in: target.session) != wanted else { return }
        var written: [UInt8] = []
        try target.session.transaction(isWriting: true) {
            try target.session.execute("DELETE FROM mail_body WHERE content_id = $1", [.integer(id)])
            written = try bringPieces(of: id)
        }
        try verifyContent(id, written)
    }

    /// Their digest.
    private func bringPieces(of id: Int64) throws -> [UInt8] {
        var hasher = SHA256.Hasher()
        try forEachPiece(of: id, in: session()) { index, data in
            try target.session.execute(
                "INSERT INTO mail_body (content_id, number, data) VALUES ($1, $2, $3)", [.integer(id), .integer(index), .bytes(data)])
            hasher.update(data)
        }
        return hasher.finish()
    }

    private func verifyContent(_ id: Int64, _ written: [UInt8]) throws {
        guard try digest(of: id, in: target.session) == written else {
            throw Failure(.damaged, "octets of content \(id) are not what was written")
        }
    }

    private func digest(of id: Int64, in session: any TableSession) throws -> [UInt8] {
        var hasher = SHA256.Hasher()
        try forEachPiece(of: id, in: session) { _, data in hasher.update(data) }
        return hasher.finish()
    }

    /// What is listed of it; without it, it is made anew.
    private func bringListing(of content: StoredValue) throws {
        let rows = try session().rows(
            "SELECT written FROM mail_listing WHERE content_id = $1", [StoredTable.Column("written", .bytes)], [content])
        guard let written = rows.first?.first else { return }
        try target.session.execute("INSERT INTO mail_listing (content_id, written) VALUES ($1, $2)", [content, written])
    }

    private func forEachPiece(of id: Int64, in session: any TableSession, _ body: (Int64, [UInt8]) throws -> Void) throws {
        var index: Int64 = 0
        while case .bytes(let data)? = try session.rows(
            "SELECT data FROM mail_body WHERE content_id = $1 AND number = $2", Self.bodyColumns, [.integer(id), .integer(index)]
        ).first?.first {
            try body(index, data)
            index += 1
        }
    }

    /// A message names it. Within the transaction of the message.
    func nameContent(_ id: Int64) throws {
        let found = try target.session.execute("UPDATE mail_content SET staged = NULL WHERE id = $1", [.integer(id)])
        guard found > 0 else { throw Failure(.unavailable, "content \(id) has gone while it was copied") }
    }

    /// A message names it no longer; with the last one the octets go.
    func releaseContent(_ id: Int64) throws {
        let number = StoredValue.integer(id)
        let gone = try target.session.execute(
            """
            DELETE FROM mail_content WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM mail_message WHERE content_id = $2)
                AND NOT EXISTS (SELECT 1 FROM mail_retained WHERE content_id = $3)
            """, [number, number, number])
        if gone == 0 { return }
        try target.session.execute("DELETE FROM mail_body WHERE content_id = $1", [number])
        try target.session.execute("DELETE FROM mail_listing WHERE content_id = $1", [number])
    }
}
