// Mail in Maildir: the second storage, beside the index that both have. The octets of a message are a file that other programs may read,
// rename and remove, as Maildir lets them.
//
// Invariants:
// - The index leads. A message's row is committed while its file is in `tmp`; the file gets its name after the commit and before the answer. So
//   no look ever takes a message of ours for a delivery by another program, and a crash between leaves what the next look finishes.
// - A file in `new` or `cur` that no row names was delivered by another program: it becomes a message. A row whose file is nowhere is
//   a message that another program removed: it goes, with an entry in the log.
// - Names are merged by what was seen last (mail_file.suffix): what is another letter since then was changed by others; what the row's flags
//   have besides, by us.
// - A mailbox's directory is named by its id and kept as long as the mailbox, so that a rename or a deletion moves no file. The names of
//   Maildir++ are links to it, which can be made anew at any time.
// - A file is removed only after the commit that doomed it.
// - The root has a mark whose number the database has too: on a disk that is not mounted nothing is made, and nothing taken for removed.
// - What a look saw is old when it acts: each change is made under the mailbox's lock, where row and file are looked at once more.
// - Octets are written before the transaction that makes them a message. No two accounts have one file.
// - A directory below the root is never a link. What cannot be done to one file is no other message's fault.
//
// Start reading at MailStore+MaildirLook.swift and MaildirComparison.swift; MaildirFiles.swift in Transfer/ is only of the import.

import CollectionStore
import Directory
import Locks

/// Where an account's messages are.
package enum MailStorage: String, Sendable, CaseIterable {
    case database, maildir
}

/// The directory of all Maildirs, and what is remembered of it between looks.
package final class Maildirs: Sendable {
    /// A path from the root.
    package let root: String
    /// Of accounts that have no mailbox yet, by their domain.
    let storage: @Sendable (_ domain: String) -> MailStorage
    /// Other machines have the directory too, and may see a change later.
    let isShared: Bool

    private struct State: Sendable {
        var mailboxes: Set<MailboxID> = []
        var owners: Set<PrincipalID> = []
        var looks: [MailboxID: MaildirLook] = [:]
        var resumes: [ContentID: LineEndReader.Resume] = [:]
        var notes: [String] = []
        var root: MaildirMark.Identity?
        var suspicions: [MailboxID: Milliseconds] = [:]
    }

    private final class Turn: Sendable {
        let mutex = Guarded(())
    }

    private let state = Guarded(State())
    private let turns = (0..<64).map { _ in Turn() }

    package init(
        root: String, isShared: Bool = false, storage: @escaping @Sendable (_ domain: String) -> MailStorage = { _ in .maildir }
    ) {
        self.root = root
        self.isShared = isShared
        self.storage = storage
    }

    /// Below `root`. By the id, which is never used twice: names change.
    static func path(of owner: PrincipalID) -> String {
        let low = String(UInt64(bitPattern: owner.rawValue) & 0xFF, radix: 16)
        return (low.count < 2 ? "0" + low : low) + "/\(owner.rawValue)"
    }

    // MARK: The mark

    /// Whether the directory is the one whose mark was read, at the cost of one question to the file system.
    var isRootKnown: Bool {
        guard let known = state.withLock({ $0.root }) else { return false }
        return MaildirMark.Identity(root) == known
    }

    /// What was missing before, while it was not, begins anew.
    func rootIsKnown(_ identity: MaildirMark.Identity) {
        state.withLock { state in
            if state.root != identity { state.suspicions = [:] }
            state.root = identity
        }
    }

    /// The directory has no mark now, or another one.
    func rootIsLost() { state.withLock { ($0.root, $0.suspicions) = (nil, [:]) } }

    func folder(_ path: String) -> MaildirFolder { MaildirFolder("\(root)/\(path)") }

    // MARK: What is to be done

    /// A mailbox's files are not as its rows want them.
    func touch(_ mailbox: MailboxID) { state.withLock { _ = $0.mailboxes.insert(mailbox) } }
    /// Perhaps so are the names of an owner's folders.
    func touch(_ owner: PrincipalID) { state.withLock { _ = $0.owners.insert(owner) } }

    func takeTouched() -> (mailboxes: Set<MailboxID>, owners: Set<PrincipalID>) {
        state.withLock { state in
            defer { (state.mailboxes, state.owners) = ([], []) }
            return (state.mailboxes, state.owners)
        }
    }

    private static let mostNotes = 1_000

    /// A line for the log, of which a domain has none.
    func note(_ lines: [String]) {
        if lines.isEmpty { return }
        state.withLock { state in
            if state.notes.count < Self.mostNotes { state.notes += lines }
        }
    }

    func takeNotes() -> [String] {
        state.withLock { state in
            defer { state.notes = [] }
            return state.notes
        }
    }

    // MARK: Many that are gone

    /// So long many files at once must be missing before they are taken for removed: who restores or moves them has this time.
    private static let suspiciousTime: Milliseconds = 60_000

    /// Whether files have been missing for long enough; the first to ask starts the time.
    func wereMissing(in mailbox: MailboxID, now: Milliseconds) -> Bool {
        state.withLock { state in
            let since = state.suspicions[mailbox] ?? now
            state.suspicions[mailbox] = since
            return now - since >= Self.suspiciousTime
        }
    }

    func forgetSuspicion(of mailbox: MailboxID) { state.withLock { $0.suspicions[mailbox] = nil } }

    // MARK: What was seen

    private static let mostLooks = 500_000

    func look(at mailbox: MailboxID) -> MaildirLook? { state.withLock { $0.looks[mailbox] } }

    func remember(_ look: MaildirLook, at mailbox: MailboxID) {
        state.withLock { state in
            if state.looks.count >= Self.mostLooks { state.looks = [:] }
            state.looks[mailbox] = look
        }
    }

    func forgetLook(at mailbox: MailboxID) { state.withLock { $0.looks[mailbox] = nil } }

    private static let mostResumes = 256

    func resume(of content: ContentID) -> LineEndReader.Resume? { state.withLock { $0.resumes[content] } }

    func keep(_ resume: LineEndReader.Resume, of content: ContentID) {
        state.withLock { state in
            if state.resumes.count >= Self.mostResumes { state.resumes = [:] }
            state.resumes[content] = resume
        }
    }

    /// One at a time for each mailbox, or owner, by its number.
    func inTurn<Result>(_ number: Int64, _ body: () throws -> Result) rethrows -> Result {
        let turn = turns[Int(UInt64(bitPattern: number) % UInt64(turns.count))]
        return try turn.mutex.withLock { _ in try body() }
    }
}

/// What a look at a mailbox's directory saw.
struct MaildirLook: Sendable, Equatable {
    /// Below the root; nil: the mailbox is in the database.
    var path: String?
    var times = MaildirFolder.Times()
    /// The times are old enough that a later change has another one.
    var isSettled = false
}
