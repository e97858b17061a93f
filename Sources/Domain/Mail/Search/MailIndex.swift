import CollectionStore
package import Database
package import Grams

/// The index of messages' texts: the grams of the messages of a mailbox, segment by segment of its UIDs (schemas/0013).
///
/// A UID is given once and its octets never change: so nothing that is done to messages touches the index. What is appended or copied is in none
/// until `MailIndexer` comes by, and is searched as if there were no index; what is expunged is in the index until it makes the segment anew.
/// A copy has grams of its own in its mailbox, so that a search of a mailbox reads what is its own, whoever shares the octets.
package enum MailIndex {
    /// Grows where what is the text of a message changes (`MessageTexts`, and what it calls).
    static let version: Int64 = 2
    private static let segmentsAtOnce = 16

    /// What one step tells.
    package struct Answer: Sendable {
        /// The messages that were asked about.
        package var covered = UIDSet()
        /// Those of them that may fulfil the condition.
        package var found = UIDSet()
        /// Where the next step begins; nil: there is no more.
        package var next: Int64?
    }

    /// Asks some segments, those that begin after `first`. Messages that no answer covers are not ruled out.
    package static func ask(
        _ tx: borrowing ReadTransaction, _ mailbox: MailboxID, after first: Int64, _ condition: GramCondition
    ) throws -> Answer {
        let segments = try GramSegments.all(tx, of: mailbox.rawValue, after: first, limit: segmentsAtOnce)
        var answer = Answer()
        guard let last = segments.last else { return answer }
        if segments.count == segmentsAtOnce { answer.next = last.first }
        let current = segments.filter { $0.version == version }
        for (segment, documents) in zip(current, try GramSegments.matching(tx, current, of: mailbox.rawValue, condition)) {
            let uids = UIDSet(encoded: segment.documents)
            answer.covered = answer.covered.union(uids)
            answer.found = answer.found.union(uids.members(documents))
        }
        return answer
    }
}

extension UIDSet {
    /// The UIDs with these numbers, from 0 on.
    func members(_ documents: DocumentSet) -> UIDSet {
        var out = UIDSet()
        var number = 0
        for uid in elements {
            if documents.contains(number) { out.append(uid) }
            number += 1
        }
        return out
    }
}
