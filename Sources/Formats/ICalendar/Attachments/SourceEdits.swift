import Bytes

/// Changes of whole lines of a document; all else stays as it is.
struct SourceEdits {
    private struct Edit {
        var range: Range<Int>
        var bytes: [UInt8]
        /// Of edits at one place, the one that was made first is first.
        var number: Int
    }

    private let source: [UInt8]
    private var edits: [Edit] = []

    init(_ source: [UInt8]) { self.source = source }

    /// Takes a logical line with its line end away, and puts lines in its place.
    mutating func replaceLine(_ range: Range<Int>, by lines: [UInt8]) {
        add(range.lowerBound..<lineEnd(after: range.upperBound), lines)
    }

    /// Puts lines where another one begins.
    mutating func insert(_ lines: [UInt8], before place: Int) { add(place..<place, lines) }

    /// Puts lines after the one whose content ends at `place`.
    mutating func insert(_ lines: [UInt8], after place: Int) {
        let end = lineEnd(after: place)
        // The last line of a document need not have an end.
        add(end..<end, end == place ? [0x0D, 0x0A] + lines : lines)
    }

    func result() -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(source.count + edits.reduce(0) { $0 + $1.bytes.count })
        var copied = 0
        for edit in edits.sorted(by: { ($0.range.lowerBound, $0.number) < ($1.range.lowerBound, $1.number) }) {
            out.append(contentsOf: source[copied..<max(copied, edit.range.lowerBound)])
            out.append(contentsOf: edit.bytes)
            copied = max(copied, edit.range.upperBound)
        }
        out.append(contentsOf: source[copied...])
        return out
    }

    private mutating func add(_ range: Range<Int>, _ bytes: [UInt8]) {
        edits.append(Edit(range: range, bytes: bytes, number: edits.count))
    }

    private func lineEnd(after place: Int) -> Int {
        guard place < source.count else { return source.count }
        switch source[place] {
        case 0x0A: return place + 1
        case 0x0D: return place + 1 < source.count && source[place + 1] == 0x0A ? place + 2 : place + 1
        default: return place
        }
    }
}
