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

    /// Candidates after a name (nil: from the start), in its order; nil where there are no more. It may give none and have more.
    typealias Source = (borrowing ReadTransaction, String?) throws -> [Candidate]?

    /// By the index of texts: what it rules out is not read.
    static func source(in collection: CollectionID, matching texts: SearchTextQuery.Needles) -> Source {
        var names = SearchTextQuery.Pages(in: collection, matching: texts)
        return { tx, last in try names.next(tx, after: last)?.map { Candidate(name: $0, isCertain: false) } }
    }

    typealias Filter = (borrowing ReadTransaction, borrowing MemberView) throws -> Bool

    /// How often a piece asks for candidates.
    private static let mostAsks = 4

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
        var asks = 0
        var ahead: MembersAhead?
        while true {
            if candidates.isEmpty {
                guard let source else { return true }
                // Each time, it may look at many and give none.
                if asks == Self.mostAsks { return false }
                asks += 1
                guard let more = try source(tx, lastName) else {
                    self.source = nil
                    return true
                }
                candidates = more[...]
            }
            guard let candidate = candidates.first else { continue }
            if out.count >= limit || judged == MemberListing.mostJudged { return false }
            if tx.isRemote, !(ahead?.covers(candidate.name, in: collection.id) ?? false) {
                let next = candidates.prefix(MembersAhead.limit)
                let withBytes = rows.form.isAskedFor || next.contains { !$0.isCertain }
                ahead = try MembersAhead(tx, in: collection.id, next.map(\.name), withBytes: withBytes)
            }
            candidates.removeFirst()
            lastName = candidate.name
            // Those that are not there or not shown have cost as much.
            judged += 1
            // One that went since the index was asked has no row.
            _ = try Members.with(tx, in: collection.id, name: candidate.name, ahead: ahead, shownBy: visibility) { member in
                // The index was asked in the transaction that read the collection: of what was changed since, it is
                // certain of nothing.
                let isCertain = candidate.isCertain && member.modseq <= asked
                if isCertain { judged -= 1 }
                try rows.write(
                    tx, member, scope, hasDeadProperties: hasDeadProperties,
                    where: { tx, member in try isCertain || isWanted(tx, member) }, to: &out)
            }
            if rows.form.work.isCut { (candidates, source) = ([], nil) }
        }
    }
}
