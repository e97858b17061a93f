package import Bytes

/// RFC 9051 §6.4.5.
package struct Fetch: Hashable, Sendable {
    package var isUID: Bool
    package var set: SequenceSet
    package var items: [FetchItem]
    /// RFC 7162 §3.1.4.1.
    package var changedSince: UInt64?
    /// RFC 7162 §3.2.6: VANISHED beside CHANGEDSINCE.
    package var vanished = false
    /// RFC 9394 §3.3.
    package var partial: PartialRange?

    package init(isUID: Bool, set: SequenceSet, items: [FetchItem]) {
        self.isUID = isUID
        self.set = set
        self.items = items
    }
}

/// What of a message is asked for.
package enum FetchItem: Hashable, Sendable {
    case flags, internalDate, envelope, uid, size
    case body, bodyStructure
    /// `BODY[...]` and `BODY.PEEK[...]`.
    case section(BodySection)
    /// RFC 3501 §6.4.5: RFC822, RFC822.HEADER, RFC822.TEXT.
    case rfc822, rfc822Header, rfc822Text
    /// RFC 9051 §6.4.5 (RFC 3516): the part with its transfer encoding undone.
    case binary(BinarySection)
    case binarySize(BinarySection)
    /// RFC 7162 §3.1.5.
    case modSeq
    /// RFC 8474 §5.
    case emailID, threadID
    /// RFC 8514 §4.2.
    case saveDate
    /// RFC 8970 §3. Lazy: only where it costs nothing.
    case preview(isLazy: Bool)
}

/// RFC 9051 §6.4.5: what stands in the brackets of BODY.
package struct BodySection: Hashable, Sendable {
    package enum Text: Hashable, Sendable {
        case all, header, text, mime
        /// As they were sent: they are repeated in the answer.
        case headerFields([[UInt8]]), headerFieldsNot([[UInt8]])
    }

    package var part: [UInt32] = []
    package var text = Text.all
    package var isPeek = false
    package var partial: Partial?

    package init(part: [UInt32] = [], text: Text = .all, isPeek: Bool = false, partial: Partial? = nil) {
        self.part = part
        self.text = text
        self.isPeek = isPeek
        self.partial = partial
    }
}

extension BodySection {
    /// What stands in the brackets alone, as a URL has it (RFC 5092 §11: section-spec).
    package static func parse(_ text: [UInt8]) throws(ParseError) -> BodySection {
        var cursor = CommandCursor([0x5B] + text + [0x5D])
        let section = try cursor.bodySection(isPeek: true)
        try cursor.end()
        return section
    }
}

/// `<0.100>`: bytes of a section from an origin on.
package struct Partial: Hashable, Sendable {
    package var origin: UInt64
    package var count: UInt64

    package init(origin: UInt64, count: UInt64) {
        self.origin = origin
        self.count = count
    }

    /// What of `size` bytes is meant; empty where the origin is past the end.
    package func range(of size: UInt64) -> Range<UInt64> {
        let start = min(origin, size)
        return start..<(start + min(count, size - start))
    }
}

package struct BinarySection: Hashable, Sendable {
    package var part: [UInt32] = []
    /// RFC 3516 §4.2 has parts alone; of a header or a text there is nothing to decode (`Quirks.takesSectionsInBinary`).
    package var text = BodySection.Text.all
    package var isPeek = false
    package var partial: Partial?

    package init(part: [UInt32] = [], text: BodySection.Text = .all, isPeek: Bool = false, partial: Partial? = nil) {
        self.part = part
        self.text = text
        self.isPeek = isPeek
        self.partial = partial
    }
}

extension CommandCursor {
    /// A message has not so many parts, nor are so many items asked for.
    private static let mostItems = 1000
    private static let deepestPart = 100

    mutating func fetch(isUID: Bool) throws(ParseError) -> Fetch {
        try space()
        var fetch = Fetch(isUID: isUID, set: try sequenceSet(), items: [])
        try space()
        if byte == 0x28 {
            try fetchItems(&fetch.items)
        } else {
            let start = position
            switch word() {
            // RFC 9051 §6.4.5: macros stand alone.
            case Word("FAST"): fetch.items = [.flags, .internalDate, .size]
            case Word("ALL"): fetch.items = [.flags, .internalDate, .size, .envelope]
            case Word("FULL"): fetch.items = [.flags, .internalDate, .size, .envelope, .body]
            default:
                position = start
                fetch.items = [try fetchItem()]
            }
        }
        if byteAfterSpace == 0x28 {
            try space()
            try fetchModifiers(&fetch)
        }
        return fetch
    }

    /// The list of items of FETCH and of NOTIFY's MessageNew.
    mutating func fetchItems(_ items: inout [FetchItem]) throws(ParseError) {
        try open()
        repeat {
            items.append(try fetchItem())
            guard items.count <= CommandCursor.mostItems else { throw failure("at most \(CommandCursor.mostItems) items") }
        } while take(0x20)
        try close()
    }

    private mutating func fetchModifiers(_ fetch: inout Fetch) throws(ParseError) {
        let start = position
        try list { (cursor) throws(ParseError) in
            let start = cursor.position
            switch cursor.word() {
            case Word("CHANGEDSINCE"):
                try cursor.space()
                fetch.changedSince = Quirks.changedSince(try cursor.number64("a mod-sequence"))
            case Word("VANISHED"): fetch.vanished = true
            case Word("PARTIAL"):
                try cursor.space()
                fetch.partial = try cursor.partialRange()
            default: throw ParseError(at: start, expected: "CHANGEDSINCE, VANISHED or PARTIAL")
            }
        }
        // RFC 7162 §3.2.6: only with UID FETCH and CHANGEDSINCE
        if fetch.vanished, !fetch.isUID || fetch.changedSince == nil {
            throw ParseError(at: start, expected: "UID FETCH and CHANGEDSINCE beside VANISHED")
        }
        // RFC 9394 §3.3: only with UID FETCH
        if fetch.partial != nil, !fetch.isUID { throw ParseError(at: start, expected: "UID FETCH beside PARTIAL") }
    }

