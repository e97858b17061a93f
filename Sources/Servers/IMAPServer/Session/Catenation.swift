import CollectionStore
import Database
import IMAPGrammar
import Mail
import MIME

/// CATENATE (RFC 4469): parts of messages that are there already become parts of the one that comes.
extension Session {
    private static let readSize = 256 << 10

    func catenate(_ sent: [UInt8]) throws {
        guard let incoming = upload, incoming.refusal == nil else { return }
        let part: ReferredPart?
        do {
            part = try database.read { tx in try referredPart(tx, sent) }
        } catch is Refused {
            part = nil
        } catch is MailRefusal {
            part = nil
        }
        guard let part else {
            // RFC 4469 §4.1
            upload?.refusal = .no(.badURL(sent), "there is nothing for the URL that you may read")
            return
        }
        let size = UInt64(clamping: part.ranges.reduce(0) { $0 + $1.count })
        // A short command must not make more than a long one can.
        guard incoming.catenated + size <= appendLimit else {
            upload?.refusal = .no(.tooBig, "one command takes \(appendLimit) octets by reference")
            return
        }
        checkRoom(for: size)
        guard upload?.refusal == nil else { return }
        upload?.catenated += size
        if upload?.current == nil { upload?.current = store.upload() }
        for range in part.ranges {
            var position = range.lowerBound
            while position < range.upperBound {
                let piece = position..<min(position + Self.readSize, range.upperBound)
                let octets = try database.read { tx in try store.octets(tx, of: part.content, piece) }
                guard octets.count == piece.count else { throw Failure(.unavailable, "a message that is referred to has gone") }
                try feed(octets)
                position = piece.upperBound
            }
        }
    }

    struct ReferredPart {
        var content: ContentID
        var ranges: [Range<Int>]
        /// The message, and which part of it the URL names as a whole; nil: it names something else.
        var message: Message?
        var part: Int?
    }

    /// RFC 4469 §3: a URL of this server; relative to it, or to the selected mailbox.
    private func referredPart(_ tx: borrowing ReadTransaction, _ sent: [UInt8]) throws -> ReferredPart? {
        guard let url = try? IMAPURL.parse(sent), url.search == nil, url.uid != nil else { return nil }
        // RFC 4467 §1: what URLFETCH would give, a message may be made of.
        if url.authorization != nil { return isOff(.urlAuthorization) ? nil : try authorizedPart(tx, sent) }
        guard url.server == nil else { return nil }
        let mailbox: Mailbox
        if let name = url.mailbox {
            let found = try find(tx, name)
            try require(.read, of: found)
            mailbox = found.mailbox
        } else {
            let selected = try selectedMailbox()
            try require(.read, tx, in: selected)
            mailbox = selected.mailbox
        }
        return try referredPart(tx, url, in: mailbox)
    }

    /// What a URL names of a mailbox that may be read.
    func referredPart(_ tx: borrowing ReadTransaction, _ url: IMAPURL, in mailbox: Mailbox) throws -> ReferredPart? {
        guard let uid = url.uid, let section = try? BodySection.parse(url.section ?? []) else { return nil }
        if let validity = url.uidValidity, validity != mailbox.uidValidity { return nil }
        var row: StoredMessage?
        try store.messages(tx, UIDSet(uid...uid), in: mailbox.id, with: .structure) { message in
            row = message
            return false
        }
        guard let row, let ranges = try ranges(tx, of: section, row) else { return nil }
        let size = UInt64(clamping: ranges.reduce(0) { $0 + $1.count })
        let wanted = url.partial.map { Partial(origin: $0.origin, count: $0.count ?? .max).range(of: size) } ?? 0..<size
        let part = section.text == .all && url.partial == nil ? row.message.part(section.part.map { Int($0) }) : nil
        return ReferredPart(content: row.content, ranges: cut(ranges, to: wanted), message: row.message, part: part)
    }
}
