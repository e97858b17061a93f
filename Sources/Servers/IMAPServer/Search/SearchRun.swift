import CollectionStore
import Database
import Directory
import Grams
import IMAPGrammar
import Mail

/// A SEARCH, SORT or THREAD in work: some messages a step, each step in a transaction of its own.
final class SearchRun: RunningCommand {
    struct Found {
        var uid: UID
        /// For SORT and THREAD.
        var row: StoredMessage?
    }

    private static let batchCount = 200
    /// Fewer messages are looked at without the index.
    private static let fewest = 16

    private let cheap: [PreparedKey]
    private let rest: [PreparedKey]
    private let snapshot: MailboxSnapshot
    private let mailbox: MailboxID
    private let parts: MessageParts
    private let keepsRows: Bool
    /// What the index has still to be asked, and after which of its segments.
    private var question: (condition: GramCondition, after: Int64)?
    private var candidates: UIDSet
    private var remaining: [ClosedRange<UID>]
    private var found: [Found] = []
    private let finish: ([Found]) throws -> Completion

    /// - Parameter finish: writes the answer.
    init(
        _ key: PreparedKey, in selected: SelectedMailbox, of store: MailStore, keepsRows: Bool,
        finish: @escaping ([Found]) throws -> Completion
    ) {
        (cheap, rest) = key.parted
        snapshot = selected.latest
        mailbox = selected.id
        self.keepsRows = keepsRows
        self.finish = finish
        let cost = key.cost
        var parts: MessageParts = []
        if cost >= .structure { parts.insert(.structure) }
        if keepsRows || cost >= .keys { parts.insert(.keys) }
        self.parts = parts
        candidates = UIDSet()
        let known = selected.view
        let isSame = known.modseq == snapshot.modseq && known.count == snapshot.count
        for index in 0..<snapshot.count {
            let uid = snapshot.uid(at: index)
            let candidate = Candidate(index: index, snapshot: snapshot, store: store, row: nil)
            // Messages that the client does not know cannot be in the answer.
            guard isSame || known.index(of: uid) != nil, cheap.allSatisfy({ candidate.matchesSnapshot($0) ?? false }) else { continue }
            candidates.append(uid)
        }
        remaining = candidates.ranges.reversed()
        question = GramCondition.all(of: rest.map(\.grams)).map { ($0, -1) }
        if candidates.count < Self.fewest { question = nil }
    }

    func step(_ session: Session) throws -> Completion? {
        if let question {
            try narrow(session, question.condition, after: question.after)
            return nil
        }
        if rest.isEmpty, !keepsRows {
            return try finish(candidates.elements.map { Found(uid: $0) })
        }
        let batch = nextBatch()
        if !batch.isEmpty {
            try session.database.read { tx in
                var rows: [StoredMessage] = []
                try session.store.messages(tx, batch, in: mailbox, with: parts) { row in
                    rows.append(row)
                    return true
                }
                for row in rows {
                    guard let index = snapshot.index(of: row.uid) else { continue }
                    var candidate = Candidate(index: index, snapshot: snapshot, store: session.store, row: row)
                    var isFound = true
                    for key in rest where isFound { isFound = try candidate.matches(key, tx) }
                    if isFound { found.append(Found(uid: row.uid, row: keepsRows ? row : nil)) }
                }
            }
        }
        return remaining.isEmpty ? try finish(found) : nil
    }

    /// Takes away what some segments of the index rule out.
    private func narrow(_ session: Session, _ condition: GramCondition, after: Int64) throws {
        let answer = try session.database.read { tx in try MailIndex.ask(tx, mailbox, after: after, condition) }
        candidates = candidates.subtracting(answer.covered.subtracting(answer.found))
        question = answer.next.map { (condition, $0) }
        if question == nil { remaining = candidates.ranges.reversed() }
    }

    private func nextBatch() -> UIDSet {
        var batch = UIDSet()
        var left = Self.batchCount
        while left > 0, let range = remaining.popLast() {
            let count = Int(range.upperBound - range.lowerBound) + 1
            if count > left {
                let end = range.lowerBound + UID(left) - 1
                batch.append(range.lowerBound...end)
                remaining.append((end + 1)...range.upperBound)
                left = 0
            } else {
                batch.append(range)
                left -= count
            }
        }
        return batch
    }
}
