package import CollectionStore
package import Database
package import Directory

/// Where a delivery goes.
package struct DeliveryTarget: Sendable, Hashable {
    package var recipient: PrincipalID
    /// Nil: INBOX. A mailbox that is not there is made.
    package var mailbox: String?
    package var flags: SystemFlags

    package init(_ recipient: PrincipalID, mailbox: String? = nil, flags: SystemFlags = []) {
        self.recipient = recipient
        self.mailbox = mailbox
        self.flags = flags
    }
}

/// The answer for one recipient. What `deliver` throws besides is an error of ours, to be answered as temporary, and nothing was delivered.
package enum DeliveryOutcome: Sendable, Equatable {
    case delivered(MailboxID, UID)
    case refused(MailRefusal)
}

extension MailStore {
    /// Delivers one message to each target, in one transaction that is durable when this returns; deliveries that wait together are committed
    /// together. One recipient's refusal is no other's. The octets are stored once.
    package func deliver(
        _ database: any Database, _ content: NewContent, to targets: [DeliveryTarget], now: Milliseconds
    ) throws -> [DeliveryOutcome] {
        try database.write { tx in
            var content = content
            return try targets.map { target in
                do {
                    let mailbox = try place(tx, of: target, now: now)
                    let result = try append(
                        tx, [NewMessage(content, flags: MessageFlags(target.flags))], to: mailbox, now: now)
                    guard let uid = result.uids.lowest else { throw Failure(.serverBug, "a delivery without a UID") }
                    if case .stored = content.place {} else {
                        content = try self.content(tx.read, Self.contentID(tx.read, of: uid, in: mailbox)) ?? content
                    }
                    return .delivered(mailbox, uid)
                } catch let refusal as MailRefusal {
                    return .refused(refusal)
                }
            }
        }
    }

    private func place(_ tx: borrowing WriteTransaction, of target: DeliveryTarget, now: Milliseconds) throws -> MailboxID {
        let inbox = try makeInbox(tx, of: target.recipient, now: now)
        guard let wished = target.mailbox else { return inbox.id }
        let name = try MailboxName.stored(wished, limits: limits)
        let found = try MailboxRows.find(tx.read, of: target.recipient, named: name)
        if let found, found.isSelectable { return found.id }
        return try create(tx, name, of: target.recipient, now: now).id
    }

    private static func contentID(_ tx: borrowing ReadTransaction, of uid: UID, in mailbox: MailboxID) throws -> ContentID {
        let content = try tx.first(
            "SELECT content_id FROM mail_message WHERE mailbox_id = $1 AND uid = $2",
            [.integer(mailbox.rawValue), .integer(Int64(uid))]) { ContentID(rawValue: $0.integer(0)) }
        guard let content else { throw Failure(.serverBug, "a message that was delivered is not there") }
        return content
    }
}
