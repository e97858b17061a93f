import CollectionStore
import Database
import Directory

// A delivery to mailboxes in Maildir: each account has a file of its own, written before the transaction.
extension MailStore {
    func deliver(
        _ database: any Database, _ content: NewContent, to targets: [DeliveryTarget], _ indices: some Swift.Sequence<Int>,
        now: Milliseconds
    ) throws -> (outcomes: [(Int, DeliveryOutcome)], content: NewContent) {
        guard maildirs != nil else {
            return try database.write { tx in try deliver(tx, content, [:], to: targets, indices, now: now) }
        }
        var written: [MailboxID: NewContent] = [:]
        // Whose directory is broken is not tried; the others get theirs.
        var failed: [PrincipalID: Failure] = [:]
        func discard() { discardFiles(database, of: written.values.map { NewMessage($0) }) }
        do {
            for (owner, mailbox) in try database.read({ tx in try mailboxesInFiles(tx, of: targets, indices, bytes: content.size) }) {
                do {
                    written[mailbox] = try writeFiles(database, [NewMessage(content)], for: mailbox, now: now).first?.content
                } catch let failure as Failure where failure.code != .storageFull {
                    failed[owner] = failure
                }
            }
            let tried = indices.filter { failed[targets[$0].recipient] == nil }
            var done = try database.write { tx in try deliver(tx, content, written, to: targets, tried, now: now) }
            for index in indices {
                if let failure = failed[targets[index].recipient] { done.outcomes.append((index, .failed(failure))) }
            }
            for case (_, .delivered(let mailbox, _)) in done.outcomes { written[mailbox] = nil }
            discard()
            return done
        } catch {
            discard()
            throw error
        }
    }

    /// Those of the targets that are there and have room, one of each account: the others have the same file under other names. The transaction
    /// decides; where it finds others, it writes their files itself.
    private func mailboxesInFiles(
        _ tx: borrowing ReadTransaction, of targets: [DeliveryTarget], _ indices: some Swift.Sequence<Int>, bytes: Int
    ) throws -> [PrincipalID: MailboxID] {
        var mailboxes: [PrincipalID: MailboxID] = [:]
        for index in indices {
            let target = targets[index]
            guard let mailbox = try knownPlace(tx, of: target), mailbox.isInMaildir else { continue }
            do {
                try checkDelivery(tx, of: bytes, to: target.recipient)
                mailboxes[mailbox.owner] = min(mailbox.id, mailboxes[mailbox.owner] ?? mailbox.id)
            } catch is MailRefusal {}
        }
        return mailboxes
    }

    private func knownPlace(_ tx: borrowing ReadTransaction, of target: DeliveryTarget) throws -> Mailbox? {
        let inbox = try MailboxRows.find(tx, of: target.recipient, named: MailboxName.inbox)
        switch target.place {
        case .inbox: return inbox
        case .mailbox(let wished):
            guard let name = try? MailboxName.stored(wished, limits: limits) else { return nil }
            return try MailboxRows.find(tx, of: target.recipient, named: name)
        case .detail(let detail):
            guard let found = try mailbox(tx, of: target.recipient, detail: detail) else { return inbox }
            return try MailboxRows.find(tx, found)
        }
    }
}
