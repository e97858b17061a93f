import CollectionStore
import Database
import Directory
import XML

/// The rows of some members of a collection, as far as `isWanted` wants them.
final class NamedMembers: MultistatusSource.Part {
    /// A member that an index has found.
    struct Candidate: Sendable {
        var name: String
        /// Whether the index alone says that it is wanted.
        var isCertain: Bool
    }

    /// The candidates after a name (nil: from the start), in its order; fewer than `namesAtOnce` where there are no more.
    typealias Source = (borrowing ReadTransaction, String?) throws -> [Candidate]

    private static let namesAtOnce = 500

    /// By the index of texts: what it rules out is not read.
    static func source(in collection: CollectionID, matching texts: SearchTextQuery.Needles) -> Source {
        { tx, last in
            try SearchTextQuery.names(tx, in: collection, after: last, matching: texts, limit: namesAtOnce)
                .map { Candidate(name: $0, isCertain: false) }
        }
    }

    typealias Filter = (borrowing ReadTransaction, borrowing MemberView) throws -> Bool

    private let rows: Rows
    private let collection: Collection
    private let access: Access
    private let href: Href
    private var candidates: ArraySlice<Candidate>
    private var lastName: String?
    private var source: Source?
    private let isWanted: Filter
    private var scope: MemberScope?
    private let visibility: Visibility?

    /// - Parameter source: gives candidates after `candidates` some at a time: of those that a limit cuts off, nobody is looked for.
    init(
        _ rows: Rows, in collection: Collection, _ access: Access, href: Href, candidates: [Candidate] = [],
        source: Source? = nil, isWanted: @escaping Filter
    ) {
        self.rows = rows
        self.collection = collection
        self.access = access
        self.href = href
        self.candidates = candidates[...]
        self.source = source
        self.isWanted = isWanted
        visibility = rows.exchange.visibility(of: collection, access)
    }

    func write(_ tx: borrowing ReadTransaction, to out: inout XMLWriter, limit: Int) throws -> Bool {
        let scope = try self.scope ?? rows.scope(tx, collection, access, href: href)
        self.scope = scope
        let hasDeadProperties = try rows.hasDeadProperties(tx, in: collection)
        let (rows, isWanted, visibility, asked) = (rows, isWanted, visibility, collection.modseq)
        var judged = 0
        while try fill(tx), let candidate = candidates.first {
            if out.count >= limit || judged == MemberListing.mostJudged { return false }
            candidates.removeFirst()
            lastName = candidate.name
            // One that went since the index was asked has no row.
            _ = try Members.with(tx, in: collection.id, name: candidate.name, shownBy: visibility) { member in
                // The index was asked in the transaction that read the collection: of what was changed since, it is
                // certain of nothing.
                let isCertain = candidate.isCertain && member.modseq <= asked
                if !isCertain { judged += 1 }
                try rows.write(
                    tx, member, scope, hasDeadProperties: hasDeadProperties,
                    where: { tx, member in try isCertain || isWanted(tx, member) }, to: &out)
            }
            if rows.form.work.isCut { (candidates, source) = ([], nil) }
        }
        return true
    }

    /// Sees to it that there is a candidate; false where there is none any more.
    private func fill(_ tx: borrowing ReadTransaction) throws -> Bool {
        if candidates.isEmpty, let source {
            candidates = try source(tx, lastName)[...]
            // The last ones: to be told that there are no more costs as much as asking for them.
            if candidates.count < Self.namesAtOnce { self.source = nil }
        }
        return !candidates.isEmpty
    }
}
