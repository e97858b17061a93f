import CollectionStore
import Directory
import IMAPGrammar
import Locks
import Mail

/// The latest answers to SORT and THREAD, which clients ask again and again of a mailbox that has not changed (Roundcube with every page that
/// it shows). What is kept is bounded in octets, and is of one modseq, as one viewer sees the mailbox.
final class AnswerCache: Sendable {
    enum Question: Hashable, Sendable {
        case sort(IMAPGrammar.Sort)
        case thread(IMAPGrammar.Thread)
    }

    struct Key: Hashable, Sendable {
        var mailbox: MailboxID
        var seenOwner: PrincipalID?
        var modseq: ModSeq
        var count: Int
        var question: Question

        /// Nil where the answer depends on more than the mailbox: on the time, on what the client was told, or on its saved result.
        init?(_ question: Question, _ selected: SelectedMailbox, viewer: PrincipalID) {
            let key: SearchKey
            switch question {
            case .sort(let sort):
                // With RETURN the answer has the command's tag, and may be kept as `$`.
                if sort.returning != nil || sort.criteria.contains(where: { $0.key == .relevancy }) { return nil }
                key = sort.key
            case .thread(let thread): key = thread.key
            }
            guard SearchScope(selected).isAllKnown, !key.contains(where: { $0.isMomentary }) else { return nil }
            mailbox = selected.id
            seenOwner = selected.mailbox.seenOwner(for: viewer)
            modseq = selected.latest.modseq
            count = selected.latest.count
            self.question = question
        }
    }

    private struct Entry {
        var answer: [UInt8]
        var lastUse: UInt64
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var clock: UInt64 = 0
        var size = 0
    }

    /// Mailboxes so small are sorted at once.
    private static let fewest = 1000
    private let capacity: Int
    private let state = Guarded(State())

    init(octets: Int) { capacity = octets }

    func find(_ key: Key?) -> [UInt8]? {
        guard let key else { return nil }
        return state.withLock { state in
            state.clock += 1
            state.entries[key]?.lastUse = state.clock
            return state.entries[key]?.answer
        }
    }

    /// Earlier ones of the mailbox go: nobody asks for them any more.
    func keep(_ answer: [UInt8], _ key: Key?) {
        guard let key, key.count >= Self.fewest, answer.count <= capacity / 4 else { return }
        state.withLock { state in
            for (old, entry) in state.entries where old == key || (old.mailbox == key.mailbox && old.modseq < key.modseq) {
                state.size -= entry.answer.count
                state.entries[old] = nil
            }
            while state.size + answer.count > capacity, let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
                state.size -= oldest.value.answer.count
                state.entries[oldest.key] = nil
            }
            state.clock += 1
            state.entries[key] = Entry(answer: answer, lastUse: state.clock)
            state.size += answer.count
        }
    }
}

extension SearchKey {
    /// Whether what it finds may change while the mailbox does not.
    fileprivate var isMomentary: Bool {
        switch self {
        case .older, .younger, .flag(.recent): true
        case .sequence(let set), .uid(let set): set.isSavedResult
        default: false
        }
    }
}
