// Grams: which documents may have a text in them, by the rows of three characters that they have. It owns what a gram is, how
// the grams of many documents become pages that a store keeps, and what a page answers. It knows no store, and not what a document is.
//
// Invariants:
// - A document that has the text is always among those that are named; one that is named may not have it. Who asks looks at
//   the documents themselves.
// - What cannot be told (text that is not UTF-8, too many grams, damaged pages) names a document.
// - Documents of a segment are numbered from 0 on, below `DocumentSet.most`.
//
// Texts are compared as bytes: who wants no regard to case gives folded ones, of documents and of what is looked for. Grams
// are of characters, not of bytes: two bytes of three would be the same in all Cyrillic letters.
//
// Start reading at GramSet.swift and GramQuery.swift, then GramPage.swift.

/// Three characters in a row: 21 bits each, the first one the highest. After a text's end there are zeros, so that each
/// character begins one, and a text of two is the range of all that begin with it.
package typealias Gram = Int64

package enum GramCoding {
    static let mostCharacter: Int64 = 0x1F_FFFF

    @inline(__always)
    static func gram(_ a: Int64, _ b: Int64, _ c: Int64) -> Gram { (a << 42) | (b << 21) | c }

    /// Calls `body` with each character of `text`; false where the bytes are not those of UTF-8. How long a character is
    /// follows from its first byte alone, so the same bytes give the same characters wherever they stand.
    @inline(__always)
    static func forEachCharacter(_ text: UnsafeBufferPointer<UInt8>, _ body: (Int64) -> Void) -> Bool {
        var index = 0
        let count = text.count
        while index < count {
            let first = text[index]
            index += 1
            if first < 0x80 {
                body(Int64(first))
                continue
            }
            let more: Int
            var value: Int64
            switch first {
            case 0xC0...0xDF: (more, value) = (1, Int64(first & 0x1F))
            case 0xE0...0xEF: (more, value) = (2, Int64(first & 0x0F))
            case 0xF0...0xF7: (more, value) = (3, Int64(first & 0x07))
            default: return false
            }
            if count - index < more { return false }
            for _ in 0..<more {
                let byte = text[index]
                if byte & 0xC0 != 0x80 { return false }
                value = (value << 6) | Int64(byte & 0x3F)
                index += 1
            }
            body(value)
        }
        return true
    }
}
