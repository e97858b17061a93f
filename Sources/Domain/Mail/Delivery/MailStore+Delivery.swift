import Bytes
package import CollectionStore
package import Database
package import Directory

extension MailStore {
    /// Recipients of one transaction. In a large one any of many people would stop it by what they do meanwhile.
    static let recipientsTogether = 32

    /// Delivers one message to each target; once where several of them are one mailbox. What is `delivered` is durable when this
    /// returns; deliveries that wait together are committed together. One recipient's refusal or fault is no other's. The octets are
    /// stored once.
    ///
    /// - Parameter goesOn: asked between transactions. Those that were not tried by then have failed.
    package func deliver(
        _ database: any Database, _ content: NewContent, to targets: [DeliveryTarget], now: Milliseconds,
        while goesOn: () -> Bool = { true }
    ) -> [DeliveryOutcome] {
        var outcomes = [DeliveryOutcome](repeating: .noRecipient, count: targets.count)
        var content = content
        // The next one last.
        var parts = Array(Self.parts(of: targets).reversed())
        var wasTemporary = false
        while let part = parts.popLast() {
            var failure = Failure(.unavailable, "a delivery takes too long")
            if goesOn() {
                do {
                    let done = try deliver(database, content, to: targets, part.joined(), now: now)
                    content = done.content
                    for (index, outcome) in done.outcomes { outcomes[index] = outcome }
                    wasTemporary = false
                    continue
                } catch let error as Failure {
                    failure = error
                } catch {
                    failure = Failure(.serverBug, "a delivery: \(error)")
                }
                if !failure.isTemporary, part.count > 1 {
                    // Whose fault it is, the others need not wait for.
                    parts += part.indices.reversed().map { part[$0...$0] }
                    continue
                }
            } else {
                wasTemporary = true
            }
            for index in part.joined() { outcomes[index] = .failed(failure) }
            guard failure.isTemporary else { continue }
            // What cannot be done twice in turn cannot be done for the rest, each of which would wait for as long.
            if wasTemporary {
                for index in parts.joined().joined() { outcomes[index] = .failed(failure) }
                break
            }
            wasTemporary = true
        }
        return outcomes
    }

    /// The indices of the targets, together for each recipient, in one order, whoever else delivers to the same ones.
    private static func parts(of targets: [DeliveryTarget]) -> [ArraySlice<[Int]>] {
        var people: [[Int]] = []
        var last: PrincipalID?
        for index in targets.indices.sorted(by: { (targets[$0].recipient.rawValue, $0) < (targets[$1].recipient.rawValue, $1) }) {
            if targets[index].recipient != last { people.append([]) }
            people[people.count - 1].append(index)
            last = targets[index].recipient
        }
        return people.batches(of: recipientsTogether)
    }

    /// - Parameter written: what has a file already in a mailbox that is in Maildir.
    func deliver(
        _ tx: borrowing WriteTransaction, _ content: NewContent, _ written: [MailboxID: NewContent], to targets: [DeliveryTarget],
        _ indices: some Swift.Sequence<Int>, now: Milliseconds
    ) throws -> (outcomes: [(Int, DeliveryOutcome)], content: NewContent) {
        var outcomes: [(Int, DeliveryOutcome)] = []
        // Two addresses of somebody may be one mailbox: `anna` and `anna+shop` where she has no `shop`.
        var places: [MailboxID: (flags: SystemFlags, indices: [Int])] = [:]
        for index in indices {
            guard try MailAccounts.isPrincipal(tx.read, targets[index].recipient) else {
                outcomes.append((index, .noRecipient))
                continue
            }
            do {
                let mailbox = try place(tx, of: targets[index], now: now)
                places[mailbox, default: ([], [])].flags.formUnion(targets[index].flags)
                places[mailbox]?.indices.append(index)
            } catch let refusal as MailRefusal {
                outcomes.append((index, .refused(refusal)))
            }
        }
        try tx.willChange(places.flatMap { mailbox, place -> [HotRow] in
            [.mailbox(mailbox)] + place.indices.map { .principal(targets[$0].recipient) }
        })
        var content = content
        for (mailbox, place) in places.sorted(by: { $0.key < $1.key }) {
            let outcome: DeliveryOutcome
            do {
                let message = NewMessage(written[mailbox] ?? content, flags: MessageFlags(place.flags))
                let result = try append(tx, [message], to: mailbox, now: now)
                guard let uid = result.uids.lowest else { throw Failure(.serverBug, "a delivery without a UID") }
                // For who comes next, the octets are where the first ones are.
                if targets.count > 1, !content.isStored {
                    content = try self.content(tx.read, Self.contentID(tx.read, of: uid, in: mailbox)) ?? content
                }
                outcome = .delivered(mailbox, uid)
            } catch let refusal as MailRefusal {
                outcome = .refused(refusal)
            }
            outcomes += place.indices.map { ($0, outcome) }
        }
        return (outcomes, content)
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

    func mailbox(_ tx: borrowing ReadTransaction, of owner: PrincipalID, detail: String) throws -> MailboxID? {
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
