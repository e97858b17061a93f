import Bytes
import CollectionStore
import Database
import Directory
import IMAPGrammar
import Logging
import Mail

/// An APPEND or a REPLACE as it comes in. No message of it is held whole where it is large.
struct IncomingMessages {
    var target: UploadTarget
    /// Whose quota it will count for; nil: it was not looked up yet whether there is such a mailbox.
    var owner: PrincipalID?
    /// Octets that came by reference.
    var catenated: UInt64 = 0
    var messages: [NewMessage] = []
    var current: MessageUpload?
    var flags = MessageFlags()
    var date: InternalTime?
    /// Why nothing of it is wanted; told when it has ended, or when it would be sent.
    var refusal: Completion?
    /// The UID of the message that is replaced (RFC 8508).
    var replaced: UID?
}

extension Session {
    func receive(_ event: Upload) {
        do {
            try take(event)
        } catch {
            // What still comes is passed over.
            upload?.refusal = Replies.completion(of: error, logger)
            if case .end = event { finishUpload() }
        }
    }

    private func take(_ event: Upload) throws {
        switch event {
        case .begin(let target):
            beginCommand()
            upload = IncomingMessages(target: target)
            try begin(target)
        case .message(let flags, let date, _):
            if isOff(.multiAppend), upload?.messages.isEmpty == false { throw Self.notKnown }
            upload?.flags = FlagNames.flags(flags)
            upload?.date = date.map { InternalTime(seconds: $0.seconds, zoneMinutes: $0.zoneMinutes) }
        case .literal(let size, let isBinary):
            // UTF8=ACCEPT has its literals in this form too (RFC 6855 §4).
            if isBinary, isOff(.binary), !enabled.utf8, upload?.refusal == nil { upload?.refusal = Self.notKnown.completion }
            beginLiteral(size, isBinary: isBinary)
        case .data(let bytes): try feed(bytes)
        case .url(let url):
            if isOff(.catenate) { throw Self.notKnown }
            try lookUpTarget()
            try catenate(url)
        case .messageEnd: try endMessage()
        case .end: finishUpload()
        }
    }

    /// Whether it can be done is told before the message is sent (RFC 9051 §6.3.12), where the client waits for that, and before much of it
    /// is kept. A small message that comes by itself finds out in the transaction that appends it.
    private func lookUpTarget() throws {
        guard let incoming = upload, incoming.owner == nil, incoming.refusal == nil else { return }
        upload?.owner = try database.read { tx in try findTarget(tx, incoming.target.mailbox) }.owner.id
    }

    private func begin(_ target: UploadTarget) throws {
        guard state != .notAuthenticated else { throw Refused.bad("sign in first") }
        if target.kind != .append, isOff(.replace) { throw Self.notKnown }
        guard case .replace(let number, let isUID, let isLast) = target.kind else { return }
        try lookUpTarget()
        // RFC 8508 §3.1: as STORE \Deleted and EXPUNGE.
        guard state == .selected else { throw Refused.bad("no mailbox is selected") }
        let selected = try writableMailbox([.deleteMessages, .expunge])
        let set = SequenceSet(isLast ? NumberSet() : NumberSet(number...number), fromOrLast: isLast ? .max : nil)
        guard let uid = try selected.uids(of: set, isUID: isUID).highest else { throw Refused.no(nil, "no such message") }
        upload?.replaced = uid
    }

    private func beginLiteral(_ size: UInt64, isBinary: Bool) {
        if reader.isAwaited {
            do { try lookUpTarget() } catch { upload?.refusal = Replies.completion(of: error, logger) }
        }
        checkRoom(for: size)
        guard upload?.refusal == nil else { return reader.refuse() }
        if upload?.current == nil { upload?.current = store.upload(keepsOctets: isBinary) }
        reader.accept()
    }

    /// Sets the refusal where there is no room for so many octets more of the message that comes, or that cannot be told.
    func checkRoom(for size: UInt64) {
        guard let incoming = upload, incoming.refusal == nil else { return }
        let limit = appendLimit
        let sofar = UInt64(clamping: incoming.current?.size ?? 0)
        if size > limit || sofar + size > limit {
            // RFC 7889 §4, RFC 4469 §4.2
            upload?.refusal = .no(.tooBig, "a message may have \(limit) octets")
            return
        }
        // What is small waits in memory, and is judged when all has come.
        let total = incoming.messages.reduce(sofar + size) { $0 + UInt64(clamping: $1.content.size) }
        guard total > UInt64(clamping: store.limits.heldSize) else { return }
        do {
            try lookUpTarget()
            guard let owner = upload?.owner else { return }
            try database.read { tx in try store.checkQuota(tx, messages: incoming.messages.count + 1, bytes: total, of: owner) }
        } catch {
            upload?.refusal = Replies.completion(of: error, logger)
        }
    }

    func feed(_ bytes: [UInt8]) throws {
        guard var incoming = upload, incoming.refusal == nil, var current = incoming.current else { return }
        // So that there is one owner of what is held.
        upload = nil
        incoming.current = nil
        defer {
            incoming.current = current
            upload = incoming
        }
        current.feed(bytes)
        if let part = current.takeDue() {
            current.staged(try database.write { tx in try store.stage(tx, part, now: now) })
        }
    }

