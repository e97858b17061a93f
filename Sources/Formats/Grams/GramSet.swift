/// The grams of one document. To be used for one after the other: its memory stays.
package struct GramSet: Sendable {
    /// A document that has more is one that may have any text.
    package static let most = 1 << 16

    /// Places by the gram's hash, the next one where it is taken; -1: free. Never more than half of them are taken.
    private var table: [Gram]
    package private(set) var count = 0
    /// Whether the document may have texts that its grams do not tell of.
    package private(set) var isOpen = false

    package init() { table = Array(repeating: -1, count: 1 << 12) }

    package mutating func removeAll() {
        if table.count > 1 << 14 {
            table = Array(repeating: -1, count: 1 << 12)
        } else if count > 0 {
            for index in table.indices { table[index] = -1 }
        }
        count = 0
        isOpen = false
    }

    /// What is not known of the document.
    package mutating func setOpen() { isOpen = true }

    /// Adds the grams of a text. Those across the ends of two texts are not the document's.
    package mutating func insert(_ text: [UInt8]) {
        if isOpen || text.isEmpty { return }
        var (a, b): (Int64, Int64) = (-1, -1)
        let isText = text.withUnsafeBufferPointer { bytes in
            GramCoding.forEachCharacter(bytes) { character in
                if a >= 0 { insert(GramCoding.gram(a, b, character)) }
                (a, b) = (b, character)
            }
        }
        if a >= 0 { insert(GramCoding.gram(a, b, 0)) }
        if b >= 0 { insert(GramCoding.gram(b, 0, 0)) }
        if !isText || count > Self.most { isOpen = true }
    }

    private mutating func insert(_ gram: Gram) {
        if count > Self.most { return }
        if count * 2 >= table.count { grow() }
        let mask = table.count - 1
        var place = Self.hash(gram) & mask
        while table[place] != -1 {
            if table[place] == gram { return }
            place = (place + 1) & mask
        }
        table[place] = gram
        count += 1
    }

    private static func hash(_ gram: Gram) -> Int {
        Int(truncatingIfNeeded: (UInt64(bitPattern: gram) &* 0x9E37_79B9_7F4A_7C15) >> 40)
    }

    private mutating func grow() {
        let old = table
        table = Array(repeating: -1, count: old.count * 2)
        count = 0
        for gram in old where gram != -1 { insert(gram) }
    }

    package func forEach(_ body: (Gram) -> Void) {
        for gram in table where gram != -1 { body(gram) }
    }
}
