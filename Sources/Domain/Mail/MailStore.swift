// Mail: mailboxes, their messages, and what is told of their changes. It owns the tables `mailbox` and `mail_*` and the rules
// that hold for all who reach them: IMAP sessions, deliveries, imports. It must know nothing of a protocol's words; who may
// do what it tells (Rights/), and the servers ask before they act.
//
// Invariants:
// - Every change of a mailbox is one row of its log, in the same transaction, under a new modseq; the mailbox's row is
//   updated first and held to the commit, so nobody sees a modseq or a UID whose row is not there yet. Where several
//   mailboxes change, it is in the order of their ids.
// - A UID is given once, in the order of the commits. UIDVALIDITY is kept by a rename and grows with every new mailbox of an
//   owner, also under a name that was there before.
// - The counts in a mailbox's row are what a recount would find; so is what its owner uses of the quota.
// - Octets are stored once and never changed; copies and retained messages name the same content. They are in the database or in files
//   (Maildir/Maildirs.swift); all else is the same for both.
// - What is expunged or deleted is retained until its time is over, and counts for no quota; above a limit of its own the oldest goes
//   before its time.
//
// `tx` as a first parameter means: needs an open transaction. Start reading at Values/Mailbox.swift, Messages/MailStore+Append.swift,
// Messages/MailChangeLog.swift and Snapshot/MailboxSnapshot.swift.

/// The mail of all principals of one database. One in a process: sessions meet in its hub, and share its snapshots.
package final class MailStore: Sendable {
    /// Tells sessions of what was committed.
    package let hub: MailHub
    package let limits: MailLimits
    /// Nil: all mail is in the database.
    package let maildirs: Maildirs?
    let snapshots: SnapshotCache
    let recents = RecentMarks()
    let unstored = UnstoredSnapshots()

    package init(hub: MailHub = MailHub(), limits: MailLimits = MailLimits(), maildirs: Maildirs? = nil) {
        self.hub = hub
        self.limits = limits
        self.maildirs = maildirs
        snapshots = SnapshotCache(messages: limits.cachedMessages)
    }
}

package struct MailLimits: Sendable {
    /// Octets of one message.
    package var messageSize = 100 << 20
    /// Octets of a message up to which it is kept in memory until it is appended.
    package var heldSize = 1 << 20
    package var mailboxesPerOwner = 10_000
    /// Of names, in bytes of UTF-8.
    package var nameLength = 1_000
    package var nameDepth = 50
    package var grantsPerMailbox = 1_000
    package var subscriptions = 20_000
    /// Of a principal on one mailbox, or of what all share there.
    package var annotations = 100
    package var annotationSize = 64 << 10
    /// Octets of what is retained of one owner.
    package var retainedSize: Int64 = 10 << 30
    /// Messages of all mailboxes that snapshots are kept of in memory; 20 bytes each.
    package var cachedMessages = 4_000_000

    package init() {}
}
