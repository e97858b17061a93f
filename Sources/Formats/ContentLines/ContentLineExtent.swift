public import Bytes

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
        /// The name is not looked for yet, since the first physical line does not have all of it and of the parameters.
        case unread
        /// There is no colon: kept in place, but no property.
        case withoutValue
        /// An END that closes nothing: left out when the component is written again.
        case strayEnd
    }
}

extension ContentLineExtent {
    /// Whether the line is a BEGIN or an END, once its name was found: what `Delimiter` says of the whole line.
    @inline(__always)
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
        // Most names differ in length already.
        nameCount == name.utf8CodeUnitCount
            && text.span.extracting(Int(nameStart)..<Int(nameEnd)).equalsIgnoringASCIICase(name)
    }
}

extension ContentLineExtent {
    /// A line that has one physical line so far. Where this has the whole head, as it mostly does, it is not looked for again.
    @inline(__always)
    init(beginningAt start: Int, to end: Int, in source: UnsafeBufferPointer<UInt8>, foldedCount: Int) {
        sourceStart = UInt32(truncatingIfNeeded: start)
        sourceEnd = UInt32(truncatingIfNeeded: end)
        self.start = UInt32(truncatingIfNeeded: start &- foldedCount)
        self.end = UInt32(truncatingIfNeeded: end &- foldedCount)
        let head = Head(in: source, from: start, to: end)
        if head.colon < end { take(head, foldedCount: foldedCount) } else { flaw = .unread }
    }

    /// Finds name, parameters and value in the line, which is whole.
    mutating func readHead(in text: UnsafeBufferPointer<UInt8>) {
        let end = Int(self.end)
        var head = Head(in: text, from: Int(start), to: end)
        // A quote that is never closed hides no colon.
        if head.colon == end { head.colon = text.first(from: head.parametersStart, to: end) { $0.places(of: 0x3A) } }
        flaw = .none
        take(head, foldedCount: 0)
        if head.colon == end {
            valueStart = self.end
            flaw = .withoutValue
        }
    }

    @inline(__always)
    private mutating func take(_ head: Head, foldedCount: Int) {
        nameStart = UInt32(truncatingIfNeeded: head.nameStart &- foldedCount)
        nameEnd = UInt32(truncatingIfNeeded: head.nameEnd &- foldedCount)
        parametersStart = UInt32(truncatingIfNeeded: head.parametersStart &- foldedCount)
        valueStart = UInt32(truncatingIfNeeded: head.colon &+ 1 &- foldedCount)
        // `ContentLine.group` and `parameters` count on a name.
        if head.nameEnd == head.nameStart { flaw = .withoutValue }
    }

    /// What stands before the value.
    private struct Head {
        var nameStart: Int
        var nameEnd: Int
        /// The `;` before the first parameter, or the colon.
        var parametersStart: Int
        /// The first colon that no quotes stand around; the end of what was read where there is none.
        var colon: Int

        @inline(__always)
        init(in text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) {
            nameStart = start
            parametersStart = text.endOfWord(from: start, to: end)
            // RFC 6350 §3.3: a group stands before the name, with a dot.
            while parametersStart < end, text[parametersStart] == 0x2E {
                nameStart = parametersStart &+ 1
                parametersStart = text.endOfWord(from: nameStart, to: end)
            }
            nameEnd = parametersStart
            while nameEnd > nameStart, text[nameEnd &- 1] == 0x20 || text[nameEnd &- 1] == 0x09 { nameEnd &-= 1 }
            colon = parametersStart
            if colon < end, text[colon] == 0x3B { colon = text.colonOutsideQuotes(from: colon, to: end) }
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The place of the first `.`, `:` or `;`, or `end`.
    @inline(__always)
    fileprivate func endOfWord(from start: Int, to end: Int) -> Int {
        first(from: start, to: end) { $0.places(of: 0x3A) | $0.places(of: 0x3B) | $0.places(of: 0x2E) }
    }

    /// The place of the first colon that no quotes stand around, or `end`.
    fileprivate func colonOutsideQuotes(from start: Int, to end: Int) -> Int {
        var isQuoted = false
        var position = start
        while true {
            position = first(from: position, to: end) { $0.places(of: 0x3A) | $0.places(of: 0x22) }
            if position == end || !isQuoted && self[position] == 0x3A { return position }
            if self[position] == 0x22 { isQuoted.toggle() }
            position &+= 1
        }
    }
}
