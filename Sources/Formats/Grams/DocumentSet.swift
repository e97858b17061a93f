import Bytes

/// Some of the documents of a segment.
package struct DocumentSet: Sendable, Equatable {
    /// A segment has at most so many.
    package static let most = 4096

    private var words: [UInt64]

    package init() { words = Array(repeating: 0, count: Self.most / 64) }

    /// All of a segment of so many.
    package init(all count: Int) {
        self.init()
        for document in 0..<min(max(count, 0), Self.most) { insert(document) }
    }

    package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }
    package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    package func contains(_ document: Int) -> Bool {
        (0..<Self.most).contains(document) && words[document >> 6] & (1 << UInt64(document & 63)) != 0
    }

    /// What is not a document's number is not taken.
    @inline(__always)
    package mutating func insert(_ document: Int) {
        if (0..<Self.most).contains(document) { words[document >> 6] |= 1 << UInt64(document & 63) }
    }

    package mutating func formUnion(_ other: DocumentSet) {
        for index in words.indices { words[index] |= other.words[index] }
    }

    package func intersection(_ other: DocumentSet) -> DocumentSet {
        var out = self
        for index in words.indices { out.words[index] &= other.words[index] }
        return out
    }

    /// In rising order.
    package func forEach(_ body: (Int) -> Void) {
        for index in words.indices {
            var word = words[index]
            while word != 0 {
                body(index << 6 | word.trailingZeroBitCount)
                word &= word - 1
            }
        }
    }

    package var documents: [Int] {
        var documents: [Int] = []
        forEach { documents.append($0) }
        return documents
    }

    // MARK: As it is stored

    /// The distances of rising numbers less one, or a bit each where that is shorter: a first number of 0 or 1 tells which.
    package var encoded: [UInt8] {
        let (bytes, isBitmap) = Self.encoded(documents)
        return [isBitmap ? 1 : 0] + bytes
    }

    /// Damaged bytes are all documents.
    package init(encoded bytes: [UInt8]) {
        self.init()
        let isRead = bytes.withUnsafeBytes { raw in
            guard let kind = raw.first else { return true }
            return insert(UnsafeRawBufferPointer(rebasing: raw.dropFirst()), isBitmap: kind == 1)
        }
        if !isRead { self = DocumentSet(all: Self.most) }
    }

    /// `documents` rise.
    static func encoded(_ documents: [Int]) -> (bytes: [UInt8], isBitmap: Bool) {
        guard let last = documents.last, last < most else { return ([], false) }
        let bitmapCount = last >> 3 + 1
        var out: [UInt8] = []
        var previous = -1
        for document in documents where document > previous {
            out.appendNumber(UInt64(document - previous - 1))
            previous = document
            if out.count > bitmapCount { break }
        }
        if out.count <= bitmapCount { return (out, false) }
        var bitmap = [UInt8](repeating: 0, count: bitmapCount)
        for document in documents where document >= 0 { bitmap[document >> 3] |= 1 << UInt8(document & 7) }
        return (bitmap, true)
    }

    /// False where the bytes are no set.
    mutating func insert(_ bytes: UnsafeRawBufferPointer, isBitmap: Bool) -> Bool {
        if isBitmap {
            if bytes.count > Self.most / 8 { return false }
            for (index, byte) in bytes.enumerated() where byte != 0 { words[index >> 3] |= UInt64(byte) << UInt64((index & 7) << 3) }
            return true
        }
        var position = 0
        var next = 0
        while position < bytes.count {
            guard let distance = bytes.number(at: &position), distance < UInt64(Self.most) else { return false }
            next += Int(distance)
            if next >= Self.most { return false }
            insert(next)
            next += 1
        }
        return true
    }
}

extension UnsafeRawBufferPointer {
    /// A number of seven bits a byte, as `appendNumber` writes them; nil where there is none.
    @inline(__always)
    func number(at position: inout Int) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < count, shift < 64 {
            let byte = self[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }
}
