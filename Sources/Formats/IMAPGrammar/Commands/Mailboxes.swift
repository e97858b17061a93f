internal import Bytes

/// SELECT and EXAMINE (RFC 9051 §6.3.2, §6.3.3).
package struct Select: Hashable, Sendable {
    package var mailbox: MailboxName
    package var isReadOnly: Bool
    /// RFC 7162 §3.1.8.
    package var condstore = false
    package var quickResync: QuickResync?
}

/// RFC 7162 §3.2.5: what the client knew when it was last here.
package struct QuickResync: Hashable, Sendable {
    package var uidValidity: UInt32
    package var modSeq: UInt64
    package var knownUIDs: NumberSet?
    /// Message numbers and the UIDs they had, pairwise ascending.
    package var match: Match?

    package struct Match: Hashable, Sendable {
        package var numbers: NumberSet
        package var uids: NumberSet
    }
}

/// RFC 9051 §6.3.11, and what extensions add.
package enum StatusItem: Hashable, Sendable, CaseIterable {
    case messages, recent, uidNext, uidValidity, unseen, deleted, size
    /// RFC 9208 §4.1.4: DELETED-STORAGE. RFC 7162 §3.1.7. RFC 7889 §4. RFC 8474 §4.3.
    case deletedStorage, highestModSeq, appendLimit, mailboxID

    var name: StaticString {
        switch self {
        case .messages: "MESSAGES"
        case .recent: "RECENT"
        case .uidNext: "UIDNEXT"
        case .uidValidity: "UIDVALIDITY"
        case .unseen: "UNSEEN"
        case .deleted: "DELETED"
        case .size: "SIZE"
        case .deletedStorage: "DELETED-STORAGE"
        case .highestModSeq: "HIGHESTMODSEQ"
        case .appendLimit: "APPENDLIMIT"
        case .mailboxID: "MAILBOXID"
        }
    }

    fileprivate static let byWord = Dictionary(uniqueKeysWithValues: allCases.map { (Word($0.name), $0) })
}

extension CommandCursor {
    mutating func select(isReadOnly: Bool) throws(ParseError) -> Select {
        var select = Select(mailbox: try mailboxArgument(), isReadOnly: isReadOnly)
        guard byteAfterSpace == 0x28 else { return select }
        try space()
        try list { (cursor) throws(ParseError) in
            let start = cursor.position
            switch cursor.word() {
            case Word("CONDSTORE"): select.condstore = true
            case Word("QRESYNC"):
                try cursor.space()
                select.quickResync = try cursor.quickResync()
            default: throw ParseError(at: start, expected: "CONDSTORE or QRESYNC")
            }
        }
        return select
    }

    private mutating func quickResync() throws(ParseError) -> QuickResync {
        try open()
        let validity = try positive("UIDVALIDITY")
        try space()
        var resync = QuickResync(uidValidity: validity, modSeq: try number64("a mod-sequence"))
        if take(0x20) {
            if byte != 0x28 {
                resync.knownUIDs = try knownSet()
                if take(0x20) { resync.match = try resyncMatch() }
            } else {
                resync.match = try resyncMatch()
            }
        }
        try close()
        return resync
    }

    private mutating func resyncMatch() throws(ParseError) -> QuickResync.Match {
        try open()
        let numbers = try knownSet()
        try space()
        let uids = try knownSet()
        // RFC 7162 §3.2.5.2: as many UIDs as numbers
        guard numbers.count == uids.count else { throw failure("as many UIDs as message numbers") }
        try close()
        return QuickResync.Match(numbers: numbers, uids: uids)
    }

    mutating func create() throws(ParseError) -> Command {
        let mailbox = try mailboxArgument()
        var uses: [[UInt8]] = []
        guard byteAfterSpace == 0x28 else { return .create(mailbox, uses: []) }
        try space()
        // RFC 6154 §3: create-param "USE"
        try list { (cursor) throws(ParseError) in
            try cursor.expectWord("USE")
            try cursor.space()
            try cursor.list(mayBeEmpty: true) { (cursor) throws(ParseError) in
                try cursor.expect(0x5C, "a special use such as \\Sent")
                uses.append([0x5C] + (try cursor.atom("a special use")))
            }
        }
        return .create(mailbox, uses: uses)
    }

    mutating func rename() throws(ParseError) -> Command {
        let from = try mailboxArgument()
        return .rename(from, to: try mailboxArgument())
    }

    mutating func status() throws(ParseError) -> Command {
        let mailbox = try mailboxArgument()
        try space()
        return .status(mailbox, try statusItems())
    }

    mutating func statusItems() throws(ParseError) -> [StatusItem] {
        var items: [StatusItem] = []
        try list(mayBeEmpty: true) { (cursor) throws(ParseError) in
            let start = cursor.position
            guard let word = cursor.word(), let item = StatusItem.byWord[word] else {
                throw ParseError(at: start, expected: "a status item")
            }
            if !items.contains(item) { items.append(item) }
        }
        return items
    }
}
