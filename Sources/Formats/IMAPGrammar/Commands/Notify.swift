internal import Bytes

/// RFC 5465.
package enum Notify: Hashable, Sendable {
    case none
    /// `status`: the state of the mailboxes is wanted at once (RFC 5465 §3.1).
    case set(status: Bool, [Group])

    package struct Group: Hashable, Sendable {
        package var filter: MailboxFilter
        /// None for `NONE`.
        package var events: [Event]
    }

    package enum Event: Hashable, Sendable {
        /// With what to fetch of the new message.
        case messageNew([FetchItem])
        case messageExpunge, flagChange, annotationChange, mailboxName, subscriptionChange
        case mailboxMetadataChange, serverMetadataChange
        /// One that this grammar does not know: the answer is `NO [BADEVENT ...]` (RFC 5465 §5).
        case unknown([UInt8])
    }
}

extension CommandCursor {
    mutating func notify() throws(ParseError) -> Notify {
        try space()
        if takeWord("NONE") { return .none }
        try expectWord("SET")
        try space()
        let status = takeWord("STATUS")
        if status { try space() }
        var groups = [try eventGroup()]
        while byteAfterSpace == 0x28 {
            try space()
            groups.append(try eventGroup())
            guard groups.count <= 100 else { throw failure("at most 100 groups of events") }
        }
        return .set(status: status, groups)
    }

    private mutating func eventGroup() throws(ParseError) -> Notify.Group {
        try open()
        let filter = try mailboxFilter()
        try space()
        var events: [Notify.Event] = []
        if !takeWord("NONE") {
            try list { (cursor) throws(ParseError) in
                events.append(try cursor.notifyEvent())
                guard events.count <= 50 else { throw cursor.failure("fewer events") }
            }
        }
        try close()
        return Notify.Group(filter: filter, events: events)
    }

    private mutating func notifyEvent() throws(ParseError) -> Notify.Event {
        let start = position
        switch word() {
        case Word("MESSAGENEW"):
            var items: [FetchItem] = []
            if byteAfterSpace == 0x28 {
                try space()
                try fetchItems(&items)
            }
            return .messageNew(items)
        case Word("MESSAGEEXPUNGE"): return .messageExpunge
        case Word("FLAGCHANGE"): return .flagChange
        case Word("ANNOTATIONCHANGE"): return .annotationChange
        case Word("MAILBOXNAME"): return .mailboxName
        case Word("SUBSCRIPTIONCHANGE"): return .subscriptionChange
        case Word("MAILBOXMETADATACHANGE"): return .mailboxMetadataChange
        case Word("SERVERMETADATACHANGE"): return .serverMetadataChange
        default:
            position = start
            return .unknown(try atom("an event"))
        }
    }
}