    mutating func fetchItem() throws(ParseError) -> FetchItem {
        let start = position
        guard let word = word(), let kind = fetchItemsByWord[word] else {
            position = start
            throw failure("an item of FETCH")
        }
        switch kind {
        case .item(let item):
            if item == .body, byte == 0x5B { return .section(try bodySection(isPeek: false)) }
            if item == .preview(isLazy: false) { return .preview(isLazy: try previewIsLazy()) }
            return item
        case .peek: return .section(try bodySection(isPeek: true))
        case .binary: return .binary(try binarySection(isPeek: false))
        case .binaryPeek: return .binary(try binarySection(isPeek: true))
        case .binarySize: return .binarySize(try binarySection(isPeek: true, mayBePartial: false))
        }
    }

    /// RFC 8970 §3.1: `PREVIEW (LAZY)`.
    private mutating func previewIsLazy() throws(ParseError) -> Bool {
        guard byteAfterSpace == 0x28 else { return false }
        let start = position
        try space()
        try open()
        guard takeWord("LAZY") else {
            // Behind FETCH's only item, modifiers may follow.
            position = start
            return false
        }
        try close()
        return true
    }

    fileprivate mutating func bodySection(isPeek: Bool) throws(ParseError) -> BodySection {
        var section = BodySection(isPeek: isPeek)
        try expect(0x5B, "[")
        section.part = try partNumbers()
        if byte != 0x5D { section.text = try sectionText(isOfPart: !section.part.isEmpty) }
        try expect(0x5D, "]")
        section.partial = try partial()
        return section
    }

    /// Behind numbers there is a dot: `partNumbers` took it.
    private mutating func sectionText(isOfPart: Bool) throws(ParseError) -> BodySection.Text {
        let start = position
        switch word() {
        case Word("HEADER"): return .header
        case Word("TEXT"): return .text
        case Word("HEADER.FIELDS"): return .headerFields(try headerNames())
        case Word("HEADER.FIELDS.NOT"): return .headerFieldsNot(try headerNames())
        // RFC 9051 §6.4.5.1: MIME needs a part.
        case Word("MIME") where isOfPart: return .mime
        default: throw ParseError(at: start, expected: "a section")
        }
    }

    private mutating func binarySection(isPeek: Bool, mayBePartial: Bool = true) throws(ParseError) -> BinarySection {
        var section = BinarySection(isPeek: isPeek)
        try expect(0x5B, "[")
        section.part = try partNumbers()
        if byte != 0x5D, Quirks.takesSectionsInBinary { section.text = try sectionText(isOfPart: !section.part.isEmpty) }
        try expect(0x5D, "]")
        if mayBePartial { section.partial = try partial() }
        return section
    }

    /// Numbers with dots between them, and the dot behind where a word follows it.
    private mutating func partNumbers() throws(ParseError) -> [UInt32] {
        var numbers: [UInt32] = []
        while byte.isASCIIDigit {
            numbers.append(try positive("the number of a part"))
            guard numbers.count <= CommandCursor.deepestPart else { throw failure("a part that is not so deep") }
            guard take(0x2E) else {
                if byte != 0x5D { throw failure("]") }
                return numbers
            }
            if byte == 0x5D { throw failure("the number of a part or a section") }
        }
        return numbers
    }

    private mutating func headerNames() throws(ParseError) -> [[UInt8]] {
        try space()
        var names: [[UInt8]] = []
        try list { (cursor) throws(ParseError) in
            names.append(try cursor.astring("the name of a header field"))
            guard names.count <= CommandCursor.mostItems else { throw cursor.failure("fewer header fields") }
        }
        return names
    }

    /// RFC 9051 §9: partial = "<" number64 "." nz-number64 ">"
    private mutating func partial() throws(ParseError) -> Partial? {
        guard take(0x3C) else { return nil }
        let origin = try number64("an origin")
        if Quirks.takesPartialsWithoutCount, take(0x3E) { return Partial(origin: origin, count: .max) }
        try expect(0x2E, ".")
        let start = position
        let count = try number64("a count")
        if count == 0 { throw ParseError(at: start, expected: "a count above 0") }
        try expect(0x3E, ">")
        return Partial(origin: origin, count: count)
    }
}

private enum FetchItemKind {
    case item(FetchItem)
    case peek, binary, binaryPeek, binarySize
}

private let fetchItemsByWord: [Word: FetchItemKind] = [
    Word("FLAGS"): .item(.flags), Word("UID"): .item(.uid), Word("INTERNALDATE"): .item(.internalDate),
    Word("ENVELOPE"): .item(.envelope), Word("BODYSTRUCTURE"): .item(.bodyStructure), Word("BODY"): .item(.body),
    Word("BODY.PEEK"): .peek, Word("RFC822.SIZE"): .item(.size), Word("RFC822"): .item(.rfc822),
    Word("RFC822.HEADER"): .item(.rfc822Header), Word("RFC822.TEXT"): .item(.rfc822Text), Word("BINARY"): .binary,
    Word("BINARY.PEEK"): .binaryPeek, Word("BINARY.SIZE"): .binarySize, Word("MODSEQ"): .item(.modSeq),
    Word("EMAILID"): .item(.emailID), Word("THREADID"): .item(.threadID), Word("SAVEDATE"): .item(.saveDate),
    Word("PREVIEW"): .item(.preview(isLazy: false)),
]
