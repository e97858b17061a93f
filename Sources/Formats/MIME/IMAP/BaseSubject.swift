import Bytes

/// RFC 5256 §2.1: what SORT and THREAD take for a subject.
package struct BaseSubject: Sendable, Equatable {
    /// In UTF-8, without "Re:", "[list]" and the like.
    package var text: [UInt8]
    /// RFC 5256 §2.1: the subject said that this is a reply or a forwarded message.
    package var isReplyOrForward = false

    /// - Parameter subject: the field's value.
    package init(_ subject: ArraySlice<UInt8>) {
        text = []
        // (1) Encoded words are decoded, tabs and folds become a space, and spaces become one.
        let decoded = EncodedWords.decode(HeaderText.unfold(subject)[...])
        var rest = Self.collapse(decoded)[...]
        while true {
            removeTrailers(&rest)
            removeLeaders(&rest)
            // (6) "[fwd:" and "]" around what then starts anew.
            guard rest.count > 5, rest.prefix(5).equalsIgnoringASCIICase("[fwd:"), rest.last == 0x5D else { break }
            rest = rest.dropFirst(5).dropLast()
            isReplyOrForward = true
            rest = rest.drop { $0 == 0x20 }
        }
        text = Array(rest)
    }

    private static func collapse(_ text: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        for byte in text {
            let isSpace = FieldCursor.isSpace(byte)
            if isSpace, out.last == 0x20 { continue }
            out.append(isSpace ? 0x20 : byte)
        }
        return out
    }

    /// (2) subj-trailer = "(fwd)" / WSP
    private mutating func removeTrailers(_ rest: inout ArraySlice<UInt8>) {
        while true {
            if rest.last == 0x20 {
                rest = rest.dropLast()
            } else if rest.suffix(5).equalsIgnoringASCIICase("(fwd)") {
                rest = rest.dropLast(5)
                isReplyOrForward = true
            } else {
                return
            }
        }
    }

    /// (3) to (5) subj-leader = (*subj-blob subj-refwd) / WSP; a blob goes only where something is left.
    private mutating func removeLeaders(_ rest: inout ArraySlice<UInt8>) {
        // A run of blobs is looked at once: whether a "Re:" stands behind it does not change as its first ones go.
        var blobsEnd = rest.startIndex
        var refwdEnd: Int?
        var isKnown = false
        while true {
            if rest.first == 0x20 {
                rest = rest.dropFirst()
                continue
            }
            if !isKnown || blobsEnd < rest.startIndex {
                blobsEnd = rest.startIndex
                while let end = Self.blobEnd(rest[blobsEnd...]) { blobsEnd = end }
                refwdEnd = Self.refwdEnd(rest[blobsEnd...])
                isKnown = true
            }
            if let end = refwdEnd {
                rest = rest[end...]
                isReplyOrForward = true
                isKnown = false
            } else if let end = Self.blobEnd(rest), end < rest.endIndex {
                rest = rest[end...]
            } else {
                return
            }
        }
    }

    /// subj-blob = "[" *BLOBCHAR "]" *WSP
    private static func blobEnd(_ text: ArraySlice<UInt8>) -> Int? {
        guard text.first == 0x5B else { return nil }
        var index = text.startIndex + 1
        while index < text.endIndex, text[index] != 0x5B, text[index] != 0x5D { index += 1 }
        guard index < text.endIndex, text[index] == 0x5D else { return nil }
        index += 1
        while index < text.endIndex, text[index] == 0x20 { index += 1 }
        return index
    }

    /// subj-refwd = ("re" / ("fw" ["d"])) *WSP [subj-blob] ":"
    private static func refwdEnd(_ text: ArraySlice<UInt8>) -> Int? {
        var index: Int
        if text.prefix(3).equalsIgnoringASCIICase("fwd") {
            index = text.startIndex + 3
        } else if text.prefix(2).equalsIgnoringASCIICase("re") || text.prefix(2).equalsIgnoringASCIICase("fw") {
            index = text.startIndex + 2
        } else {
            return nil
        }
        while index < text.endIndex, text[index] == 0x20 { index += 1 }
        if let end = blobEnd(text[index...]) { index = end }
        guard index < text.endIndex, text[index] == 0x3A else { return nil }
        return index + 1
    }
}
