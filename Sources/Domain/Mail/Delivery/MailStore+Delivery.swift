package import CollectionStore
package import Database
package import Directory

/// Where a delivery goes.
package struct DeliveryTarget: Sendable, Hashable {
    package enum Place: Sendable, Hashable {
        case inbox
        /// A mailbox that is not there is made.
        case mailbox(String)
        /// RFC 5233: what was added to the address. The mailbox of this name, in any case of letters where there is no other; INBOX where
        /// there is none: nobody makes mailboxes for others by writing to them.
        case detail(String)
    }

    package var recipient: PrincipalID
    package var place: Place
    package var flags: SystemFlags

    package init(_ recipient: PrincipalID, _ place: Place = .inbox, flags: SystemFlags = []) {
        self.recipient = recipient
        self.place = place
        self.flags = flags
    }
}

/// The answer for one recipient. What `deliver` throws besides is an error of ours, to be answered as temporary, and nothing was delivered.
package enum DeliveryOutcome: Sendable, Equatable {
    case delivered(MailboxID, UID)
    case refused(MailRefusal)
    /// The principal is gone.
    case noRecipient
}

extension MailStore {
    /// Delivers one message to each target, in one transaction that is durable when this returns; deliveries that wait together are committed
    /// together. One recipient's refusal is no other's. The octets are stored once.
    package func deliver(
        _ database: any Database, _ content: NewContent, to targets: [DeliveryTarget], now: Milliseconds
    ) throws -> [DeliveryOutcome] {
        try database.write { tx in
            var outcomes = [DeliveryOutcome](repeating: .noRecipient, count: targets.count)
            var places: [(index: Int, mailbox: MailboxID)] = []
            // In one order, whoever else delivers to the same ones.
            for index in targets.indices.sorted(by: { targets[$0].recipient.rawValue < targets[$1].recipient.rawValue }) {
                guard try MailAccounts.isPrincipal(tx.read, targets[index].recipient) else { continue }
                do {
                    places.append((index, try place(tx, of: targets[index], now: now)))
                } catch let refusal as MailRefusal {
                    outcomes[index] = .refused(refusal)
                }
            }
            var content = content
            for (index, mailbox) in places.sorted(by: { ($0.mailbox, $0.index) < ($1.mailbox, $1.index) }) {
                do {
                    let message = NewMessage(content, flags: MessageFlags(targets[index].flags))
                    let result = try append(tx, [message], to: mailbox, now: now)
                    guard let uid = result.uids.lowest else { throw Failure(.serverBug, "a delivery without a UID") }
                    if case .stored = content.place {} else {
                        content = try self.content(tx.read, Self.contentID(tx.read, of: uid, in: mailbox)) ?? content
                    }
                    outcomes[index] = .delivered(mailbox, uid)
                } catch let refusal as MailRefusal {
                    outcomes[index] = .refused(refusal)
                }
            }
            return outcomes
        }
    }

    /// Throws the `MailRefusal` with which a message of so many octets would be refused now: so that it need not be sent.
    package func checkDelivery(_ tx: borrowing ReadTransaction, of bytes: Int, to recipient: PrincipalID) throws {
        try MailAccounts.check(tx, messages: 1, bytes: Int64(max(1, bytes)), of: recipient)
    }

    private func place(_ tx: borrowing WriteTransaction, of target: DeliveryTarget, now: Milliseconds) throws -> MailboxID {
        let inbox = try makeInbox(tx, of: target.recipient, now: now)
        switch target.place {
        case .inbox: return inbox.id
        case .mailbox(let wished):
            let name = try MailboxName.stored(wished, limits: limits)
            let found = try MailboxRows.find(tx.read, of: target.recipient, named: name)
            if let found, found.isSelectable { return found.id }
            return try create(tx, name, of: target.recipient, now: now).id
        case .detail(let detail): return try mailbox(tx.read, of: target.recipient, detail: detail) ?? inbox.id
        }
    }

    private func mailbox(_ tx: borrowing ReadTransaction, of owner: PrincipalID, detail: String) throws -> MailboxID? {
        guard let name = try? MailboxName.stored(detail, limits: limits) else { return nil }
        if let found = try MailboxRows.find(tx, of: owner, named: name) { return found.isSelectable ? found.id : nil }
        // Addresses are often written in lower case on the way.
        let folded = name.lowercased()
        let alike = try MailboxRows.all(tx, of: owner).filter { $0.isSelectable && $0.name.lowercased() == folded }
        return alike.count == 1 ? alike.first?.id : nil
    }

    private static func contentID(_ tx: borrowing ReadTransaction, of uid: UID, in mailbox: MailboxID) throws -> ContentID {
        let content = try tx.first(
            "SELECT content_id FROM mail_message WHERE mailbox_id = $1 AND uid = $2",
            [.integer(mailbox.rawValue), .integer(Int64(uid))]) { ContentID(rawValue: $0.integer(0)) }
        guard let content else { throw Failure(.serverBug, "a message that was delivered is not there") }
        return content
    }
}
