import CollectionStore
import Database
import Directory
import Grams
import IMAPGrammar
import Mail
import Synchronization

/// A SEARCH, SORT or THREAD in work: a step looks at some messages, in a transaction of its own, and ends when its time is over; what
/// it has read and not looked at is kept for the next one.
final class SearchRun: RunningCommand {
    /// What is done with the messages that are found, in rising order of their UIDs.
    struct Collector {
        enum Taking {
            case uids((UID) -> Void)
            /// What they are sorted by: of segments the messages with these indices. The parts are what is read where there is no segment.
            case columns(MessageParts, SortKeys.Fields, (OrderSegment, [Int]) -> Void)
        }

        var taking: Taking
        /// Takes what a message's relevancy is (RFC 6203), before the message; nil: that is not asked for.
        var takeRelevancy: ((UID, Double) -> Void)?

        init(_ taking: Taking) { self.taking = taking }
    }

    private static let batchCount = 500
    /// Where nothing is asked of what is read.
    private static let plainBatchCount = 4000
    /// Octets of structures and keys that are in memory at once.
    private static let batchWeight = 4 << 20
    private static let stepTime = Duration.milliseconds(20)
    /// Of what is sorted by, so many are read at once.
    private static let segmentsAtOnce = 4
    /// Fewer messages are looked at without the index.
    private static let fewest = 16

    private let cheap: [PreparedKey]
    private let rest: [PreparedKey]
    private let scope: SearchScope
    private let isAllKnown: Bool
    private let parts: MessageParts?
    private let collector: Collector
    /// What the index has still to be asked, and after which of its segments.
    private var question: (condition: GramCondition, after: Int64)?
    /// Messages of which the index says that they are not found.
    private var ruledOut = UIDSet()
    /// The next message of the snapshot to be looked at.
    private var position = 0
    /// Those that were found by the snapshot, and are to be read.
    private var wanted = UIDSet()
    private var rows: ArraySlice<StoredMessage> = []
    /// What was read of messages that are in no segment.
    private var builder: OrderSegmentBuilder?
    /// Segments from the next message on; nil: they are to be read.
    private var segments: ArraySlice<MailOrder.Stored>?
    private let finish: (Session) throws -> Completion

    /// - Parameter finish: writes the answer.
    init(
        _ key: PreparedKey, in scope: SearchScope, _ collector: Collector, limit: Int = .max,
        finish: @escaping (Session) throws -> Completion
    ) throws {
        try key.checkCost()
        (cheap, rest) = key.parted
        self.scope = scope
        self.collector = collector
        self.finish = finish
        isAllKnown = scope.isAllKnown
        position = max(0, scope.snapshot.count - limit)
        let cost = key.cost
        var parts: MessageParts = []
        if case .columns(let columns, let fields, _) = collector.taking {
            parts = columns
            builder = OrderSegmentBuilder(fields)
        }
        // The fields of ENVELOPE are at hand without the parts.
        if cost >= .structure { parts.insert(cost == .structure ? .envelope : .structure) }
        if cost >= .keys { parts.insert(.keys) }
        if key.usesContentID { parts.insert(.hash) }
        self.parts = rest.isEmpty && builder == nil ? nil : parts
        if scope.snapshot.count - position >= Self.fewest, !namesFew {
            question = GramCondition.all(of: rest.map(\.grams))?.bounded.map { ($0, -1) }
        }
    }

    var progress: (done: Int, total: Int)? { (position - wanted.count - rows.count, scope.snapshot.count) }

    /// Whether the client itself names so few messages that the index is not worth its pages.
    private var namesFew: Bool {
        cheap.contains { key in
            if case .uids(let set) = key { set.count < Self.fewest } else { false }
        }
    }

    func step(_ session: Session) throws -> Completion? {
        if let question {
            try narrow(session, question.condition, after: question.after)
            return nil
        }
        let end = ContinuousClock.now + Self.stepTime
        guard let parts else {
            while let uid = nextCandidate(until: end) {
                if case .uids(let take) = collector.taking { take(uid) }
                if uid & 1023 == 0, ContinuousClock.now >= end { break }
            }
            return position == scope.snapshot.count ? try finish(session) : nil
        }
        if rest.isEmpty {
            try session.database.read { tx in try takeColumns(tx, session, parts, until: end) }
            return position == scope.snapshot.count && wanted.isEmpty ? try finish(session) : nil
        }
        if rows.isEmpty, wanted.isEmpty {
            var count = 0
            while count < Self.batchCount, let uid = nextCandidate(until: end) {
                wanted.append(uid)
                count += 1
            }
        }
        if !rows.isEmpty || !wanted.isEmpty {
            try session.database.read { tx in
                if rows.isEmpty { try read(tx, session, parts) }
                try judge(tx, session, until: end)
            }
        }
        return position == scope.snapshot.count && wanted.isEmpty && rows.isEmpty ? try finish(session) : nil
    }

    /// The next message that the snapshot does not rule out; nil where there is none, or the time is over.
    private func nextCandidate(until end: ContinuousClock.Instant) -> UID? {
        while position < scope.snapshot.count {
            let index = position
            position += 1
            if let uid = candidate(at: index) { return uid }
            if index & 1023 == 1023, ContinuousClock.now >= end { return nil }
        }
        return nil
    }

