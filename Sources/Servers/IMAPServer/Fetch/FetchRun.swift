import CollectionStore
import Database
import IMAPGrammar
import Mail
import MIME

/// A FETCH in work. A step makes about a piece of the answer in one transaction; what is left of a message that is being sent is read by
/// its octets' id, which stays what it is.
final class FetchRun: RunningCommand {
    /// Messages whose rows are read at once.
    private static let rowCount = 512
    /// Rows with what is listed of them.
    private static let listedCount = 128
    /// Rows with their structures.
    private static let structureCount = 32

    private let items: FetchItems
    private let snapshot: MailboxSnapshot
    private let view: MailboxSnapshot
    private let mailbox: MailboxID
    private let isInFiles: Bool
    /// RFC 3501 §2.3.2.
    private let recent: UIDSet
    /// Those still to come; the ranges before `position` are done.
    private var ranges: [ClosedRange<UID>]
    private var rows: [StoredMessage] = []
    private var nextRow = 0
    /// The message that is being written, by its place in `rows`, and the next item of it.
    private var item = 0
    private var isInMessage = false
    private var literal: FetchLiteral?
    private var hasMissing: Bool
    private var refusal: Completion?

    /// RFC 9738: that not all were dealt with.
    private let limitCode: ResponseCode?

    init(_ session: Session, items: FetchItems, uids: UIDSet, selected: SelectedMailbox, limitCode: ResponseCode? = nil) {
        self.limitCode = limitCode
        self.items = items
        snapshot = selected.latest
        view = selected.view
        mailbox = selected.id
        isInFiles = selected.mailbox.isInMaildir
        recent = session.enabled.imap4rev2 ? UIDSet() : selected.recent
        let present = selected.latest.existing(uids)
        hasMissing = present.count != uids.count
        ranges = present.ranges.reversed()
    }

    var isInLiteral: Bool { isInMessage }

    func step(_ session: Session) throws -> Completion? {
        let limit = session.out.bytes.count + Session.pieceSize
        if items.isInSnapshot {
            writeFromSnapshot(session, limit)
        } else {
            try session.database.read { tx in
                while session.out.bytes.count < limit, try writeNext(tx, session, limit) {}
            }
        }
        guard ranges.isEmpty, nextRow >= rows.count, !isInMessage else { return nil }
        // RFC 9051 §7.1: EXPUNGEISSUED; what has gone meanwhile had nothing to be told of.
        if let refusal { return refusal }
        if let limitCode { return .ok(limitCode, "done, in part") }
        return hasMissing ? .ok(.expungeIssued, "some messages were expunged") : .ok(nil, "done")
    }

    // MARK: What the snapshot has

    private func writeFromSnapshot(_ session: Session, _ limit: Int) {
        while let range = ranges.popLast() {
            for index in snapshot.indices(of: range) {
                let uid = snapshot.uid(at: index)
                guard session.out.bytes.count < limit else {
                    ranges.append(uid...range.upperBound)
                    return
                }
                guard let number = number(of: uid, near: index) else { continue }
                session.beginFetch(number, uid)
                for item in items.items { writeShort(item, index, session) }
                session.endFetch(uid)
            }
        }
    }

    /// Mostly the index in both snapshots is the same.
    private func number(of uid: UID, near index: Int) -> UInt32? {
        if view.uid(at: index) == uid { return UInt32(clamping: index + 1) }
        return view.index(of: uid).map { UInt32(clamping: $0 + 1) }
    }

    /// Items that the snapshot has.
    private func writeShort(_ item: FetchItem, _ index: Int, _ session: Session) {
        switch item {
        case .uid: if !session.enabled.uidOnly { session.out.fetchUID(snapshot.uid(at: index)) }
        case .flags:
            let isRecent = !recent.isEmpty && recent.contains(snapshot.uid(at: index))
            session.out.fetchFlags(written: FlagNames.written(snapshot.flags(at: index), snapshot.keywords, isRecent: isRecent))
        case .modSeq: session.out.fetchModSeq(UInt64(clamping: snapshot.modseq(at: index).rawValue))
        default: break
        }
    }

    // MARK: What must be read

    /// Writes an item, or a piece of one; false where all is written.
    private func writeNext(_ tx: borrowing ReadTransaction, _ session: Session, _ limit: Int) throws -> Bool {
        if var current = literal {
            literal = nil
            let isDone = try current.write(tx, session, limit)
            if !isDone { literal = current }
            return true
        }
        if nextRow >= rows.count, try !readRows(tx, session) { return false }
        let row = rows[nextRow]
        guard let index = snapshot.index(of: row.uid), let number = number(of: row.uid, near: index) else {
            nextRow += 1
            return true
        }
        if !isInMessage {
            session.beginFetch(number, row.uid)
            isInMessage = true
            item = 0
        }
        while item < items.items.count {
            defer { item += 1 }
            do {
                literal = try write(items.items[item], row, index, tx, session)
            } catch let refused as Refused {
                // Nothing of the item is written yet: the others are told, and why at the end.
                refusal = refused.completion
            }
            if literal != nil { return true }
        }
        // RFC 9051 §6.4.5: a change of \Seen should be told along.
        if items.marked.contains(row.uid) {
            // RFC 7162 §3.2.4
            if session.enabled.condstore, !items.items.contains(.uid) { writeShort(.uid, index, session) }
            if !items.items.contains(.flags) { writeShort(.flags, index, session) }
            if session.enabled.condstore, !items.items.contains(.modSeq) { writeShort(.modSeq, index, session) }
        }
        session.endFetch(row.uid)
        isInMessage = false
        nextRow += 1
        return true
    }

