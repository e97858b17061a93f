import Bytes
import Database
import Grams

/// The names of a segment's documents, beside its grams: pages below 0, each under the number of its first document.
enum MemberNames {
    private static func key(_ document: Int) -> Int64 { Int64.min + Int64(document) }

    static func pages(_ names: [String]) -> [GramPage] {
        var pages: [GramPage] = []
        var data: [UInt8] = []
        var first = 0
        for (document, name) in names.enumerated() {
            if data.isEmpty { first = document }
            data.appendCounted(name.utf8)
            if data.count >= GramPage.size {
                pages.append(GramPage(firstGram: key(first), data: data))
                data = []
            }
        }
        if !data.isEmpty { pages.append(GramPage(firstGram: key(first), data: data)) }
        return pages
    }

    /// How many names these pages have, one after the other.
    static func count(_ pages: [GramPage]) -> Int {
        var count = 0
        for page in pages where page.firstGram < 0 {
            guard page.firstGram == key(count) else { return count }
            var reader = NumberReader(page.data)
            while reader.nextBytes() != nil { count += 1 }
        }
        return count
    }

    /// Nil where they are damaged: a member that is not named would not be found.
    static func read(_ tx: borrowing ReadTransaction, _ documents: DocumentSet, of segment: GramSegment) throws -> [String]? {
        var names: [String] = []
        let wanted = documents.documents.filter { $0 < segment.documentCount }
        var index = 0
        while index < wanted.count {
            let before = index
            try tx.forEach(
                """
                SELECT first_gram, data FROM gram_page WHERE segment_id = $1 AND first_gram < 0 AND first_gram >= (
                    SELECT MAX(first_gram) FROM gram_page WHERE segment_id = $1 AND first_gram <= $2)
                ORDER BY first_gram LIMIT 1
                """, [.integer(segment.id), .integer(key(wanted[index]))]
            ) { row in
                var document = Int(clamping: row.integer(0) &- Int64.min)
                var reader = NumberReader(row.bytes(1))
                while index < wanted.count, let name = reader.nextBytes() {
                    if document == wanted[index] {
                        names.append(String(decoding: name, as: UTF8.self))
                        index += 1
                    }
                    document &+= 1
                }
                return false
            }
            if index == before { return nil }
        }
        return names
    }
}
