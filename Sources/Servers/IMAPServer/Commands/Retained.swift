import Bytes
import CollectionStore
import Database
import Directory
import IMAPGrammar
import Mail

/// What was expunged and deleted, and can come back, for who has no shell on the server: two annotations (RFC 5464) with the vendor's name, of
/// which the one tells what there is, and the other brings back what is written into it.
extension Session {
    static let deletedEntry = [UInt8]("/private/vendor/tegu/deleted".utf8)
    static let restoreEntry = [UInt8]("/private/vendor/tegu/restore".utf8)
    /// So many are told, the latest first.
    private static let mostTold = 500
    /// Octets of a subject or a name.
    private static let longestText = 100

    /// Of a mailbox: the UID of each message that was expunged, when, how large it is, and its subject. Without one: the number of each mailbox
    /// that was deleted, when, how many messages it has, and its name. A line each; nil: nobody but who could bring it back is told.
    func told(_ tx: borrowing ReadTransaction, deletedFrom found: FoundMailbox?) throws -> [UInt8]? {
        var lines: [UInt8] = []
        guard let found else {
            for mailbox in try store.retainedMailboxes(tx, of: try signedInPrincipal().id).prefix(Self.mostTold) {
                Self.append(
                    mailbox.id.rawValue, at: mailbox.deleted, Int64(mailbox.messageCount), Array(mailbox.name.utf8), to: &lines)
            }
            return lines
        }
        guard found.rights.isSuperset(of: Self.restoring) else { return nil }
        for message in try store.retainedMessages(tx, of: found.owner.id, from: found.mailbox.id, limit: Self.mostTold) {
            let subject = try store.content(tx, message.content)?.keys.baseSubject ?? []
            Self.append(Int64(message.uid), at: message.expunged, Int64(message.size), subject, to: &lines)
        }
        return lines
    }

    /// Who may take messages out of a mailbox and put some in.
    private static let restoring: MailRights = [.read, .insert, .expunge]

    private static func append(_ number: Int64, at time: Milliseconds, _ size: Int64, _ text: [UInt8], to lines: inout [UInt8]) {
        lines += "\(number) ".utf8
        InternalDate(seconds: time / 1000).append(to: &lines)
        lines += " \(size) ".utf8
        let shown = text.prefix(longestText).map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }
        lines += String(decoding: shown, as: UTF8.self).utf8
        lines += [0x0D, 0x0A]
    }

    /// `value`: UIDs as a sequence set has them, or without a mailbox the number of a deleted one.
    func restore(_ tx: borrowing WriteTransaction, _ value: [UInt8]?, to found: FoundMailbox?) throws {
        guard let value, !value.isEmpty else { throw Refused.no(.cannot, "say what is to come back") }
        guard let found else {
            guard let number = Int64(String(utf8: value)) else { throw Refused.no(.cannot, "the number of a deleted mailbox is wanted") }
            _ = try store.restore(tx, mailbox: MailboxID(rawValue: number), of: try signedInPrincipal().id, now: now)
            return
        }
        try require(Self.restoring, of: found)
        guard let set = SequenceSet(text: value), !set.isSavedResult else { throw Refused.no(.cannot, "UIDs are wanted, such as 3,5:7") }
        let uids = UIDSet(ranges: set.resolved(last: .max).ranges)
        let retained = try store.retainedMessages(tx.read, of: found.owner.id, from: found.mailbox.id, limit: Self.mostTold).map(\.uid)
        // No more at once than are told.
        let wanted = UIDSet(retained).intersection(uids)
        guard try store.restore(tx, messages: wanted, from: found.mailbox.id, of: found.owner.id, now: now) > 0 else {
            throw Refused.no(.nonexistent, "there is no such message to bring back")
        }
    }
}
