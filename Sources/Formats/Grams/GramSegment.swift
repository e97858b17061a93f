/// The grams of some documents as pages.
package struct BuiltGrams: Sendable {
    package var pages: [GramPage]
    /// Documents that may have any text.
    package var open: DocumentSet
    package var documentCount: Int
    package var byteCount: Int { pages.reduce(0) { $0 + $1.data.count } }
}

/// Makes the pages of documents that are given one after the other.
package struct GramSegmentBuilder: Sendable {
    private struct Pair {
        var gram: Gram
        var document: UInt16
    }

    private var pairs: [Pair] = []
    private var open = DocumentSet()
    package private(set) var documentCount = 0

    package init() {}

    /// Whether no other document should be added: memory is bounded by it.
    package var isFull: Bool { documentCount >= DocumentSet.most || pairs.count >= 1 << 20 }

    package mutating func append(_ grams: borrowing GramSet) {
        guard documentCount < DocumentSet.most else { return }
        if grams.isOpen {
            open.insert(documentCount)
        } else {
            let document = UInt16(truncatingIfNeeded: documentCount)
            grams.forEach { pairs.append(Pair(gram: $0, document: document)) }
        }
        documentCount += 1
    }

    package consuming func build() -> BuiltGrams {
        pairs.sort { ($0.gram, $0.document) < ($1.gram, $1.document) }
        var writer = GramPageWriter()
        var documents: [Int] = []
        var gram: Gram = -1
        for pair in pairs {
            if pair.gram != gram {
                writer.append(gram, documents)
                documents.removeAll(keepingCapacity: true)
                gram = pair.gram
            }
            documents.append(Int(pair.document))
        }
        writer.append(gram, documents)
        return BuiltGrams(pages: writer.finish(), open: open, documentCount: documentCount)
    }
}

/// Makes one segment of several, without their documents.
package struct GramMerge {
    /// A segment that is merged, with its pages in order.
    package struct Source {
        /// The new number of each document; nil: it is left out. Rising.
        package var numbers: [Int?]
        package var open: DocumentSet
        package var pages: [GramPage]

        package init(numbers: [Int?], open: DocumentSet, pages: [GramPage]) {
            self.numbers = numbers
            self.open = open
            self.pages = pages
        }
    }

    private struct Cursor {
        var source: Source
        var page = 0
        var entries: [(gram: Gram, documents: [Int])] = []
        var position = 0

        var gram: Gram? { position < entries.count ? entries[position].gram : nil }

        /// False where a page is damaged.
        mutating func fill() -> Bool {
            while position >= entries.count, page < source.pages.count {
                guard let entries = source.pages[page].entries() else { return false }
                self.entries = entries
                position = 0
                page += 1
            }
            return true
        }

        func number(_ document: Int) -> Int? { document < source.numbers.count ? source.numbers[document] : nil }
    }

    /// Numbers of a later source are higher than those of the ones before. Nil where a page is damaged.
    package static func merge(_ sources: [Source]) -> BuiltGrams? {
        var cursors = sources.map { Cursor(source: $0) }
        var open = DocumentSet()
        var count = 0
        for cursor in cursors {
            cursor.source.open.forEach { if let number = cursor.number($0) { open.insert(number) } }
            count += cursor.source.numbers.count { $0 != nil }
        }
        guard count <= DocumentSet.most else { return nil }
        var writer = GramPageWriter()
        var documents: [Int] = []
        while true {
            var lowest: Gram?
            for index in cursors.indices {
                guard cursors[index].fill() else { return nil }
                if let gram = cursors[index].gram { lowest = min(lowest ?? gram, gram) }
            }
            guard let lowest else { break }
            documents.removeAll(keepingCapacity: true)
            for index in cursors.indices where cursors[index].gram == lowest {
                for document in cursors[index].entries[cursors[index].position].documents {
                    if let number = cursors[index].number(document) { documents.append(number) }
                }
                cursors[index].position += 1
            }
            writer.append(lowest, documents)
        }
        return BuiltGrams(pages: writer.finish(), open: open, documentCount: count)
    }
}
