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

/// The answer for one recipient.
package enum DeliveryOutcome: Sendable {
    case delivered(MailboxID, UID)
    case refused(MailRefusal)
    /// The principal is gone.
    case noRecipient
    /// An error of ours, to be answered as temporary: nothing was delivered.
    case failed(Failure)
}

extension DeliveryOutcome: Equatable {
    package static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.delivered(let mailbox, let uid), .delivered(let otherMailbox, let otherUID)):
            mailbox == otherMailbox && uid == otherUID
        case (.refused(let left), .refused(let right)): left == right
        case (.noRecipient, .noRecipient): true
        case (.failed(let left), .failed(let right)): left.code == right.code && left.detail == right.detail
        default: false
        }
    }
}
