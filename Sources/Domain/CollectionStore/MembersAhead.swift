package import Database
import Directory

/// Members of one collection that are about to be asked for by name, read together: where the database is another process, the way there
/// costs more than a row. Valid in the transaction that read them.
package struct MembersAhead: Sendable {
    /// How many are read at once; their bytes are in memory meanwhile.
    package static let limit = 64

    private let collection: CollectionID
    private let names: Set<String>
    private var found: [String: Found] = [:]

    struct Found: Sendable {
        var member: Member
        /// Nil where they were not wanted, or are in a file.
        var bytes: [UInt8]?
    }

    /// - Parameters:
    ///   - names: of which the first `limit` are read.
    ///   - withBytes: whether the objects' bytes will be asked for too.
    package init(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, _ names: [String], withBytes: Bool
    ) throws {
        let names = Array(names.prefix(Self.limit))
        self.collection = collection
        self.names = Set(names)
        if names.isEmpty { return }
        let parameters: [Value] = [.integer(collection.rawValue)] + names.map(Value.text).filled(to: Self.limit)
        let rows = try withBytes ? Self.whole(tx, parameters) : Self.rows(tx, parameters)
        for row in rows { found[row.member.name] = row }
    }

    /// Whether it knows of a name, if only that there is no such member.
    package func covers(_ name: String, in collection: CollectionID) -> Bool {
        collection == self.collection && names.contains(name)
    }

    func find(_ name: String) -> Found? { found[name] }

    private static func rows(_ tx: borrowing ReadTransaction, _ parameters: [Value]) throws -> [Found] {
        try tx.all(
            """
            SELECT collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id, created, modified, attached_bytes
            FROM member WHERE collection_id = $1 AND name IN (
                $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33,
                $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49,
                $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64, $65)
            """, parameters) { Found(member: try Members.read($0)) }
    }

    private static func whole(_ tx: borrowing ReadTransaction, _ parameters: [Value]) throws -> [Found] {
        try tx.all(
            """
            SELECT m.collection_id, m.name, m.id, m.etag, m.size, m.modseq, m.component, m.uid, m.content_type, m.blob_id, m.created,
                m.modified, m.attached_bytes, b.data, b.file
            FROM member m LEFT JOIN blob b ON b.id = m.blob_id WHERE m.collection_id = $1 AND m.name IN (
                $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33,
                $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49,
                $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64, $65)
            """, parameters) { row in
            Found(member: try Members.read(row), bytes: row.isNull(13) || !row.isNull(14) ? nil : row.bytes(13))
        }
    }
}
