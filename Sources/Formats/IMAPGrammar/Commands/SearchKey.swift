internal import Bytes

/// What SEARCH, SORT and THREAD look for (RFC 9051 §6.4.4). The older keys are told by the newer: NEW is RECENT and not SEEN, OLD is
/// not RECENT, UNSEEN is not SEEN.
package indirect enum SearchKey: Hashable, Sendable {
    case all
    /// ANSWERED and the like, KEYWORD.
    case flag(Flag)
    case sequence(SequenceSet), uid(SequenceSet)
    /// In the addresses or the subject of the envelope.
    case envelope(EnvelopeField, contains: [UInt8])
    /// In a field of the header; with an empty text, whether there is one.
    case header([UInt8], contains: [UInt8])
    case body([UInt8]), text([UInt8])
    case date(DateField, DateRelation, SearchDate)
    case larger(UInt64), smaller(UInt64)
    /// RFC 5032 §3: seconds before now.
    case older(UInt32), younger(UInt32)
    /// RFC 7162 §3.1.5: the mod-sequence is that or greater. The entry that may be named is of no weight (RFC 7162 §3.1.5 lets a
    /// server with one mod-sequence a message ignore it).
    case modSeq(UInt64)
    /// RFC 8474 §6.
    case emailID([UInt8]), threadID([UInt8])
    /// RFC 8514 §4.3.
    case saveDateSupported
    /// RFC 6203 §3.
    case fuzzy(SearchKey)
    case not(SearchKey)
    case or(SearchKey, SearchKey)
    case and([SearchKey])

    package enum EnvelopeField: Sendable, CaseIterable { case from, to, cc, bcc, subject }
    /// When it came (BEFORE, ON, SINCE), its Date field (SENTBEFORE ...), when it came into this mailbox (SAVEDBEFORE ..., RFC 8514).
    package enum DateField: Sendable, CaseIterable { case internalDate, sent, saved }
    package enum DateRelation: Sendable, CaseIterable { case before, on, since }

    /// Whether it speaks of mod-sequences, so that the answer does (RFC 7162 §3.1.5).
    package var usesModSeq: Bool {
        contains { if case .modSeq = $0 { true } else { false } }
    }

    /// Whether it names messages by their numbers.
    package var usesNumbers: Bool {
        contains { if case .sequence = $0 { true } else { false } }
    }

    /// Whether it, or a key in it, is such a one.
    package func contains(where isSuch: (SearchKey) -> Bool) -> Bool {
        if isSuch(self) { return true }
        return switch self {
        case .not(let key), .fuzzy(let key): key.contains(where: isSuch)
        case .or(let left, let right): left.contains(where: isSuch) || right.contains(where: isSuch)
        case .and(let keys): keys.contains { $0.contains(where: isSuch) }
        default: false
        }
    }

    /// RFC 3501 §6.4.4: NEW.
    package static let new = SearchKey.and([.flag(.recent), .not(.flag(.seen))])
}

extension CommandCursor {
    /// What a search may be made of: Roundcube writes a chain of ORs, each in the one before, for many header fields.
    private static let deepestKey = 200
    private static let mostKeys = 2000

    /// Keys up to the end of the command.
    mutating func searchKeys() throws(ParseError) -> SearchKey {
        var count = 0
        var keys = [try searchKey(&count, depth: 0)]
        while hasArgument {
            try space()
            keys.append(try searchKey(&count, depth: 0))
        }
        return keys.count == 1 ? keys[0] : .and(keys)
    }

    private mutating func searchKey(_ count: inout Int, depth: Int) throws(ParseError) -> SearchKey {
        count += 1
        guard count <= CommandCursor.mostKeys else { throw failure("at most \(CommandCursor.mostKeys) search keys") }
        guard depth <= CommandCursor.deepestKey else { throw failure("search keys that are not so deep") }
        if byte == 0x28 { return try parenthesised(&count, depth: depth) }
        if byte.isASCIIDigit || byte == 0x2A || byte == 0x24 { return .sequence(try sequenceSet()) }
        let start = position
        guard let word = word(), let name = searchKeysByWord[word] else {
            position = start
            throw failure("a search key")
        }
        switch name {
        case .plain(let key): return key
        case .keyword: return .flag(.keyword(try keywordArgument()))
        case .unkeyword: return .not(.flag(.keyword(try keywordArgument())))
        case .envelope(let field): return .envelope(field, contains: try stringArgument())
        case .header:
            let name = try stringArgument("the name of a header field")
            return .header(name, contains: try stringArgument())
        case .body: return .body(try stringArgument())
        case .text: return .text(try stringArgument())
        case .date(let field, let relation):
            try space()
            return .date(field, relation, try searchDate())
        case .uid:
            try space()
            return .uid(try sequenceSet())
        case .larger:
            try space()
            return .larger(try number64())
        case .smaller:
            try space()
            return .smaller(try number64())
        case .older:
            try space()
            return .older(try positive("an interval in seconds"))
        case .younger:
            try space()
            return .younger(try positive("an interval in seconds"))
        case .modSeq: return .modSeq(try modSeqArgument())
        case .emailID: return .emailID(try objectIDArgument())
        case .threadID: return .threadID(try objectIDArgument())
        case .not:
            try space()
            return .not(try searchKey(&count, depth: depth + 1))
        case .fuzzy:
            try space()
            return .fuzzy(try searchKey(&count, depth: depth + 1))
        case .or:
            try space()
            let left = try searchKey(&count, depth: depth + 1)
            try space()
            return .or(left, try searchKey(&count, depth: depth + 1))
        }
    }

