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

/// The answer for one recipient. What threw besides is a `Failure`: an error of ours, to be answered as temporary, and nothing was delivered.
package enum DeliveryOutcome: Sendable, Equatable {
    case delivered(MailboxID, UID)
    case refused(MailRefusal)
}

extension MailStore {
    /// Delivers one message to each target, in one transaction that is durable when this returns; deliveries that wait together are committed
    /// together. One recipient's refusal is no other's.
    package func deliver(
        _ database: any Database, _ content: NewContent, to targets: [DeliveryTarget], now: Milliseconds
    ) throws -> [DeliveryOutcome] {
        throw Failure(.serverBug, "not written yet")
    }
}
