internal import Bytes

/// A pattern of LIST (RFC 9051 §6.3.9): `*` stands for anything, `%` for anything without the hierarchy separator.
package struct ListPattern: Hashable, Sendable {
    /// UTF-8, with `*` and `%`; no two wildcards stand side by side.
    package let text: [UInt8]
    package static let longest = 1024

    /// Nil where it is too long.
    package init?(_ sent: [UInt8]) {
        var text: [UInt8] = []
        for byte in sent {
            let isWildcard = byte == 0x2A || byte == 0x25
            if isWildcard, let last = text.last, last == 0x2A || last == 0x25 {
                // `**`, `*%` and `%*` are `*`.
                if byte == 0x2A { text[text.count - 1] = byte }
            } else {
                text.append(byte)
            }
        }
        guard text.count <= ListPattern.longest else { return nil }
        self.text = text
    }

    package var isEmpty: Bool { text.isEmpty }
    package var hasWildcards: Bool { text.contains { $0 == 0x2A || $0 == 0x25 } }

    /// What each matching name begins with, but that INBOX may be written in another case.
    package var literalPrefix: ArraySlice<UInt8> { text.prefix { $0 != 0x2A && $0 != 0x25 } }

    /// The pattern behind a reference name (RFC 9051 §6.3.9): one that begins with the separator stands for itself, unless it is the one
    /// that the reference lacks.
    package func following(reference: [UInt8], separator: UInt8) -> ListPattern? {
        let isAbsolute = text.first == separator && (reference.isEmpty || reference.last == separator)
        return isAbsolute ? self : ListPattern(reference + text)
    }
}

/// Patterns made ready to be asked about many names.
///
/// The places in the pattern that a name has reached are bits of a set; each byte of the name moves all of them at once. So
/// the time is that of the name's length times the pattern's length in machine words, whatever wildcards there are.
package struct ListMatcher: Sendable {
    private let separator: UInt8
    private let words: Int
    /// For each byte, the places at which the pattern has it.
    private var literal: [UInt64]
    private var star: [UInt64]
    private var percent: [UInt64]
    private let endWord: Int
    private let endBit: UInt64

    package init(_ pattern: ListPattern, separator: UInt8) {
        self.separator = separator
        words = pattern.text.count / 64 + 1
        literal = Array(repeating: 0, count: 256 * words)
        star = Array(repeating: 0, count: words)
        percent = star
        endWord = pattern.text.count / 64
        endBit = 1 << UInt64(pattern.text.count % 64)
        for (place, byte) in pattern.text.enumerated() {
            let bit: UInt64 = 1 << UInt64(place % 64)
            switch byte {
            case 0x2A: star[place / 64] |= bit
            case 0x25: percent[place / 64] |= bit
            default: literal[Int(byte) * words + place / 64] |= bit
            }
        }
    }

    package func matches(_ name: MailboxName) -> Bool {
        // RFC 9051 §5.1: INBOX in any case, also where it is the name above.
        let inbox = MailboxName.inbox.utf8
        let isInbox = name.utf8.starts(with: inbox) && (name.utf8.count == inbox.count || name.utf8[inbox.count] == separator)
        let reached = reached(by: name.utf8, folding: isInbox ? inbox.count : 0)
        return reached[endWord] & endBit != 0
    }

    /// Whether there can be a matching name below this one, so that its subtree is worth looking at.
    package func canMatchBelow(_ name: MailboxName) -> Bool {
        // The end alone is no way to go on.
        var reached = reached(by: name.utf8 + [separator], folding: 0)
        reached[endWord] &= ~endBit
        return reached.contains { $0 != 0 }
    }

    /// - Parameter folding: bytes at the beginning that may be in lower case.
    private func reached(by name: [UInt8], folding: Int) -> [UInt64] {
        var places = [UInt64](repeating: 0, count: words)
        places[0] = 1
        skipWildcards(&places)
        for (position, byte) in name.enumerated() {
            // A wildcard stays where it is.
            var carry: UInt64 = 0
            var isDead = true
            for index in 0..<words {
                var fits = literal[Int(byte) * words + index]
                if position < folding { fits |= literal[Int(byte.asciiLowercased) * words + index] }
                let stays = places[index] & (star[index] | (byte == separator ? 0 : percent[index]))
                let moves = places[index] & fits
                places[index] = stays | moves << 1 | carry
                carry = moves >> 63
                if places[index] != 0 { isDead = false }
            }
            if isDead { return places }
            skipWildcards(&places)
        }
        return places
    }

    /// A wildcard may stand for nothing. No two are side by side, so one step is enough.
    private func skipWildcards(_ places: inout [UInt64]) {
        var carry: UInt64 = 0
        for index in 0..<words {
            let skips = places[index] & (star[index] | percent[index])
            places[index] |= skips << 1 | carry
            carry = skips >> 63
        }
    }
}