    /// Takes away what some segments of the index rule out.
    private func narrow(_ session: Session, _ condition: GramCondition, after: Int64) throws {
        let answer = try session.database.read { tx in try MailIndex.ask(tx, scope.mailbox, after: after, condition) }
        ruledOut = ruledOut.union(answer.covered.subtracting(answer.found))
        question = answer.next.map { (condition, $0) }
    }

    private func candidate(at index: Int) -> UID? {
        let uid = scope.snapshot.uid(at: index)
        guard isAllKnown || scope.isKnown(uid), !ruledOut.contains(uid) else { return nil }
        for key in cheap where Candidate.matches(key, scope.snapshot, index) != true { return nil }
        return uid
    }

    // MARK: What is sorted by

    /// What segments have of messages that the snapshot does not rule out, and else the messages' own rows.
    private func takeColumns(
        _ tx: borrowing ReadTransaction, _ session: Session, _ parts: MessageParts, until end: ContinuousClock.Instant
    ) throws {
        guard case .columns(_, let fields, let take) = collector.taking else { return }
        repeat {
            if !wanted.isEmpty {
                try read(tx, session, parts)
                flush()
                continue
            }
            guard position < scope.snapshot.count else { return }
            let uid = scope.snapshot.uid(at: position)
            if segments == nil || segments?.last.map({ $0.range.upperBound < uid }) == true {
                segments = try MailOrder.segments(tx, of: scope.mailbox, from: uid, fields, limit: Self.segmentsAtOnce)[...]
            }
            while let next = segments?.first, next.range.upperBound < uid { segments?.removeFirst() }
            guard let next = segments?.first, next.range.contains(uid) else {
                gather(upTo: (segments?.first?.range.lowerBound).map { $0 - 1 } ?? .max)
                continue
            }
            if let indices = indices(in: next) { take(next.segment, indices) } else { gather(upTo: next.range.upperBound) }
        } while ContinuousClock.now < end && !session.isCut.load(ordering: .relaxed)
    }

    /// Of a segment the messages that the snapshot does not rule out, and goes on behind it; nil where it lacks one.
    private func indices(in stored: MailOrder.Stored) -> [Int]? {
        var indices: [Int] = []
        indices.reserveCapacity(stored.segment.count)
        var index = 0
        var position = position
        while position < scope.snapshot.count, scope.snapshot.uid(at: position) <= stored.range.upperBound {
            if let uid = candidate(at: position) {
                while index < stored.segment.count, stored.segment.uids[index] < uid { index += 1 }
                guard index < stored.segment.count, stored.segment.uids[index] == uid else { return nil }
                indices.append(index)
            }
            position += 1
        }
        self.position = position
        return indices
    }

    /// The next messages that the snapshot does not rule out and that no segment has, some of them.
    private func gather(upTo last: UID) {
        var count = 0
        while count < Self.plainBatchCount, position < scope.snapshot.count, scope.snapshot.uid(at: position) <= last {
            if let uid = candidate(at: position) {
                wanted.append(uid)
                count += 1
            }
            position += 1
        }
    }

    /// What was read and found goes where it is wanted.
    private func flush() {
        guard case .columns(_, _, let take) = collector.taking, let segment = builder?.take(), segment.count > 0 else { return }
        take(segment, Array(0..<segment.count))
    }

    // MARK: Reading

    private func read(_ tx: borrowing ReadTransaction, _ session: Session, _ parts: MessageParts) throws {
        var read: [StoredMessage] = []
        var weight = 0
        var last = UID.max
        let keys: SortKeys.Fields = if case .columns(_, let fields, _) = collector.taking { fields } else { [] }
        try session.store.messages(tx, wanted, in: scope.mailbox, with: parts, keys: keys) { row in
            if rest.isEmpty { builder?.append(row) } else { read.append(row) }
            weight += row.weight
            last = row.uid
            return weight < Self.batchWeight
        }
        // What is not there any more is passed over.
        wanted = weight >= Self.batchWeight && last < .max ? wanted.intersection(UIDSet((last + 1)...UID.max)) : UIDSet()
        rows = read[...]
    }

    private func judge(_ tx: borrowing ReadTransaction, _ session: Session, until end: ContinuousClock.Instant) throws {
        while let row = rows.popFirst() {
            guard let index = scope.snapshot.index(of: row.uid) else { continue }
            var isFound = true
            var candidate = Candidate(index: index, snapshot: scope.snapshot, store: session.store, row: row)
            for key in rest where isFound { isFound = try candidate.matches(key, tx) }
            if isFound {
                if let takeRelevancy = collector.takeRelevancy {
                    var relevancy = 0.0
                    for key in rest { relevancy += try candidate.relevancy(key, tx) }
                    takeRelevancy(row.uid, relevancy)
                }
                if case .uids(let take) = collector.taking { take(row.uid) } else { builder?.append(row) }
            }
            if ContinuousClock.now >= end || session.isCut.load(ordering: .relaxed) { break }
        }
        if rows.isEmpty { rows = [] }
        flush()
    }
}
