import Bytes

/// Cuts a document into logical lines, without looking into them.
///
/// RFC 5545 §3.1: a line end and one white space character after it are no part of the content, wherever they stand, be
/// it within the octets of one character. LF and CR alone are line ends too, and empty lines are passed over.
struct Lexer {
    private let limits: ContentLineLimits
    private(set) var extents: [ContentLineExtent] = []
    /// The text so far, once a fold was met: the source up to `pending` without folds.
    private var unfolded: [UInt8] = []
    private var pending = 0
    /// So many bytes the folds took.
    private var foldedCount = 0

    init(limits: ContentLineLimits) {
        self.limits = limits
    }

    /// The text; `extents` have their `start`, `end` and source range.
    mutating func run(_ source: [UInt8]) throws(ParseError) -> [UInt8] {
        guard source.count <= min(limits.byteCount, Int(Int32.max)) else {
            throw ParseError(at: limits.byteCount, expected: "at most \(limits.byteCount) bytes")
        }
        // Room for what most documents are, which are small.
        extents.reserveCapacity(min(source.count / 24 + 8, source.count / 40 + 100))
        let failure = source.withUnsafeBufferPointer { scan($0) }
        if let failure { throw failure }
        guard foldedCount > 0 else { return source }
        unfolded.append(contentsOf: source[pending...])
        return unfolded
    }

    /// The extents, which are then the caller's alone, so that changing them copies nothing.
    mutating func takeExtents() -> [ContentLineExtent] {
        defer { extents = [] }
        return extents
    }

    // Places are below Int32.max, which `run` has seen to: arithmetic on them does not overflow, and is not looked at for it.

    private mutating func scan(_ source: UnsafeBufferPointer<UInt8>) -> ParseError? {
        let count = source.count
        var position = source.hasByteOrderMark ? 3 : 0
        var lastEnd = 0
        while position < count {
            var start = position
            let end = source.endOfLine(from: start)
            position = end &+ 1 < count && source[end] == 0x0D && source[end &+ 1] == 0x0A ? end &+ 2 : end &+ 1
            if end == start { continue }
            if let last = extents.last {
                if source[lastEnd &- 1] == 0x3D, Self.endsInSoftBreak(last, next: start, in: source) {
                    extendLast(to: end)
                    lastEnd = end
                    continue
                }
                if source[start] == 0x20 || source[start] == 0x09 {
                    cut(from: lastEnd, to: start &+ 1, of: source)
                    extendLast(to: end)
                    lastEnd = end
                    continue
                }
            } else {
                while start < end, source[start] == 0x20 || source[start] == 0x09 { start &+= 1 }
                if start == end { continue }
            }
            if extents.count >= limits.lineCount {
                return ParseError(at: start, expected: "at most \(limits.lineCount) lines")
            }
            lastEnd = end
            extents.append(ContentLineExtent(beginningAt: start, to: end, in: source, foldedCount: foldedCount))
        }
        return nil
    }

    private mutating func extendLast(to end: Int) {
        let last = extents.count &- 1
        extents[last].sourceEnd = UInt32(truncatingIfNeeded: end)
        extents[last].end = UInt32(truncatingIfNeeded: end &- foldedCount)
    }

    private mutating func cut(from start: Int, to end: Int, of source: UnsafeBufferPointer<UInt8>) {
        if foldedCount == 0 { unfolded.reserveCapacity(source.count) }
        unfolded.append(contentsOf: UnsafeBufferPointer(rebasing: source[pending..<start]))
        pending = end
        foldedCount &+= end &- start
    }

    /// vCard 2.1 and vCalendar 1.0: a quoted-printable value goes on after `=` at a line's end. BEGIN and END are never
    /// taken for more of it, since writers that end a whole value in `=` are met too.
    private static func endsInSoftBreak(
        _ open: ContentLineExtent, next: Int, in source: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let start = Int(open.sourceStart)
        let end = Int(open.sourceEnd)
        guard end > start, source[end - 1] == 0x3D else { return false }
        if Delimiter(source[next...]) != nil || Delimiter(source[start..<end]) != nil { return false }
        let head = source[start..<min(end, start + 512)].prefix { $0 != 0x3A }
        guard head.count < end - start else { return false }
        return head.indices.contains {
            (head[$0] | 0x20) == 0x71 && head[$0...].prefix(16).equalsIgnoringASCIICase("QUOTED-PRINTABLE")
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate var hasByteOrderMark: Bool { count >= 3 && self[0] == 0xEF && self[1] == 0xBB && self[2] == 0xBF }

    /// The place of the first CR or LF, or of the end.
    @inline(__always)
    fileprivate func endOfLine(from start: Int) -> Int {
        first(from: start, to: count) { $0.places(of: 0x0A) | $0.places(of: 0x0D) }
    }
}
