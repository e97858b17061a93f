internal import Bytes

/// RFC 9051 §6.4.6.
package struct Store: Hashable, Sendable {
    package enum Change: Sendable { case replace, add, remove }

    package var isUID: Bool
    package var set: SequenceSet
    package var change: Change
    package var isSilent: Bool
    package var flags: [Flag]
    /// RFC 7162 §3.1.3.
    package var unchangedSince: UInt64?
}

/// COPY and MOVE (RFC 9051 §6.4.7, §6.4.8).
package struct Copy: Hashable, Sendable {
    package var isUID: Bool
    package var set: SequenceSet
    package var mailbox: MailboxName
}

extension CommandCursor {
    mutating func store(isUID: Bool) throws(ParseError) -> Store {
        try space()
        let set = try sequenceSet()
        try space()
        var unchangedSince: UInt64?
        if byte == 0x28 {
            try list { (cursor) throws(ParseError) in
                try cursor.expectWord("UNCHANGEDSINCE")
                try cursor.space()
                unchangedSince = try cursor.number64("a mod-sequence")
            }
            try space()
        }
        let change: Store.Change = take(0x2B) ? .add : take(0x2D) ? .remove : .replace
        let start = position
        let isSilent: Bool
        switch word() {
        case Word("FLAGS"): isSilent = false
        case Word("FLAGS.SILENT"): isSilent = true
        default: throw ParseError(at: start, expected: "FLAGS or FLAGS.SILENT")
        }
        try space()
        let flags = byte == 0x28 ? try flagList() : try bareFlags()
        return Store(isUID: isUID, set: set, change: change, isSilent: isSilent, flags: flags, unchangedSince: unchangedSince)
    }

    /// RFC 9051 §9: store-att-flags takes flags without parentheses too.
    private mutating func bareFlags() throws(ParseError) -> [Flag] {
        var flags: [Flag] = []
        repeat {
            let flag = try flag()
            if !Quirks.drops(flag) { flags.append(flag) }
        } while hasArgument && take(0x20)
        return flags
    }

    mutating func copy(isUID: Bool) throws(ParseError) -> Copy {
        try space()
        let set = try sequenceSet()
        return Copy(isUID: isUID, set: set, mailbox: try mailboxArgument())
    }

    /// RFC 9051 §6.4.9: UID EXPUNGE
    mutating func uidExpunge() throws(ParseError) -> Command {
        try space()
        return .expunge(try sequenceSet())
    }
}
