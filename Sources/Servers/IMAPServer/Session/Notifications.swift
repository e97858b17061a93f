import CollectionStore
import Database
import Directory
import IMAPGrammar
import Mail
import Synchronization

/// What a client wants to hear of by NOTIFY (RFC 5465), and what it was told.
struct Notifications {
    /// A mailbox as the client was last told of it.
    struct Known {
        var name: WireName
        var isSubscribed: Bool
        var events: NotifyEvents
        var uidNext: UInt32
        var messageCount: Int
        var modseq: ModSeq
    }

    let groups: [Notify.Group]
    /// Of the selected mailbox; nil: as without NOTIFY.
    let selected: (events: NotifyEvents, isImmediate: Bool)?
    /// What to fetch of messages that come into it.
    let items: [FetchItem]
    let news = News()
    /// Of the owners of all mailboxes that there are for the client.
    var watches: [PrincipalID: MailHub.WatchID] = [:]
    var known: [MailboxID: Known] = [:]

    /// What was committed and is not looked at yet; from any thread.
    final class News: Sendable {
        private struct State {
            var mailboxes: Set<MailboxID> = []
            var isListChanged = false
        }

        private let state = Mutex(State())

        /// Whether there was nothing before.
        func arrive(_ event: MailHub.Event) -> Bool {
            state.withLock { state in
                let wasEmpty = state.mailboxes.isEmpty && !state.isListChanged
                if let mailbox = event.mailbox { state.mailboxes.insert(mailbox) } else { state.isListChanged = true }
                return wasEmpty
            }
        }

        func take() -> (mailboxes: Set<MailboxID>, isListChanged: Bool) {
            state.withLock { state in
                defer { state = State() }
                return (state.mailboxes, state.isListChanged)
            }
        }
    }
}

/// Events that this server tells of.
struct NotifyEvents: OptionSet {
    var rawValue: Int
    static let messageNew = NotifyEvents(rawValue: 1)
    static let messageExpunge = NotifyEvents(rawValue: 2)
    static let flagChange = NotifyEvents(rawValue: 4)
    static let mailboxName = NotifyEvents(rawValue: 8)
    static let subscriptionChange = NotifyEvents(rawValue: 16)
    static let ofMessages: NotifyEvents = [.messageNew, .messageExpunge, .flagChange]

    static let names = ["MessageNew", "MessageExpunge", "FlagChange", "MailboxName", "SubscriptionChange"]

    init(rawValue: Int) { self.rawValue = rawValue }

    /// Throws where there is one that is not known, or they cannot stand together.
    init(_ events: [Notify.Event]) throws {
        self = []
        for event in events {
            switch event {
            case .messageNew: insert(.messageNew)
            case .messageExpunge: insert(.messageExpunge)
            case .flagChange: insert(.flagChange)
            case .mailboxName: insert(.mailboxName)
            case .subscriptionChange: insert(.subscriptionChange)
            // RFC 5465 §5: the answer has all that there are.
            case .annotationChange, .mailboxMetadataChange, .serverMetadataChange, .unknown:
                throw Refused.no(.badEvent(Self.names), "not all of these events are told here")
            }
        }
        // RFC 5465 §5.2, §5.3: both or none, and flags only with them.
        guard contains(.messageNew) == contains(.messageExpunge), contains(.messageNew) || !contains(.flagChange) else {
            throw Refused.bad("MessageNew and MessageExpunge stand together, FlagChange with them")
        }
    }
}
