package import Database

/// The bytes of members: rows of the database, or files of the file store where they are large. Counted by reference.
package enum Blobs {
    /// Bodies of up to so many bytes are rows.
    package static let inlineLimit = 256 * 1024

    package enum Body: Sendable, Equatable {
        case bytes([UInt8])
        /// A name in the file store.
        case file(String)
    }

    package static func read(_ tx: borrowing ReadTransaction, _ id: Int64) throws -> Body {
        guard let body = try find(tx, id) else { throw Failure(.damaged, "blob \(id) is missing") }
        return body
    }

    static func find(_ tx: borrowing ReadTransaction, _ id: Int64) throws -> Body? {
        try tx.first("SELECT data, file FROM blob WHERE id = $1", [.integer(id)]) { body(in: $0, at: 0) } ?? nil
    }

    /// From the columns `data` and `file`, of which `column` is the first; nil where a join has found no blob.
    static func body(in row: borrowing Row, at column: Int) -> Body? {
        if let file = row.optionalText(column + 1) { return .file(file) }
        return row.isNull(column) ? nil : .bytes(row.bytes(column))
    }

    /// Calls `body` with the bytes of a blob in place; false where they are in a file.
    package static func withBytes(
        _ tx: borrowing ReadTransaction, _ id: Int64, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool {
        let isInline = try tx.first("SELECT data, file FROM blob WHERE id = $1", [.integer(id)]) { row -> Bool in
            guard row.isNull(1) else { return false }
            try row.withBytes(0, body)
            return true
        }
        guard let isInline else { throw Failure(.damaged, "blob \(id) is missing") }
        return isInline
    }

    /// The id under which the content's bytes are kept from now on, with one reference more.
    static func store(_ tx: borrowing WriteTransaction, _ content: MemberContent) throws -> Int64 {
        let data: Value
        let file: Value
        switch content.place {
        case .blob(let id):
            let found = try tx.rowsChanged(
                by: "UPDATE blob SET reference_count = reference_count + 1 WHERE id = $1", [.integer(id)])
            guard found > 0 else { throw Failure(.damaged, "blob \(id) is missing") }
            return id
        case .bytes(let bytes): (data, file) = (.bytes(bytes), .null)
        case .file(let name): (data, file) = (.null, .text(name))
        }
        let id = try tx.nextID(.blob)
        try tx.execute(
            "INSERT INTO blob (id, reference_count, data, file) VALUES ($1, 1, $2, $3)",
            [.integer(id), data, file])
        return id
    }

    /// Gives one reference back; the last one takes the bytes away, and where they are an object's that has attachments,
    /// what is known of these.
    static func release(_ tx: borrowing WriteTransaction, _ id: Int64, hasAttachments: Bool = false) throws {
        let last = try tx.read.first(
            "DELETE FROM blob WHERE id = $1 AND reference_count <= 1 RETURNING file", [.integer(id)]) { $0.optionalText(0) }
        guard let last else {
            return try tx.execute("UPDATE blob SET reference_count = reference_count - 1 WHERE id = $1", [.integer(id)])
        }
        if hasAttachments { try Attachments.release(tx, by: id) }
        if let file = last { try markUnused(tx, file) }
    }

    /// Sets the count of references right; without any the bytes go.
    static func correct(_ tx: borrowing WriteTransaction, _ id: Int64, references: Int64) throws {
        if references == 0 {
            try Attachments.release(tx, by: id)
            return try delete(tx, id)
        }
        try tx.execute("UPDATE blob SET reference_count = $2 WHERE id = $1", [.integer(id), .integer(references)])
    }

    private static func delete(_ tx: borrowing WriteTransaction, _ id: Int64) throws {
        let file = try tx.read.first("DELETE FROM blob WHERE id = $1 RETURNING file", [.integer(id)]) {
            $0.optionalText(0)
        }
        if let file = file ?? nil { try markUnused(tx, file) }
    }

    /// What was put into the file store for a change that does not need it.
    static func discard(_ tx: borrowing WriteTransaction, _ content: MemberContent) throws {
        if case .file(let name) = content.place { try markUnused(tx, name) }
    }

    /// Notes that nothing refers to a file, for `sweep`.
    static func markUnused(_ tx: borrowing WriteTransaction, _ file: String) throws {
        try tx.execute("INSERT INTO unused_file (file) VALUES ($1) ON CONFLICT DO NOTHING", [.text(file)])
    }

    /// Removes files that nothing refers to any more: first the file, then the note of it, so that a crash in between
    /// only does it twice.
    package static func sweep(_ database: any Database, _ files: FileBlobStore) throws {
        let unused = try database.read { tx in
            try tx.all("SELECT file FROM unused_file LIMIT 1000") { $0.text(0) }
        }
        if unused.isEmpty { return }
        for file in unused { try files.remove(file) }
        try database.write { tx in
            for file in unused { try tx.execute("DELETE FROM unused_file WHERE file = $1", [.text(file)]) }
        }
    }
}

extension FileBlobStore {
    /// All bytes of a body, wherever they are: for objects, whose size has a limit.
    package func bytes(of body: Blobs.Body) throws -> [UInt8] {
        switch body {
        case .bytes(let bytes): bytes
        case .file(let name): try open(name).readAll()
        }
    }
}
