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

    /// An annotation that was changed: of a mailbox, or of the server.
    struct Annotation: Equatable {
        var mailbox: MailboxID?
        /// Without `/private` and `/shared`.
        var entry: String
        /// Whose it is; nil: all share it.
        var principal: PrincipalID?
    }

    /// What was committed and is not looked at yet; from any thread.
    final class News: Sendable {
        private struct State {
            var mailboxes: Set<MailboxID> = []
            var isListChanged = false
            var annotations: [Annotation] = []
            var isEmpty: Bool { mailboxes.isEmpty && !isListChanged && annotations.isEmpty }
        }

        /// A client that is told of so many does not look.
        private static let mostAnnotations = 1000

        private let state = Mutex(State())

        /// Whether there was nothing before.
        func arrive(_ event: MailHub.Event) -> Bool {
            state.withLock { state in
                let wasEmpty = state.isEmpty
                if let annotation = event.annotation, state.annotations.count < Self.mostAnnotations {
                    state.annotations.append(
                        Annotation(mailbox: event.mailbox, entry: annotation.entry, principal: annotation.principal))
                }
                if let mailbox = event.mailbox {
                    state.mailboxes.insert(mailbox)
                } else if event.annotation == nil {
                    state.isListChanged = true
                }
                return wasEmpty
            }
        }

        func take() -> (mailboxes: Set<MailboxID>, isListChanged: Bool, annotations: [Annotation]) {
            state.withLock { state in
                defer { state = State() }
                return (state.mailboxes, state.isListChanged, state.annotations)
            }
        }

        func forget(_ annotations: [Annotation]) {
            state.withLock { $0.annotations.removeAll { annotations.contains($0) } }
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
    static let mailboxMetadata = NotifyEvents(rawValue: 32)
    static let serverMetadata = NotifyEvents(rawValue: 64)
    static let ofMessages: NotifyEvents = [.messageNew, .messageExpunge, .flagChange]

    static let names = [
        "MessageNew", "MessageExpunge", "FlagChange", "MailboxName", "SubscriptionChange", "MailboxMetadataChange", "ServerMetadataChange",
    ]

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
            case .mailboxMetadataChange: insert(.mailboxMetadata)
            case .serverMetadataChange: insert(.serverMetadata)
            // RFC 5465 §5: the answer has all that there are.
            case .annotationChange, .unknown:
                throw Refused.no(.badEvent(Self.names), "not all of these events are told here")
            }
        }
        // RFC 5465 §5.2, §5.3: both or none, and flags only with them.
        guard contains(.messageNew) == contains(.messageExpunge), contains(.messageNew) || !contains(.flagChange) else {
            throw Refused.bad("MessageNew and MessageExpunge stand together, FlagChange with them")
        }
    }
}
