internal import Bytes

/// LIST, with what RFC 5258 adds (RFC 9051 §6.3.9), and its older kin.
package struct List: Hashable, Sendable {
    package enum Kind: Sendable {
        case list
        /// RFC 3501 §6.3.9.
        case lsub
        /// Outlook asks so for special uses; LIST with another name.
        case xlist
    }

    package var kind: Kind
    package var selection: ListSelection = []
    package var reference: MailboxName
    /// One with an empty text asks for the separator and the root (RFC 9051 §6.3.9).
    package var patterns: [ListPattern]
    /// Nil where no RETURN was sent.
    package var returning: ListReturn?

    /// Whether it has what only an extended LIST has: then RFC 5258's rules for the answer hold.
    package var isExtended: Bool { !selection.isEmpty || returning != nil || patterns.count > 1 || hasSelection }
    /// Whether there were options of selection, be it `()`.
    package var hasSelection = false
}

/// RFC 9051 §6.3.9.1.
package struct ListSelection: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package static let subscribed = ListSelection(rawValue: 1)
    package static let remote = ListSelection(rawValue: 2)
    package static let recursiveMatch = ListSelection(rawValue: 4)
    /// RFC 6154 §2.
    package static let specialUse = ListSelection(rawValue: 8)
}

/// RFC 9051 §6.3.9.2, RFC 5819 (STATUS), RFC 6154 (SPECIAL-USE), RFC 8440 (MYRIGHTS), RFC 9590 (METADATA).
package struct ListReturn: Hashable, Sendable {
    package var subscribed = false
    package var children = false
    package var specialUse = false
    package var myRights = false
    package var status: [StatusItem]?
    package var metadata: [[UInt8]]?
}

extension CommandCursor {
    mutating func list(_ kind: List.Kind) throws(ParseError) -> List {
        try space()
        var selection: ListSelection?
        if kind == .list, byte == 0x28 {
            selection = try listSelection()
            try space()
        }
        let reference = try mailbox()
        try space()
        var command = List(kind: kind, selection: selection ?? [], reference: reference, patterns: [])
        command.hasSelection = selection != nil
        if kind == .list, byte == 0x28 {
            try list { (cursor) throws(ParseError) in command.patterns.append(try cursor.listPattern()) }
            guard command.patterns.count <= 100 else { throw failure("at most 100 patterns") }
        } else {
            command.patterns = [try listPattern()]
        }
        guard kind == .list, hasArgument else { return command }
        try space()
        try expectWord("RETURN")
        try space()
        command.returning = try listReturn()
        return command
    }

    private mutating func listSelection() throws(ParseError) -> ListSelection {
        var selection: ListSelection = []
        let start = position
        try list(mayBeEmpty: true) { (cursor) throws(ParseError) in
            let start = cursor.position
            switch cursor.word() {
            case Word("SUBSCRIBED"): selection.insert(.subscribed)
            case Word("REMOTE"): selection.insert(.remote)
            case Word("RECURSIVEMATCH"): selection.insert(.recursiveMatch)
            case Word("SPECIAL-USE"): selection.insert(.specialUse)
            default: throw ParseError(at: start, expected: "a selection option")
            }
        }
        // RFC 9051 §6.3.9.1: RECURSIVEMATCH needs an option that is not REMOTE or itself.
        if selection.contains(.recursiveMatch), selection.isDisjoint(with: [.subscribed, .specialUse]) {
            throw ParseError(at: start, expected: "SUBSCRIBED beside RECURSIVEMATCH")
        }
        return selection
    }

    private mutating func listReturn() throws(ParseError) -> ListReturn {
        var options = ListReturn()
        try list(mayBeEmpty: true) { (cursor) throws(ParseError) in
            let start = cursor.position
            switch cursor.word() {
            case Word("SUBSCRIBED"): options.subscribed = true
            case Word("CHILDREN"): options.children = true
            case Word("SPECIAL-USE"): options.specialUse = true
            case Word("MYRIGHTS"): options.myRights = true
            case Word("STATUS"):
                try cursor.space()
                options.status = try cursor.statusItems()
            case Word("METADATA"):
                try cursor.space()
                options.metadata = try cursor.metadataNames()
            default: throw ParseError(at: start, expected: "a return option")
            }
        }
        return options
    }
}
