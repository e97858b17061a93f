internal import Bytes

/// Which mailboxes NOTIFY (RFC 5465 §6) and ESEARCH (RFC 7377 §2.2) speak of.
package enum MailboxFilter: Hashable, Sendable {
    case selected, selectedDelayed, inboxes, personal, subscribed
    case subtree([MailboxName]), subtreeOne([MailboxName]), mailboxes([MailboxName])
}

extension CommandCursor {
    mutating func mailboxFilter() throws(ParseError) -> MailboxFilter {
        let start = position
        switch word() {
        case Word("SELECTED"): return .selected
        case Word("SELECTED-DELAYED"): return .selectedDelayed
        case Word("INBOXES"): return .inboxes
        case Word("PERSONAL"): return .personal
        case Word("SUBSCRIBED"): return .subscribed
        case Word("SUBTREE"): return .subtree(try someMailboxes())
        case Word("SUBTREE-ONE"): return .subtreeOne(try someMailboxes())
        case Word("MAILBOXES"): return .mailboxes(try someMailboxes())
        default: throw ParseError(at: start, expected: "which mailboxes are meant")
        }
    }

    /// RFC 5465 §8: one-or-more-mailbox
    private mutating func someMailboxes() throws(ParseError) -> [MailboxName] {
        try space()
        if byte != 0x28 { return [try mailbox()] }
        var names: [MailboxName] = []
        try list { (cursor) throws(ParseError) in names.append(try cursor.mailbox()) }
        return names
    }
}