    private func readRows(_ tx: borrowing ReadTransaction, _ session: Session) throws -> Bool {
        rows.removeAll(keepingCapacity: true)
        nextRow = 0
        guard !ranges.isEmpty else { return false }
        let count = items.isListed ? Self.listedCount : items.needsStructure ? Self.structureCount : Self.rowCount
        let wanted = nextUIDs(count)
        if items.isListed {
            try readListed(tx, session, wanted)
            if rows.count < wanted.count { hasMissing = true }
            return true
        }
        var parts: MessageParts = items.needsStructure ? .structure : []
        if items.items.contains(.emailID) { parts.insert(.hash) }
        try session.store.messages(tx, wanted, in: mailbox, with: parts) { message in
            rows.append(message)
            return true
        }
        if rows.count < wanted.count { hasMissing = true }
        return true
    }

    /// Few have no listing; those are read with their structures.
    private func readListed(_ tx: borrowing ReadTransaction, _ session: Session, _ wanted: UIDSet) throws {
        var unlisted: [UID: Int] = [:]
        try session.store.messages(tx, wanted, in: mailbox, with: .listing) { message in
            if message.listing == nil { unlisted[message.uid] = rows.count }
            rows.append(message)
            return true
        }
        if unlisted.isEmpty { return }
        try session.store.messages(tx, UIDSet(unlisted.keys), in: mailbox, with: .structure) { message in
            if let place = unlisted[message.uid], rows.indices.contains(place) { rows[place] = message }
            return true
        }
    }

    /// The next UIDs, which are no longer in `ranges`; of messages that the snapshot has.
    private func nextUIDs(_ count: Int) -> UIDSet {
        var uids = UIDSet()
        var left = count
        while left > 0, let range = ranges.popLast() {
            let indices = snapshot.indices(of: range)
            for index in indices.prefix(left) { uids.append(snapshot.uid(at: index)) }
            if indices.count > left { ranges.append(snapshot.uid(at: indices.lowerBound + left)...range.upperBound) }
            left -= min(left, indices.count)
        }
        return uids
    }

    /// Another program may have removed or changed it.
    private func checkFile(_ tx: borrowing ReadTransaction, _ row: StoredMessage, _ session: Session) throws {
        do {
            try session.store.checkFile(tx, of: row.content)
        } catch let failure as Failure where !failure.isTemporary {
            throw Refused.no(.corruption, "the file of a message is missing or was changed")
        }
    }

    /// Writes an item; what is left of a long one comes back.
    private func write(
        _ item: FetchItem, _ row: StoredMessage, _ index: Int, _ tx: borrowing ReadTransaction, _ session: Session
    ) throws -> FetchLiteral? {
        if isInFiles, item.needsOctets { try checkFile(tx, row, session) }
        switch item {
        case .uid, .flags, .modSeq: writeShort(item, index, session)
        case .internalDate:
            session.out.fetchInternalDate(
                InternalDate(seconds: row.internalDate.seconds, zoneMinutes: row.internalDate.zoneMinutes))
        case .size: session.out.fetchSize(UInt64(clamping: row.size))
        case .saveDate: session.out.fetchSaveDate(InternalDate(seconds: row.saved / 1000))
        case .emailID: session.out.fetchEmailID(Array(row.emailID.utf8))
        case .threadID: session.out.fetchThreadID(Array(row.thread.objectID.utf8))
        case .envelope:
            if let listing = row.listing {
                session.out.fetchEnvelope(written: listing.envelope)
            } else {
                session.out.fetchEnvelope(IMAPGrammar.Envelope(row.message.envelope()))
            }
        case .body: session.out.fetchBodyStructure(IMAPGrammar.BodyStructure(row.message.bodyStructure()), isExtended: false)
        case .bodyStructure:
            if let listing = row.listing {
                session.out.fetchBodyStructure(written: listing.bodyStructure, isExtended: true)
            } else {
                session.out.fetchBodyStructure(IMAPGrammar.BodyStructure(row.message.bodyStructure()), isExtended: true)
            }
        case .preview(let isLazy):
            // RFC 8970 §3.1: LAZY is for what is at hand.
            let text = isLazy ? nil : try session.preview(tx, row)
            session.out.fetchPreview(text.map { Array($0.utf8) })
        case .section(let section): return try session.fetchSection(tx, section, row)
        case .rfc822, .rfc822Header, .rfc822Text: return try session.fetchOldSection(tx, item, row)
        case .binary(let section): return try session.fetchBinary(tx, section, row)
        case .binarySize(let part): try session.fetchBinarySize(tx, part, row)
        }
        return nil
    }
}

extension FetchItem {
    fileprivate var needsOctets: Bool {
        switch self {
        case .section, .rfc822, .rfc822Header, .rfc822Text, .binary, .preview, .binarySize: true
        default: false
        }
    }
}

extension StoredMessage {
    var message: Message { structure ?? Message([]) }
}
