package import CollectionStore
package import Directory
import Locks

/// Tells sessions of this process that something was committed; what, they read themselves. It holds a closure a watch, and
/// nothing of what happened.
///
/// Changes that other processes commit come in by `publish` too (MailStore+Elsewhere.swift).
package final class MailHub: Sendable {
    package struct WatchID: Hashable, Sendable {
        fileprivate let number: UInt64
        fileprivate let topic: Topic
    }

    fileprivate enum Topic: Hashable, Sendable {
        case mailbox(MailboxID)
        /// Names, subscriptions, rights, and all mailboxes of an owner.
        case owner(PrincipalID)
        case everything
    }

    package struct Event: Sendable, Equatable {
        package var owner: PrincipalID
        /// Nil: the list of the owner's mailboxes, or rights or subscriptions to them.
        package var mailbox: MailboxID?
        /// The mailbox's position by this change.
        package var modseq: ModSeq
        /// What was changed, where it is an annotation of the mailbox, or of the server; other processes do not tell it.
        package var annotation: Annotation?

        package init(owner: PrincipalID, mailbox: MailboxID?, modseq: ModSeq, annotation: Annotation? = nil) {
            self.owner = owner
            self.mailbox = mailbox
            self.modseq = modseq
            self.annotation = annotation
        }
    }

    package struct Annotation: Sendable, Equatable {
        /// In lower case, without `/private` and `/shared`.
        package var entry: String
        /// Whose it is; nil: all share it.
        package var principal: PrincipalID?
    }

    package typealias Wake = @Sendable (Event) -> Void

    private struct State: Sendable {
        var lastNumber: UInt64 = 0
        var publishedCount: UInt64 = 0
        var watches: [Topic: [UInt64: Wake]] = [:]
        /// Of which somebody was woken and could not read.
        var reminders: Set<MailboxID> = []

        mutating func watch(_ topic: Topic, _ wake: @escaping Wake) -> WatchID {
            lastNumber += 1
            watches[topic, default: [:]][lastNumber] = wake
            return WatchID(number: lastNumber, topic: topic)
        }
    }

    private let state = Guarded(State())

    package init() {}

    /// `wake` is called after each commit that changed the mailbox, on the thread that committed: it must be quick, must not
    /// throw itself into the database, and may come once more after `cancel`.
    package func watch(_ mailbox: MailboxID, _ wake: @escaping Wake) -> WatchID { watch(.mailbox(mailbox), wake) }

    /// What was published so far.
    package struct Mark: Sendable, Equatable { fileprivate let publishedCount: UInt64 }

    package var mark: Mark { state.withLock { Mark(publishedCount: $0.publishedCount) } }

    /// The same for who has begun to read after `mark`, where what was read is all that there is: nil where anything was published since.
    package func watch(_ mailbox: MailboxID, since mark: Mark, _ wake: @escaping Wake) -> WatchID? {
        state.withLock { $0.publishedCount == mark.publishedCount ? $0.watch(.mailbox(mailbox), wake) : nil }
    }

    /// Of every change of the owner's mailboxes, and of their list.
    package func watchAll(of owner: PrincipalID, _ wake: @escaping Wake) -> WatchID { watch(.owner(owner), wake) }

    /// Of every change of any mailbox: for the one that makes the index.
    package func watchEverything(_ wake: @escaping Wake) -> WatchID { watch(.everything, wake) }

    private func watch(_ topic: Topic, _ wake: @escaping Wake) -> WatchID { state.withLock { $0.watch(topic, wake) } }

    /// Again is harmless.
    package func cancel(_ id: WatchID) {
        state.withLock { state in
            state.watches[id.topic]?[id.number] = nil
            guard state.watches[id.topic]?.isEmpty == true else { return }
            state.watches[id.topic] = nil
            if case .mailbox(let mailbox) = id.topic { state.reminders.remove(mailbox) }
        }
    }

    /// Who was woken and could not read is woken once more, by the next look.
    package func remind(_ mailbox: MailboxID) {
        state.withLock { state in
            if state.watches[.mailbox(mailbox)] != nil { state.reminders.insert(mailbox) }
        }
    }

    func takeReminder(of mailbox: MailboxID) -> Bool { state.withLock { $0.reminders.remove(mailbox) != nil } }

    package func publish(_ event: Event) {
        let wakes = state.withLock { state in
            state.publishedCount &+= 1
            var wakes: [Wake] = []
            if let mailbox = event.mailbox, let found = state.watches[.mailbox(mailbox)] { wakes += found.values }
            if let found = state.watches[.owner(event.owner)] { wakes += found.values }
            if let found = state.watches[.everything] { wakes += found.values }
            return wakes
        }
        for wake in wakes { wake(event) }
    }

    /// The mailboxes and the owners that somebody watches.
    package var watched: (mailboxes: [MailboxID], owners: [PrincipalID]) {
        state.withLock { state in
            var watched: (mailboxes: [MailboxID], owners: [PrincipalID]) = ([], [])
            for topic in state.watches.keys {
                switch topic {
                case .mailbox(let id): watched.mailboxes.append(id)
                case .owner(let id): watched.owners.append(id)
                case .everything: break
                }
            }
            return watched
        }
    }
}
