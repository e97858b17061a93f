import Bytes

/// A run of grams with the documents that have each, as a store keeps it under its first gram.
///
/// Of each gram: the distance from the one before (0 for the first), the length of the documents' bytes with the lowest bit for
/// a bitmap, and these bytes (`DocumentSet`).
package struct GramPage: Sendable {
    /// A page is ended by the first gram with which it has as many bytes. With the longest entry it fits into a database's own page.
    package static let size = 3_300

    package var firstGram: Gram
    package var data: [UInt8]

    package init(firstGram: Gram, data: [UInt8]) {
        self.firstGram = firstGram
        self.data = data
    }

    /// Adds the documents of all grams in `range` to `documents`; false where the page is damaged.
    package static func collect(
        _ range: ClosedRange<Gram>, firstGram: Gram, _ data: UnsafeRawBufferPointer, into documents: inout DocumentSet
    ) -> Bool {
        var isSound = true
        let isRead = forEach(firstGram: firstGram, data) { gram, bytes, isBitmap in
            if gram > range.upperBound { return false }
            if gram >= range.lowerBound, !documents.insert(bytes, isBitmap: isBitmap) { isSound = false }
            return isSound
        }
        return isRead && isSound
    }

    /// Each gram in rising order, until `body` returns false. False where the page is damaged.
    @inline(__always)
    static func forEach(
        firstGram: Gram, _ data: UnsafeRawBufferPointer, _ body: (Gram, UnsafeRawBufferPointer, Bool) -> Bool
    ) -> Bool {
        var position = 0
        var gram = firstGram
        while position < data.count {
            guard let distance = data.number(at: &position), let header = data.number(at: &position),
                header >> 1 <= UInt64(data.count - position)
            else { return false }
            let (next, overflow) = gram.addingReportingOverflow(Int64(truncatingIfNeeded: distance))
            if overflow || next < gram { return false }
            gram = next
            let end = position + Int(header >> 1)
            if !body(gram, UnsafeRawBufferPointer(rebasing: data[position..<end]), header & 1 == 1) { return true }
            position = end
        }
        return true
    }

    /// Whether it can be read, begins after a gram, and names documents of so many only.
    package func isSound(after gram: Gram, documents: Int) -> Bool {
        guard firstGram > gram, let entries = entries() else { return false }
        return entries.allSatisfy { $0.documents.allSatisfy { $0 < documents } }
    }

    /// All of it; nil where it is damaged.
    func entries() -> [(gram: Gram, documents: [Int])]? {
        var entries: [(Gram, [Int])] = []
        var isSound = true
        let isRead = data.withUnsafeBytes { raw in
            GramPage.forEach(firstGram: firstGram, raw) { gram, bytes, isBitmap in
                var documents = DocumentSet()
                isSound = documents.insert(bytes, isBitmap: isBitmap)
                entries.append((gram, documents.documents))
                return isSound
            }
        }
        return isRead && isSound ? entries : nil
    }
}

/// Makes pages of grams that come in rising order.
struct GramPageWriter {
    private var pages: [GramPage] = []
    private var current: GramPage?
    private var last: Gram = 0

    /// `documents` rise.
    mutating func append(_ gram: Gram, _ documents: [Int]) {
        if documents.isEmpty { return }
        let (bytes, isBitmap) = DocumentSet.encoded(documents)
        var page = current ?? GramPage(firstGram: gram, data: [])
        page.data.appendNumber(page.data.isEmpty ? 0 : UInt64(gram &- last))
        page.data.appendNumber(UInt64(bytes.count) << 1 | (isBitmap ? 1 : 0))
        page.data += bytes
        last = gram
        if page.data.count >= GramPage.size {
            pages.append(page)
            current = nil
        } else {
            current = page
        }
    }

    mutating func finish() -> [GramPage] {
        if let current { pages.append(current) }
        current = nil
        return pages
    }
}
