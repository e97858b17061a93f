// ContentLines: what iCalendar (RFC 5545 §3.1) and vCard (RFC 6350 §3.2) are both written in: folded lines of a name,
// parameters and a value, and components between BEGIN and END.
//
// It owns unfolding and folding, names, groups, parameters, escapes, the codings of older versions (quoted-printable,
// CHARSET) and the component tree. It must never know what a property means, change bytes that it was given, or refuse
// what can be read in one way only: broken input is kept, its repairs are told in `ComponentTree.repairs`.
//
// Invariants: a tree's `source` is the input, byte for byte; its `text` is the source without folds; every range in an
// extent or a node was made by the lexer and lies within them, so a view never reads outside.
//
// Start reading at ComponentTree.swift, then Lexer.swift, ContentLine.swift and Parameter.swift.

/// How much a document may hold before it is refused.
package struct ContentLineLimits: Sendable {
    /// In bytes. Offsets are kept in 32 bits, so more than 2 GiB is never read, whatever stands here.
    package var byteCount: Int
    /// In logical lines, each as long as the document allows.
    package var lineCount: Int
    /// Of components within components.
    package var depth: Int

    package init(byteCount: Int = 256 << 20, lineCount: Int = 1_000_000, depth: Int = 32) {
        self.byteCount = byteCount
        self.lineCount = lineCount
        self.depth = depth
    }
}
