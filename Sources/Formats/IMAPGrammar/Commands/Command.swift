internal import Bytes

/// A command as it was sent: its tag, and what it asks.
package struct TaggedCommand: Sendable, Equatable {
    package var tag: [UInt8]
    package var command: Command

    /// Reads a whole command without its last CRLF, as `CommandReader` gives it.
    package static func parse(_ bytes: [UInt8], coding: MailboxCoding = .modifiedUTF7) throws(CommandError) -> TaggedCommand {
        var cursor = CommandCursor(bytes, coding: coding)
        var tag: [UInt8]?
        var name: CommandName?
        do throws(ParseError) {
            let sent = try cursor.tag()
            try cursor.space()
            tag = sent
            guard let known = cursor.commandName() else {
                throw cursor.failure("the name of a command")
            }
            name = known
            let command = try known.parse(&cursor)
            try cursor.end()
            return TaggedCommand(tag: sent, command: command)
        } catch {
            let text = name.map { "\($0.rawValue): \(error)" } ?? "\(error)"
            throw CommandError(tag: tag, isUnknownCommand: tag != nil && name == nil, text: text)
        }
    }
}

/// What a client can ask. APPEND and REPLACE, whose messages are streamed, are `Upload`; here they stand without what they
/// bring, as they come from a reader that takes no uploads.
package enum Command: Sendable, Equatable {
    // RFC 9051 §6.1 and others: any state. Session.swift
    case capability, noop, logout, idle, namespace
    case id([IDField])
    case compress(algorithm: [UInt8])
    case startTLS, unauthenticate
    case authenticate(mechanism: [UInt8], initialResponse: [UInt8]?)
    case login(user: [UInt8], password: [UInt8])
    case enable([[UInt8]])
    // RFC 9051 §6.3. Mailboxes.swift
    case select(Select)
    case create(MailboxName, uses: [[UInt8]])
    case delete(MailboxName)
    case rename(MailboxName, to: MailboxName)
    case subscribe(MailboxName), unsubscribe(MailboxName)
    case status(MailboxName, [StatusItem])
    case list(List)
    // RFC 9051 §6.4. Messages.swift, Fetch.swift, Store.swift, Search.swift
    case check, close, unselect
    case expunge(SequenceSet?)
    case fetch(Fetch)
    case store(Store)
    case copy(Copy), move(Copy)
    case search(Search), sort(Sort), thread(Thread)
    case multiSearch(MultiSearch)
    case cancelUpdate(tags: [[UInt8]])
    case append, replace
    // RFC 4314. AccessControl.swift
    case setACL(MailboxName, identifier: [UInt8], RightsChange)
    case deleteACL(MailboxName, identifier: [UInt8])
    case getACL(MailboxName), myRights(MailboxName)
    case listRights(MailboxName, identifier: [UInt8])
    // RFC 9208. Quota.swift
    case getQuota(root: [UInt8])
    case getQuotaRoot(MailboxName)
    case setQuota(root: [UInt8], [QuotaLimit])
    // RFC 5464. Metadata.swift
    case getMetadata(GetMetadata)
    case setMetadata(MailboxName?, [MetadataEntry])
    // RFC 4467. URLAuthorization.swift
    case generateURLs([URLRequest])
    case resetKey(MailboxName?, mechanisms: [[UInt8]])
    case fetchURLs([URLFetchRequest])
    // RFC 5465. Notify.swift
    case notify(Notify)
}