    private mutating func parenthesised(_ count: inout Int, depth: Int) throws(ParseError) -> SearchKey {
        try open()
        var keys: [SearchKey] = []
        repeat { keys.append(try searchKey(&count, depth: depth + 1)) } while take(0x20)
        try close()
        return keys.count == 1 ? keys[0] : .and(keys)
    }

    private mutating func keywordArgument() throws(ParseError) -> [UInt8] {
        try space()
        return try atom("a keyword")
    }

    private mutating func objectIDArgument() throws(ParseError) -> [UInt8] {
        let id = try stringArgument("an object identifier")
        // RFC 8474 §7: 1*255(ALPHA / DIGIT / "_" / "-")
        guard 1...255 ~= id.count, id.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x5F || $0 == 0x2D }) else {
            throw failure("an object identifier")
        }
        return id
    }

    /// RFC 7162 §7: search-modsequence = "MODSEQ" [search-modseq-ext] SP mod-sequence-valzer
    private mutating func modSeqArgument() throws(ParseError) -> UInt64 {
        try space()
        if byte == 0x22 {
            _ = try quoted()
            try space()
            let start = position
            switch word() {
            case Word("PRIV"), Word("SHARED"), Word("ALL"): break
            default: throw ParseError(at: start, expected: "priv, shared or all")
            }
            try space()
        }
        return try number64("a mod-sequence")
    }
}

private enum SearchKeyName {
    case plain(SearchKey)
    case keyword, unkeyword, header, body, text, uid, larger, smaller, older, younger, modSeq, emailID, threadID, not, or, fuzzy
    case envelope(SearchKey.EnvelopeField)
    case date(SearchKey.DateField, SearchKey.DateRelation)
}

private let searchKeysByWord: [Word: SearchKeyName] = [
    Word("ALL"): .plain(.all), Word("ANSWERED"): .plain(.flag(.answered)), Word("DELETED"): .plain(.flag(.deleted)),
    Word("DRAFT"): .plain(.flag(.draft)), Word("FLAGGED"): .plain(.flag(.flagged)), Word("SEEN"): .plain(.flag(.seen)),
    Word("RECENT"): .plain(.flag(.recent)), Word("UNANSWERED"): .plain(.not(.flag(.answered))),
    Word("UNDELETED"): .plain(.not(.flag(.deleted))), Word("UNDRAFT"): .plain(.not(.flag(.draft))),
    Word("UNFLAGGED"): .plain(.not(.flag(.flagged))), Word("UNSEEN"): .plain(.not(.flag(.seen))),
    Word("NEW"): .plain(.new), Word("OLD"): .plain(.not(.flag(.recent))),
    Word("SAVEDATESUPPORTED"): .plain(.saveDateSupported),
    Word("KEYWORD"): .keyword, Word("UNKEYWORD"): .unkeyword, Word("HEADER"): .header, Word("BODY"): .body, Word("TEXT"): .text,
    Word("BCC"): .envelope(.bcc), Word("CC"): .envelope(.cc), Word("FROM"): .envelope(.from), Word("TO"): .envelope(.to),
    Word("SUBJECT"): .envelope(.subject),
    Word("BEFORE"): .date(.internalDate, .before), Word("ON"): .date(.internalDate, .on),
    Word("SINCE"): .date(.internalDate, .since), Word("SENTBEFORE"): .date(.sent, .before), Word("SENTON"): .date(.sent, .on),
    Word("SENTSINCE"): .date(.sent, .since), Word("SAVEDBEFORE"): .date(.saved, .before), Word("SAVEDON"): .date(.saved, .on),
    Word("SAVEDSINCE"): .date(.saved, .since),
    Word("UID"): .uid, Word("LARGER"): .larger, Word("SMALLER"): .smaller, Word("OLDER"): .older, Word("YOUNGER"): .younger,
    Word("MODSEQ"): .modSeq, Word("EMAILID"): .emailID, Word("THREADID"): .threadID, Word("NOT"): .not, Word("OR"): .or,
    Word("FUZZY"): .fuzzy,
]
