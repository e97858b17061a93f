import Bytes
import Glibc

/// Finds the structure of a message that comes in pieces of any size. It keeps the headers and what lies between two pieces of a
/// line, nothing else, so memory does not grow with the message.
///
/// It goes by lines and looks at two bytes of most: in a header at all of a line, in a body at lines that begin with "--". What must
/// be known of a part when it ends (its lines, the line end before the delimiter) is the difference of two running counts.
package struct MessageScanner: Sendable {
    private let limits: MessageLimits
    private(set) var parts: [MessagePart] = []
    private(set) var fields = HeaderFieldIndex()
    /// The headers, one after the other, where the message comes in pieces.
    private(set) var headerBytes: [UInt8] = []
    private var headerBytesLeft: Int
    /// Where in `headerBytes` the header begins that is being read.
    private var retainedStart = 0
    private let keepsHeaders: Bool

    /// Parts that are open, outermost first.
    private var open: [OpenPart] = []
    private var boundaries = BoundaryStack()
    private var isInHeader = true

    /// Of the next byte.
    private(set) var offset = 0
    private var lineStart = 0
    /// The first bytes of a line that began in an earlier piece.
    private var lineHead: [UInt8] = []
    private var lastByte: UInt8 = 0
    /// Up to `lineStart`.
    private var lines = LineCount()
    /// The line end before `lineStart`.
    private var previousEnd = LineEnd(offset: 0, isBare: false)

    private struct OpenPart {
        var index: Int
        var linesAtStart = LineCount()
    }

    private struct LineEnd {
        var offset: Int
        var isBare: Bool
    }

    package init(limits: MessageLimits = MessageLimits()) {
        self.init(limits: limits, keepsHeaders: true)
    }

    private init(limits: MessageLimits, keepsHeaders: Bool) {
        self.limits = limits
        self.keepsHeaders = keepsHeaders
        headerBytesLeft = limits.headerByteCount
        begin(MessagePart(parent: nil, headerStart: 0))
    }

    /// The structure of a message that is in memory; its fields are read where they stand.
    static func scan(_ bytes: [UInt8], limits: MessageLimits) -> MessageScanner {
        var scanner = MessageScanner(limits: limits, keepsHeaders: false)
        bytes.withUnsafeBufferPointer { source in
            scanner.feed(source)
            scanner.end(source)
        }
        return scanner
    }

    package mutating func feed(_ piece: some Collection<UInt8>) {
        if piece.withContiguousStorageIfAvailable({ feed($0) }) == nil {
            [UInt8](piece).withUnsafeBufferPointer { feed($0) }
        }
    }

    /// What is held of the message.
    package var keptByteCount: Int { headerBytes.count + lineHead.count }

    /// The message, once all of it was fed.
    package consuming func finish() -> Message {
        end(nil)
        return Message(self)
    }

    // MARK: Lines

    package mutating func feed(_ piece: UnsafeBufferPointer<UInt8>) {
        guard let base = piece.baseAddress, !piece.isEmpty else { return }
        let source = keepsHeaders ? nil : piece
        var position = 0
        while position < piece.count {
            guard let found = memchr(base + position, 0x0A, piece.count - position) else { break }
            let lineFeed = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            let before = lineFeed > 0 ? piece[lineFeed - 1] : lastByte
            let isBare = before != 0x0D || offset + lineFeed == lineStart
            let contentEnd = offset + lineFeed - (isBare ? 0 : 1)
            if isInHeader || !lineHead.isEmpty {
                let rest = UnsafeBufferPointer(rebasing: piece[position...lineFeed])
                if keepsHeaders { keepHeader(rest) }
                // A line in one piece is read where it stands.
                if offset + position == lineStart {
                    line(rest, contentEnd: contentEnd, next: offset + lineFeed + 1, source: source)
                } else {
                    keepHead(rest)
                    let head = lineHead
                    lineHead = []
                    head.withUnsafeBufferPointer { line($0, contentEnd: contentEnd, next: offset + lineFeed + 1, source: source) }
                }
            } else if !boundaries.isEmpty, piece[position] == 0x2D {
                line(
                    UnsafeBufferPointer(rebasing: piece[position...lineFeed]), contentEnd: contentEnd,
                    next: offset + lineFeed + 1, source: source)
            }
            lines.all += 1
            if isBare { lines.bare += 1 }
            previousEnd = LineEnd(offset: contentEnd, isBare: isBare)
            lineStart = offset + lineFeed + 1
            position = lineFeed + 1
            if isLineCountDue { countFromHere() }
        }
        if position < piece.count {
            let rest = UnsafeBufferPointer(rebasing: piece[position...])
            if keepsHeaders { keepHeader(rest) }
            keepHead(rest)
        }
        lastByte = piece[piece.count - 1]
        offset += piece.count
    }

    /// The beginning of a line outlives its piece.
    private mutating func keepHead(_ bytes: UnsafeBufferPointer<UInt8>) {
        let room = BoundaryStack.lineHeadCount - lineHead.count
        if room > 0 { lineHead.append(contentsOf: bytes.prefix(room)) }
    }

    /// And so does a header.
    private mutating func keepHeader(_ bytes: UnsafeBufferPointer<UInt8>) {
        let room = isInHeader ? headerBytesLeft - (headerBytes.count - retainedStart) : 0
        if room > 0 { headerBytes.append(contentsOf: bytes.prefix(room)) }
    }

    /// - Parameter bytes: of the line, as many as decide; with its line end if it is short.
    private mutating func line(
        _ bytes: UnsafeBufferPointer<UInt8>, contentEnd: Int, next: Int, source: UnsafeBufferPointer<UInt8>?
    ) {
        let count = min(contentEnd - lineStart, bytes.count, BoundaryStack.lineHeadCount)
        let content = UnsafeBufferPointer(rebasing: bytes[..<count])
        if !boundaries.isEmpty, let match = boundaries.match(content) {
            delimiter(match, next: next, source: source)
        } else if isInHeader, contentEnd == lineStart {
            endHeader(at: next, blankLine: lineStart..<next, source: source)
        }
    }

    // MARK: Parts

    /// Counts of lines start behind the line that made the part, which is counted after it was looked at.
    private var isLineCountDue = false
    private var dueFrom = 0

    private mutating func countFromHere() {
        isLineCountDue = false
        for index in dueFrom..<open.count { open[index].linesAtStart = lines }
    }

    private mutating func begin(_ part: MessagePart) {
        open.append(OpenPart(index: parts.count, linesAtStart: lines))
        parts.append(part)
        isInHeader = true
        retainedStart = headerBytes.count
    }

    private mutating func delimiter(_ match: BoundaryStack.Match, next: Int, source: UnsafeBufferPointer<UInt8>?) {
        let multipart = boundaries.part(match.index)
        // Beyond the limit a delimiter is text of the last part.
        if !match.isClose, parts.count >= limits.partCount { return }
        while isInHeader { endHeader(at: lineStart, blankLine: lineStart..<lineStart, source: source) }
        while let last = open.last, last.index != multipart {
            close(last)
            open.removeLast()
        }
        boundaries.removeLast(boundaries.count - match.index - (match.isClose ? 0 : 1))
        if match.isClose { return }
        var part = MessagePart(parent: multipart, headerStart: next)
        // RFC 2046 §5.1.5
        part.isInDigest = parts[multipart].isInDigest
        begin(part)
        due()
    }

    private mutating func due() {
        if !isLineCountDue { dueFrom = open.count - 1 }
        isLineCountDue = true
    }

    private mutating func endHeader(at end: Int, blankLine: Range<Int>, source: UnsafeBufferPointer<UInt8>?) {
        isInHeader = false
        guard let current = open.last else { return }
        let index = current.index
        let start = parts[index].header.lowerBound
        parts[index].header = start..<end
        parts[index].blankLine = blankLine
        parts[index].body = end..<end
        let kept = min(end - start, headerBytesLeft)
        headerBytesLeft -= kept
        let firstField = fields.count
        let room = limits.fieldCount - firstField
        parts[index].headerSourceStart = source == nil ? retainedStart : start
        if let source {
            fields.add(source, start..<start + kept, limit: room)
        } else {
            headerBytes.removeLast(max(0, headerBytes.count - retainedStart - kept))
            let bytes = headerBytes
            bytes.withUnsafeBufferPointer { fields.add($0, retainedStart..<retainedStart + kept, limit: room) }
        }
        parts[index].fields = firstField..<fields.count
        // The line in hand is not counted yet: it belongs to the header if it is the empty one.
        var counted = lines
        if !blankLine.isEmpty {
            counted.all += 1
            if blankLine.count == 1 { counted.bare += 1 }
        }
        parts[index].headerLines = counted - current.linesAtStart
        open[open.count - 1].linesAtStart = counted
        let entity = entity(of: index, in: source)
        switch entity.composite {
        case .multipart(let boundary, let isDigest) where open.count < limits.depth && parts.count < limits.partCount:
            parts[index].kind = .multipart
            parts[index].isInDigest = isDigest
            boundaries.push(boundary, part: index)
        case .message where open.count < limits.depth && parts.count < limits.partCount:
            parts[index].kind = .message
            begin(MessagePart(parent: index, headerStart: end))
            open[open.count - 1].linesAtStart = counted
        default: break
        }
    }

    private func entity(of index: Int, in source: UnsafeBufferPointer<UInt8>?) -> EntityKind {
        if let source { return EntityKind(fields, parts[index], in: source) }
        return headerBytes.withUnsafeBufferPointer { EntityKind(fields, parts[index], in: $0) }
    }

    /// RFC 2046 §5.1.1: the line end before the delimiter belongs to the delimiter; but a header without a body has its own, and so has
    /// what ends with such a part.
    private mutating func close(_ part: OpenPart) {
        var counted = lines - part.linesAtStart
        guard let last = parts.last, previousEnd.offset >= max(parts[part.index].body.lowerBound, last.header.upperBound) else {
            return finish(part.index, end: lineStart, lines: counted)
        }
        counted.all -= 1
        if previousEnd.isBare { counted.bare -= 1 }
        finish(part.index, end: previousEnd.offset, lines: counted)
    }

    private mutating func finish(_ index: Int, end: Int, lines: LineCount) {
        let start = parts[index].body.lowerBound
        parts[index].body = start..<max(start, end)
        parts[index].bodyLines = lines
        if parts[index].kind == .multipart, parts.count == index + 1 {
            // RFC 3501 §9: a multipart has at least one body. Where no delimiter came, it is all that stands there, so that a client
            // can show it.
            var whole = MessagePart(parent: index, headerStart: start)
            whole.body = parts[index].body
            whole.bodyLines = lines
            whole.descendantsEnd = index + 2
            whole.fields = fields.count..<fields.count
            parts.append(whole)
        }
        parts[index].descendantsEnd = parts.count
    }

    private mutating func end(_ source: UnsafeBufferPointer<UInt8>?) {
        if offset > lineStart {
            // A last line without an end. One that is in memory was kept as any that goes on.
            let head = lineHead
            head.withUnsafeBufferPointer { line($0, contentEnd: offset, next: offset, source: source) }
            if isLineCountDue { countFromHere() }
        }
        while isInHeader { endHeader(at: offset, blankLine: offset..<offset, source: source) }
        while let last = open.popLast() { finish(last.index, end: offset, lines: lines - last.linesAtStart) }
    }
}
