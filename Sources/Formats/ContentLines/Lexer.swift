import Bytes
import Glibc

/// Where one logical line stands.
struct ContentLineExtent: Sendable {
    /// In `text`: the line from its first byte, the name without a group, the value after the colon to the line's end.
    var start: UInt32 = 0
    var nameStart: UInt32 = 0
    var nameEnd: UInt32 = 0
    /// The `;` before the first parameter, or the colon.
    var parametersStart: UInt32 = 0
    var valueStart: UInt32 = 0
    var end: UInt32 = 0
    /// In `source`: without the line end.
    var sourceStart: UInt32 = 0
    var sourceEnd: UInt32 = 0
    var flaw = Flaw.none

    enum Flaw: UInt8 {
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
        extents.reserveCapacity(source.count / 40 + 4)
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

    private mutating func scan(_ source: UnsafeBufferPointer<UInt8>) -> ParseError? {
        let count = source.count
        var position = source.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var lineFeed = -1
        var isOpen = false
        var open = ContentLineExtent()
        while position < count {
            if lineFeed < position { lineFeed = Self.index(of: 0x0A, in: source, position, count) ?? count }
            let end = Self.index(of: 0x0D, in: source, position, lineFeed) ?? lineFeed
            defer { position = end + 1 }
            if end == position { continue }
            let first = source[position]
            if isOpen, Self.endsInSoftBreak(open, next: position, in: source) {
                open.sourceEnd = UInt32(end)
            } else if isOpen, first == 0x20 || first == 0x09 {
                cut(from: Int(open.sourceEnd), to: position + 1, of: source)
                open.sourceEnd = UInt32(end)
            } else {
                if isOpen { close(open) }
                isOpen = false
                if extents.count >= limits.lineCount {
                    return ParseError(at: position, expected: "at most \(limits.lineCount) lines")
                }
                var start = position
                while start < end, source[start] == 0x20 || source[start] == 0x09 { start += 1 }
                if start == end { continue }
                open.sourceStart = UInt32(start)
                open.sourceEnd = UInt32(end)
                open.start = UInt32(textOffset(of: start))
                isOpen = true
            }
        }
        if isOpen { close(open) }
        return nil
    }

    private mutating func close(_ extent: ContentLineExtent) {
        var extent = extent
        extent.end = UInt32(textOffset(of: Int(extent.sourceEnd)))
        extents.append(extent)
    }

    private func textOffset(of sourceOffset: Int) -> Int {
        isFolded ? unfolded.count + sourceOffset - pending : sourceOffset
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

    private static func index(
        of byte: UInt8, in source: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int
    ) -> Int? {
        guard start < end, let base = source.baseAddress,
              let found = memchr(base + start, Int32(byte), end - start)
        else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }
}

extension ContentLineExtent {
    /// Whether the line is a BEGIN or an END, once its name was found.
    func delimiter(in text: UnsafeBufferPointer<UInt8>) -> Delimiter? {
        // Names of other lengths are most of all names.
        let count = nameEnd - nameStart
        let first = start < end ? text[Int(start)] | 0x20 : 0
        guard count == 5 && first == 0x62 || count == 3 && first == 0x65 else { return nil }
        return Delimiter(text[Int(start)..<Int(end)])
    }

    func isNamed(_ name: StaticString, in text: [UInt8]) -> Bool {
        // Most names differ in length already.
        guard Int(nameEnd - nameStart) == name.utf8CodeUnitCount else { return false }
        return text.withUnsafeBufferPointer { text in
            name.withUTF8Buffer { name in
                let start = Int(nameStart)
                // From the end, where names differ most.
                var index = name.count
                while index > 0 {
                    index -= 1
                    if text[start + index].asciiLowercased != name[index].asciiLowercased { return false }
                }
                return true
            }
        }
    }

    /// Finds name, parameters and value in the line.
    mutating func scanName(in text: UnsafeBufferPointer<UInt8>) {
        let end = Int(self.end)
        var position = Int(start)
        nameStart = start
        while position < end {
            let byte = text[position]
            if byte == 0x3A || byte == 0x3B { break }
            // RFC 6350 §3.3: a group stands before the name, with a dot.
            if byte == 0x2E { nameStart = UInt32(position + 1) }
            position += 1
        }
        parametersStart = UInt32(position)
        var nameEnd = position
        while nameEnd > nameStart, text[nameEnd - 1] == 0x20 || text[nameEnd - 1] == 0x09 { nameEnd -= 1 }
        self.nameEnd = UInt32(nameEnd)
        var colon = position
        if position < end, text[position] == 0x3B {
            var isQuoted = false
            while colon < end, isQuoted || text[colon] != 0x3A {
                if text[colon] == 0x22 { isQuoted.toggle() }
                colon += 1
            }
            if colon == end {
                // A quote that is never closed: the first colon it is, then.
                colon = position
                while colon < end, text[colon] != 0x3A { colon += 1 }
            }
        }
        if colon < end {
            valueStart = UInt32(colon + 1)
            // `ContentLine.group` and `parameters` count on a name.
            if nameEnd == Int(nameStart) { flaw = .withoutValue }
        } else {
            valueStart = self.end
            flaw = .withoutValue
        }
    }
}
