internal import Bytes

/// RFC 9051 §6.4.4.
package struct Search: Hashable, Sendable {
    package var isUID: Bool
    /// Nil where no RETURN was sent: then the answer is `* SEARCH` with IMAP4rev1, and ESEARCH with all with IMAP4rev2.
    package var returning: SearchReturn?
    /// In upper case.
    package var charset: [UInt8]?
    package var key: SearchKey
}

/// RFC 5256 §3.
package struct Sort: Hashable, Sendable {
    package var isUID: Bool
    /// RFC 5267 §3.1: ESORT.
    package var returning: SearchReturn?
    package var criteria: [SortCriterion]
    package var charset: [UInt8]
    package var key: SearchKey
}

/// RFC 5256 §3.
package struct Thread: Hashable, Sendable {
    package enum Algorithm: Sendable { case orderedSubject, references, refs }

    package var isUID: Bool
    package var algorithm: Algorithm
    package var charset: [UInt8]
    package var key: SearchKey
}

/// ESEARCH over several mailboxes (RFC 7377).
package struct MultiSearch: Hashable, Sendable {
    /// Nil is the selected mailbox.
    package var sources: [MailboxFilter]?
    package var returning: SearchReturn?
    package var charset: [UInt8]?
    package var key: SearchKey
}

/// RFC 9051 §6.4.4: what of the result is told.
package struct SearchReturn: Hashable, Sendable {
    package struct Options: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static let min = Options(rawValue: 1)
        package static let max = Options(rawValue: 2)
        package static let all = Options(rawValue: 4)
        package static let count = Options(rawValue: 8)
        package static let save = Options(rawValue: 16)
        /// RFC 5267 §4.
        package static let update = Options(rawValue: 32)
        package static let context = Options(rawValue: 64)
        /// RFC 6203 §4.
        package static let relevancy = Options(rawValue: 128)
    }

    package var options: Options
    /// RFC 9394 §3.1, RFC 5267 §4.4.
    package var partial: PartialRange?

    package init(_ options: Options, partial: PartialRange? = nil) {
        self.options = options
        self.partial = partial
    }
}

package struct SortCriterion: Hashable, Sendable {
    package enum Key: Sendable {
        case arrival, cc, date, from, size, subject, to
        /// RFC 5957: SORT=DISPLAY.
        case displayFrom, displayTo
        /// RFC 6203 §6.
        case relevancy
    }

    package var key: Key
    package var isReversed: Bool
}

extension CommandCursor {
    mutating func search(isUID: Bool) throws(ParseError) -> Search {
        try space()
        let returning = try searchReturn()
        let (charset, key) = try searchProgram()
        return Search(isUID: isUID, returning: returning, charset: charset, key: key)
    }

    mutating func sort(isUID: Bool) throws(ParseError) -> Sort {
        try space()
        let returning = try searchReturn()
        let criteria = try sortCriteria()
        try space()
        let charset = try Quirks.charset(&self).map(\.asciiUppercased)
        try space()
        return Sort(isUID: isUID, returning: returning, criteria: criteria, charset: charset, key: try searchKeys())
    }

    mutating func thread(isUID: Bool) throws(ParseError) -> Thread {
        try space()
        let start = position
        let algorithm: Thread.Algorithm
        switch word() {
        case Word("ORDEREDSUBJECT"): algorithm = .orderedSubject
        case Word("REFERENCES"): algorithm = .references
        case Word("REFS"): algorithm = .refs
        default: throw ParseError(at: start, expected: "ORDEREDSUBJECT, REFERENCES or REFS")
        }
        try space()
        let charset = try Quirks.charset(&self).map(\.asciiUppercased)
        try space()
        return Thread(isUID: isUID, algorithm: algorithm, charset: charset, key: try searchKeys())
    }

    mutating func multiSearch() throws(ParseError) -> MultiSearch {
        try space()
        var sources: [MailboxFilter]?
        if takeWord("IN") {
            try space()
            var filters: [MailboxFilter] = []
            try list { (cursor) throws(ParseError) in
                filters.append(try cursor.mailboxFilter())
                guard filters.count <= 100 else { throw cursor.failure("at most 100 sources") }
            }
            sources = filters
            try space()
        }
        let returning = try searchReturn()
        let (charset, key) = try searchProgram()
        return MultiSearch(sources: sources, returning: returning, charset: charset, key: key)
    }

    /// RFC 5267 §4.3.
    mutating func cancelUpdate() throws(ParseError) -> Command {
        var tags: [[UInt8]] = []
        repeat {
            try space()
            tags.append(try quoted())
        } while byteAfterSpace == 0x22
        return .cancelUpdate(tags: tags)
    }

    private mutating func searchProgram() throws(ParseError) -> (charset: [UInt8]?, key: SearchKey) {
        var charset: [UInt8]?
        if takeWord("CHARSET") {
            try space()
            charset = try Quirks.charset(&self).map(\.asciiUppercased)
            try space()
        }
        return (charset, try searchKeys())
    }

    /// `RETURN (...)` and the space behind it.
    private mutating func searchReturn() throws(ParseError) -> SearchReturn? {
        guard takeWord("RETURN") else { return nil }
        try space()
        let start = position
        var result = SearchReturn([])
        try list(mayBeEmpty: true) { (cursor) throws(ParseError) in
            let start = cursor.position
            switch cursor.word() {
            case Word("MIN"): result.options.insert(.min)
            case Word("MAX"): result.options.insert(.max)
            case Word("ALL"): result.options.insert(.all)
            case Word("COUNT"): result.options.insert(.count)
            case Word("SAVE"): result.options.insert(.save)
            case Word("UPDATE"): result.options.insert(.update)
            case Word("CONTEXT"): result.options.insert(.context)
            case Word("RELEVANCY"): result.options.insert(.relevancy)
            case Word("PARTIAL"):
                try cursor.space()
                result.partial = try cursor.partialRange()
            default: throw ParseError(at: start, expected: "a return option")
            }
        }
        // RFC 9051 §6.4.4: `()` is ALL.
        if result.options.isEmpty, result.partial == nil { result.options = .all }
        // RFC 9394 §3.1: PARTIAL and ALL do not go together.
        if result.partial != nil, result.options.contains(.all) {
            throw ParseError(at: start, expected: "PARTIAL or ALL, not both")
        }
        try space()
        return result
    }

    private mutating func sortCriteria() throws(ParseError) -> [SortCriterion] {
        var criteria: [SortCriterion] = []
        try list { (cursor) throws(ParseError) in
            let isReversed = cursor.takeWord("REVERSE")
            if isReversed { try cursor.space() }
            let start = cursor.position
            guard let word = cursor.word(), let key = sortKeys[word] else {
                throw ParseError(at: start, expected: "a sort key")
            }
            criteria.append(SortCriterion(key: key, isReversed: isReversed))
            guard criteria.count <= 20 else { throw cursor.failure("at most 20 sort keys") }
        }
        return criteria
    }
}

private let sortKeys: [Word: SortCriterion.Key] = [
    Word("ARRIVAL"): .arrival, Word("CC"): .cc, Word("DATE"): .date, Word("FROM"): .from, Word("SIZE"): .size,
    Word("SUBJECT"): .subject, Word("TO"): .to, Word("DISPLAYFROM"): .displayFrom, Word("DISPLAYTO"): .displayTo,
    Word("RELEVANCY"): .relevancy,
]