    private func endMessage() throws {
        guard var incoming = upload else { return }
        guard var current = incoming.current else {
            // RFC 9051 §6.3.12: an empty literal has no data.
            if incoming.refusal == nil { upload?.refusal = .no(.cannot, "an empty message") }
            return
        }
        incoming.current = nil
        upload = nil
        defer { upload = incoming }
        // RFC 3502 §6.3.11: an empty message takes all of the command back.
        if current.size == 0, incoming.refusal == nil { incoming.refusal = .no(.cannot, "an empty message") }
        if incoming.messages.count == Self.mostMessages, incoming.refusal == nil {
            incoming.refusal = .no(.messageLimit(UInt32(clamping: Self.mostMessages), lowestUID: nil), "one command takes \(Self.mostMessages) messages")
        }
        if current.hasNUL, incoming.refusal == nil {
            // RFC 3516 §4.4, §6: no FETCH of BODY may have a NUL.
            if let encoded = current.encodingBinary() {
                current = encoded
            } else {
                incoming.refusal = .no(.unknownCTE, "NULs cannot be kept there")
            }
        }
        guard incoming.refusal == nil else { return discard(current.stagedContent) }
        let staged = current.stagedContent
        let content: NewContent
        do {
            content = try current.finish()
        } catch {
            discard(staged)
            throw error
        }
        incoming.messages.append(NewMessage(content, flags: incoming.flags, internalDate: incoming.date))
        try boundMemory(&incoming)
    }

    /// Each is remembered until the last has come, also those that are stored already.
    private static let mostMessages = 1000

    /// MULTIAPPEND (RFC 3502): many messages together are no more in memory than one large one.
    private func boundMemory(_ incoming: inout IncomingMessages) throws {
        let limit = 4 * store.limits.heldSize
        guard incoming.messages.reduce(0, { $0 + ($1.content.stagedContent == nil ? $1.content.size : 0) }) > limit else { return }
        for index in incoming.messages.indices where incoming.messages[index].content.stagedContent == nil {
            incoming.messages[index].content = try database.write { tx in
                try store.stage(tx, content: incoming.messages[index].content, now: now)
            }
        }
    }

    private func finishUpload() {
        guard let incoming = upload else { return }
        upload = nil
        let name: StaticString = incoming.target.kind == .append ? "APPEND" : "REPLACE"
        attempt(incoming.target.tag, name, .all) {
            if let refusal = incoming.refusal {
                discard(incoming)
                return refusal
            }
            do {
                return try append(incoming)
            } catch {
                discard(incoming)
                throw error
            }
        }
    }

    private func append(_ incoming: IncomingMessages) throws -> Completion {
        guard isAppendingToFiles else {
            do {
                return try append(incoming, incoming.messages, areWritten: false)
            } catch is FilesAreWanted {
                isAppendingToFiles = true
                return try append(incoming)
            }
        }
        let known = try database.read { tx in try findTarget(tx, incoming.target.mailbox) }
        guard known.mailbox.isInMaildir else {
            isAppendingToFiles = false
            return try append(incoming)
        }
        let written = try store.writeFiles(database, incoming.messages, for: known.mailbox.id, now: now)
        do {
            return try append(incoming, written, areWritten: true)
        } catch {
            store.discardFiles(database, of: written)
            throw error
        }
    }

    /// The mailbox is in a Maildir: the message's file comes before its row.
    private struct FilesAreWanted: Error {}

    private func append(_ incoming: IncomingMessages, _ messages: [NewMessage], areWritten: Bool) throws -> Completion {
        let viewer = try signedInPrincipal().id
        let (result, target, modseq) = try database.write { tx in
            let target = try findTarget(tx.read, incoming.target.mailbox)
            if target.mailbox.isInMaildir, !areWritten { throw FilesAreWanted() }
            let allowed = FlagNames.allowed(target.rights)
            let messages = messages.map { message in
                var message = message
                message.flags.system.formIntersection(allowed.system)
                if !allowed.keywords { message.flags.keywords = [] }
                return message
            }
            let result = try store.append(tx, messages, to: target.mailbox, viewer: viewer, now: now)
            var modseq: ModSeq?
            if let uid = incoming.replaced, let selected {
                modseq = try store.expunge(tx, UIDSet(uid...uid), in: selected.id, onlyDeleted: false, by: viewer, now: now).modseq
            }
            return (result, target, modseq)
        }
        // RFC 4315 §3: not where the client may not read what it has put there.
        guard target.rights.contains(.read) else { return .ok(highestModSeq(modseq), "done") }
        let code = ResponseCode.appendUID(validity: result.uidValidity, uids: Array(result.uids.elements))
        if incoming.replaced != nil {
            // RFC 8508 §3.4: before the EXPUNGE.
            if !isOff(.uidPlus) { out.untagged(.ok, code, "the new message") }
            // As EXPUNGE does: RFC 7162 §3.2.7.
            return .ok(highestModSeq(modseq), "replaced")
        }
        return .ok(code, "done")
    }

    /// The command has ended before its time.
    func abandonUpload() {
        guard let incoming = upload else { return }
        upload = nil
        uploadRefusal = incoming.refusal
        discard(incoming)
    }

    func takeUploadRefusal() -> Completion? {
        defer { uploadRefusal = nil }
        return uploadRefusal
    }

    private func discard(_ incoming: IncomingMessages) {
        discard(incoming.current?.stagedContent)
        for message in incoming.messages { discard(message.content.stagedContent) }
    }

    private func discard(_ content: ContentID?) {
        guard let content else { return }
        // What is forgotten goes by itself after a day.
        try? database.write { tx in try store.discard(tx, content) }
    }
}
