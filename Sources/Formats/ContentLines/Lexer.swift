import Bytes

/// Where one logical line stands.
@usableFromInline
struct ContentLineExtent: Sendable {
    /// In `text`: the line from its first byte, the name without a group, the value after the colon to the line's end.
    @usableFromInline var start: UInt32 = 0
    @usableFromInline var nameStart: UInt32 = 0
    @usableFromInline var nameEnd: UInt32 = 0
    /// The `;` before the first parameter, or the colon.
    @usableFromInline var parametersStart: UInt32 = 0
    @usableFromInline var valueStart: UInt32 = 0
    @usableFromInline var end: UInt32 = 0
    /// In `source`: without the line end.
    @usableFromInline var sourceStart: UInt32 = 0
    @usableFromInline var sourceEnd: UInt32 = 0
    @usableFromInline var flaw = Flaw.none

    @usableFromInline
    enum Flaw: UInt8, Sendable {
        case none
        /// There is no colon: kept in place, but no property.
        case withoutValue
        /// An END that closes nothing: left out when the component is written again.
        case strayEnd
    }
}

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
    private var isFolded = false

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
        guard isFolded else { return source }
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
        var position = source.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var isOpen = false
        var open = ContentLineExtent()
        while position < count {
            var start = position
            let end = source.endOfLine(from: start)
            position = end &+ 1 < count && source[end] == 0x0D && source[end &+ 1] == 0x0A ? end &+ 2 : end &+ 1
            if end == start { continue }
            let first = source[start]
            if isOpen {
                if source[Int(open.sourceEnd) &- 1] == 0x3D, Self.endsInSoftBreak(open, next: start, in: source) {
                    open.sourceEnd = UInt32(truncatingIfNeeded: end)
                    continue
                }
                if first == 0x20 || first == 0x09 {
                    cut(from: Int(open.sourceEnd), to: start &+ 1, of: source)
                    open.sourceEnd = UInt32(truncatingIfNeeded: end)
                    continue
                }
                close(open)
                isOpen = false
            }
            if extents.count >= limits.lineCount {
                return ParseError(at: start, expected: "at most \(limits.lineCount) lines")
            }
            while start < end, source[start] == 0x20 || source[start] == 0x09 { start &+= 1 }
            if start == end { continue }
            open.sourceStart = UInt32(truncatingIfNeeded: start)
            open.sourceEnd = UInt32(truncatingIfNeeded: end)
            open.start = textOffset(of: start)
            isOpen = true
        }
        if isOpen { close(open) }
        return nil
    }

    @inline(__always)
    private mutating func close(_ open: ContentLineExtent) {
        var extent = open
        extent.end = textOffset(of: Int(open.sourceEnd))
        extents.append(extent)
    }

    @inline(__always)
    private func textOffset(of sourceOffset: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: isFolded ? unfolded.count &+ sourceOffset &- pending : sourceOffset)
    }

    private mutating func cut(from start: Int, to end: Int, of source: UnsafeBufferPointer<UInt8>) {
        if !isFolded {
            unfolded.reserveCapacity(source.count)
            isFolded = true
        }
        unfolded.append(contentsOf: UnsafeBufferPointer(rebasing: source[pending..<start]))
        pending = end
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

extension ContentLineExtent {
    /// Whether the line is a BEGIN or an END, once its name was found: what `Delimiter` says of the whole line.
    func delimiter(in text: [UInt8]) -> Delimiter? {
        guard nameCount == 5 || nameCount == 3, nameStart == start, !hasParameters, flaw == .none,
            parametersStart - start < Delimiter.headCount
        else { return nil }
        if isNamed("BEGIN", in: text) { return .begin }
        return isNamed("END", in: text) ? .end : nil
    }

    @inlinable @inline(__always)
    var nameCount: Int { Int(nameEnd &- nameStart) }

    /// Whether there is something between the name and the colon.
    @inlinable @inline(__always)
    var hasParameters: Bool { parametersStart &+ 1 != valueStart }

    /// - Parameter name: of US-ASCII.
    @inlinable @inline(__always)
    func isNamed(_ name: StaticString, in text: [UInt8]) -> Bool {
        // Most names differ in length already, and most others in the last letter.
        let count = name.utf8CodeUnitCount
        guard nameCount == count, count > 0,
            (text[Int(nameEnd) - 1] ^ name.utf8Start[count - 1]) & ~0x20 == 0
        else { return false }
        return isNamed(sameLength: name, in: text)
    }

    @usableFromInline
    func isNamed(sameLength name: StaticString, in text: [UInt8]) -> Bool {
        let own = text.span.extracting(Int(nameStart)..<Int(nameEnd))
        return own.equalsIgnoringASCIICase(name)
    }

    /// Finds name, parameters and value in the line.
    mutating func scanName(in text: UnsafeBufferPointer<UInt8>) {
        let end = Int(self.end)
        var nameStart = Int(start)
        var position = text.endOfWord(from: nameStart, to: end)
        // RFC 6350 §3.3: a group stands before the name, with a dot.
        while position < end, text[position] == 0x2E {
            nameStart = position &+ 1
            position = text.endOfWord(from: nameStart, to: end)
        }
        self.nameStart = UInt32(truncatingIfNeeded: nameStart)
        parametersStart = UInt32(truncatingIfNeeded: position)
        var nameEnd = position
        while nameEnd > nameStart, text[nameEnd &- 1] == 0x20 || text[nameEnd &- 1] == 0x09 { nameEnd &-= 1 }
        self.nameEnd = UInt32(truncatingIfNeeded: nameEnd)
        let colon = position < end && text[position] == 0x3B ? Self.colon(after: position, to: end, in: text) : position
        if colon < end {
            valueStart = UInt32(truncatingIfNeeded: colon &+ 1)
            // `ContentLine.group` and `parameters` count on a name.
            if nameEnd == nameStart { flaw = .withoutValue }
        } else {
            valueStart = self.end
            flaw = .withoutValue
        }
    }

    /// The first colon that no quotes stand around; `end` where there is none at all.
    private static func colon(after start: Int, to end: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
        let line = UnsafeBufferPointer(rebasing: text[..<end])
        guard let first = line.firstOffset(of: 0x3A, from: start) else { return end }
        guard UnsafeBufferPointer(rebasing: line[..<first]).firstOffset(of: 0x22, from: start) != nil else { return first }
        var colon = start
        var isQuoted = false
        while colon < end, isQuoted || line[colon] != 0x3A {
            if line[colon] == 0x22 { isQuoted.toggle() }
            colon += 1
        }
        // A quote that is never closed: the first colon it is, then.
        return colon == end ? first : colon
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The place of the first CR or LF, or of the end.
    @inline(__always)
    fileprivate func endOfLine(from start: Int) -> Int {
        var position = start
        // Eight at a time: of text, hardly anything but a line end is below 0x0E.
        while count &- position >= 8 {
            let found = word(at: position).bytes(below: 0x0E)
            guard found != 0 else {
                position &+= 8
                continue
            }
            position &+= found.trailingZeroBitCount >> 3
            if self[position] == 0x0A || self[position] == 0x0D { return position }
            position &+= 1
        }
        while position < count, self[position] != 0x0A, self[position] != 0x0D { position &+= 1 }
        return position
    }

    /// There must be eight bytes.
    @inline(__always)
    private func word(at position: Int) -> UInt64 {
        baseAddress.map { UInt64(eightBytesAt: position, of: $0) } ?? 0
    }

    /// The place of the first `.`, `:` or `;`, or `end`.
    @inline(__always)
    fileprivate func endOfWord(from start: Int, to end: Int) -> Int {
        var position = start
        // Eight at a time; `:` and `;` differ in the lowest bit.
        while end &- position >= 8 {
            let word = word(at: position)
            let found = word.bytes(equalTo: 0x2E) | (word | UInt64(eightTimes: 1)).bytes(equalTo: 0x3B)
            if found != 0 { return position &+ found.trailingZeroBitCount >> 3 }
            position &+= 8
        }
        while position < end {
            if self[position] == 0x2E || self[position] | 1 == 0x3B { return position }
            position &+= 1
        }
        return end
    }
}
