internal import Bytes

/// A flag or a keyword (RFC 9051 §2.3.2). Upper and lower case of a keyword are the same; it is kept as it was sent.
package enum Flag: Sendable {
    case answered, flagged, deleted, seen, draft
    /// RFC 3501 §2.3.2. Nobody can set it.
    case recent
    case keyword([UInt8])
    /// Another `\` flag, without the backslash. RFC 9051 §9 has none today.
    case other([UInt8])

    package static let system: [Flag] = [.answered, .flagged, .deleted, .seen, .draft]

    /// What is compared: as it is written, a keyword in lower case.
    package var key: [UInt8] {
        var out: [UInt8] = []
        append(to: &out)
        switch self {
        case .keyword, .other: return out.map(\.asciiLowercased)
        default: return out
        }
    }

    package func append(to out: inout [UInt8]) {
        switch self {
        case .answered: out.append("\\Answered")
        case .flagged: out.append("\\Flagged")
        case .deleted: out.append("\\Deleted")
        case .seen: out.append("\\Seen")
        case .draft: out.append("\\Draft")
        case .recent: out.append("\\Recent")
        case .keyword(let bytes): out.append(contentsOf: bytes)
        case .other(let bytes):
            out.append(0x5C)
            out.append(contentsOf: bytes)
        }
    }

    /// A keyword of these bytes; nil where they are no atom (RFC 9051 §9: flag-keyword).
    package static func validKeyword(_ bytes: [UInt8]) -> Flag? {
        !bytes.isEmpty && bytes.allSatisfy(\.isAtomByte) ? .keyword(bytes) : nil
    }
}

extension Flag: Hashable {
    package static func == (left: Flag, right: Flag) -> Bool {
        switch (left, right) {
        case (.answered, .answered), (.flagged, .flagged), (.deleted, .deleted), (.seen, .seen), (.draft, .draft),
            (.recent, .recent):
            true
        case (.keyword(let left), .keyword(let right)), (.other(let left), .other(let right)):
            left.equalsIgnoringASCIICase(right)
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

extension CommandCursor {
    mutating func flag() throws(ParseError) -> Flag {
        guard take(0x5C) else { return .keyword(try atom("a flag")) }
        let start = position
        let word = word()
        if let word, let flag = systemFlags[word], !byte.isAtomByte { return flag }
        position = start
        return .other(try atom("the name of a flag"))
    }

    /// `(` flags `)`, none among them being fine. What Quirks drops is not in it.
    mutating func flagList() throws(ParseError) -> [Flag] {
        var flags: [Flag] = []
        try list(mayBeEmpty: true) { (cursor) throws(ParseError) in
            let flag = try cursor.flag()
            if !Quirks.drops(flag) { flags.append(flag) }
        }
        return flags
    }
}

private let systemFlags: [Word: Flag] = [
    Word("ANSWERED"): .answered, Word("FLAGGED"): .flagged, Word("DELETED"): .deleted, Word("SEEN"): .seen,
    Word("DRAFT"): .draft, Word("RECENT"): .recent,
]
