import Database
import Grams

/// Makes segments of members' texts, which are published together.
struct MemberGramsMaker {
    private static let pageCount = 500

    let database: any Database
    let collection: CollectionID
    let now: Milliseconds
    private var segment: Int64
    private var finished: [GramSegment] = []
    private var builder = GramSegmentBuilder()
    private var names: [String] = []
    private var grams = GramSet()
    private var through: Int64 = 0

    /// - Parameter segment: one that was begun.
    init(database: any Database, collection: CollectionID, segment: Int64, now: Milliseconds) {
        self.database = database
        self.collection = collection
        self.segment = segment
        self.now = now
    }

    /// The texts of all members; false where the segments are taken away meanwhile. What changes meanwhile is in the log after the modseq at which this began.
    mutating func takeAll() throws -> Bool {
        through = try database.read { tx in try Collections.findWithTrash(tx, collection)?.modseq.rawValue ?? 0 }
        var last = ""
        while true {
            let page = try database.read { tx in
                try tx.all(
                    "SELECT name, text FROM search_text WHERE collection_id = $1 AND name > $2 ORDER BY name LIMIT $3",
                    [.integer(collection.rawValue), .text(last), .integer(Int64(Self.pageCount))]
                ) { (name: $0.text(0), text: $0.isNull(1) ? nil : $0.bytes(1)) }
            }
            guard let end = page.last else { return true }
            last = end.name
            for row in page { if try !take(row.name, row.text) { return false } }
        }
    }

    /// Those of members that changed after a modseq; false where the log has forgotten some of the changes by now.
    mutating func takeChanges(since: Int64) throws -> Bool {
        let names = try database.read { tx -> [String]? in
            guard let position = try Collections.findWithTrash(tx, collection), since >= position.logFloor.rawValue else { return nil }
            through = position.modseq.rawValue
            return try tx.all(
                "SELECT DISTINCT name FROM change WHERE collection_id = $1 AND modseq > $2", [.integer(collection.rawValue), .integer(since)]
            ) { $0.text(0) }
        }
        guard let names else { return false }
        var start = 0
        while start < names.count {
            let end = min(start + Self.pageCount, names.count)
            let rows = try database.read { tx in
                var rows: [(name: String, text: [UInt8]?)] = []
                for name in names[start..<end] {
                    let row = try tx.first(
                        "SELECT text FROM search_text WHERE collection_id = $1 AND name = $2",
                        [.integer(collection.rawValue), .text(name)]) { $0.isNull(0) ? nil : $0.bytes(0) }
                    if let text = row { rows.append((name, text)) }
                }
                return rows
            }
            for row in rows { if try !take(row.name, row.text) { return false } }
            start = end
        }
        return true
    }

    private mutating func take(_ name: String, _ text: [UInt8]?) throws -> Bool {
        if builder.isFull {
            guard try close() else { return false }
            segment = try GramSegments.another(database, for: collection.rawValue, now: now)
        }
        grams.removeAll()
        if let text { grams.insert(text) } else { grams.setOpen() }
        builder.append(grams)
        names.append(name)
        return true
    }

    /// The segments that are to be published; nil where one was taken away.
    mutating func finish() throws -> [GramSegment]? { try close() ? finished : nil }

    private mutating func close() throws -> Bool {
        let built = builder.build()
        builder = GramSegmentBuilder()
        guard try GramSegments.write(database, built.pages + MemberNames.pages(names), of: segment) else { return false }
        names = []
        finished.append(
            GramSegment(
                id: segment, first: segment, last: through, version: MemberGrams.version, documentCount: built.documentCount,
                byteCount: built.byteCount, documents: [], open: built.open))
        return true
    }
}
