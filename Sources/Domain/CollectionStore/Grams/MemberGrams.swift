import Bytes
package import Database
import Grams

/// The grams of the texts of a large book or calendar: made from `search_text`, and brought forward by the change log.
///
/// A segment names members, not versions of them: who reads a candidate's text sees what it is now. So a member that changed is only
/// lost where its new text is in no segment, and these are the names in the log after the modseq up to which the segments go.
package enum MemberGrams {
    /// Grows where what is the text of a member changes.
    static let version: Int64 = 1
    /// From so many members on it is worth it: as many texts are read within a millisecond or two.
    package static let fewest = 2_000
    /// Members that changed later are looked at one by one: at most so many, else all are.
    static let mostLater = 1_024
    /// One of so many members may be a candidate.
    static let mostPart = 16
    /// So many changes make another segment.
    static let manyChanges: Int64 = 128
    /// So many segments that are not full make all be made anew.
    static let manySegments = 8

    // MARK: Asking

    /// The names of members that may have the needles, in the order of their bytes, after `name`; nil where there are no grams, or where
    /// they cannot tell, or are damaged.
    static func candidates(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String?, _ condition: GramCondition
    ) throws -> [String]? {
        let scope = collection.rawValue
        let segments = try GramSegments.all(tx, of: scope)
        guard !segments.isEmpty, segments.allSatisfy({ $0.version == version }),
            let position = try Collections.findWithTrash(tx, collection), let through = segments.map(\.last).max(),
            through >= position.logFloor.rawValue, let later = try changed(tx, in: collection, since: through, atMost: mostLater)
        else { return nil }
        let found = try GramSegments.matching(tx, segments, of: scope, condition)
        // Where many have it, reading all texts in the order of the names costs less than looking so many up.
        if found.reduce(0, { $0 + $1.count }) > max(position.memberCount / mostPart, mostLater) { return nil }
        var names = Set(later)
        for (segment, documents) in zip(segments, found) {
            guard let named = try MemberNames.read(tx, documents, of: segment) else { return nil }
            names.formUnion(named)
        }
        let after = Array((name ?? "").utf8)
        return names.map { Array($0.utf8) }.filter { after.lexicographicallyPrecedes($0) }
            .sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Nil where there are more than `atMost`.
    private static func changed(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, since modseq: Int64, atMost: Int
    ) throws -> [String]? {
        let names = try tx.all(
            "SELECT name FROM change WHERE collection_id = $1 AND modseq > $2 ORDER BY modseq LIMIT $3",
            [.integer(collection.rawValue), .integer(modseq), .integer(Int64(atMost) + 1)]) { $0.text(0) }
        return names.count > atMost ? nil : names
    }

    // MARK: Making

    private enum Work {
        case nothing, retire, all
        case changes(since: Int64)
    }

    /// Brings the grams of a collection forward, where that is worth it; true where something was made. It may take a second of
    /// computing for each 50,000 members, between short transactions.
    /// - Parameter keep: grams that are older go with the members, and the texts of members, that are not there any more.
    @discardableResult
    package static func refresh(
        _ database: any Database, _ collection: CollectionID, fewest: Int = fewest, keep: Milliseconds = .max, now: Milliseconds
    ) throws -> Bool {
        let scope = collection.rawValue
        let (next, old) = try database.read { tx -> (Work, [Int64]) in
            let segments = try GramSegments.all(tx, of: scope)
            return (try work(tx, collection, segments, fewest, madeBefore: now - min(keep, now)), segments.map(\.id))
        }
        switch next {
        case .nothing: return false
        case .retire:
            try database.write { tx in try GramSegments.retire(tx, of: scope) }
            return true
        case .all: return try make(database, collection, replacing: old, now: now) { maker in try maker.takeAll() }
        case .changes(let since): return try make(database, collection, replacing: [], now: now) { try $0.takeChanges(since: since) }
        }
    }

    private static func work(
        _ tx: borrowing ReadTransaction, _ id: CollectionID, _ segments: [GramSegment], _ fewest: Int, madeBefore horizon: Milliseconds
    ) throws -> Work {
        guard let collection = try Collections.findWithTrash(tx, id) else { return segments.isEmpty ? .nothing : .retire }
        guard let through = segments.map(\.last).max() else { return collection.memberCount >= fewest ? .all : .nothing }
        if collection.memberCount < fewest / 2 { return .retire }
        let documents = segments.reduce(0) { $0 + $1.documentCount }
        let hasChanged = documents != collection.memberCount || through != collection.modseq.rawValue
        let isWorn = segments.contains { $0.version != version } || through < collection.logFloor.rawValue
            || segments.count(where: { $0.documentCount < DocumentSet.most / 2 }) > manySegments
            || documents > 2 * collection.memberCount + DocumentSet.most
            || hasChanged && segments.contains { $0.made < horizon }
        if isWorn { return .all }
        return collection.modseq.rawValue - through >= manyChanges ? .changes(since: through) : .nothing
    }

    private static func make(
        _ database: any Database, _ collection: CollectionID, replacing old: [Int64], now: Milliseconds,
        _ take: (inout MemberGramsMaker) throws -> Bool
    ) throws -> Bool {
        guard let first = try GramSegments.begin(database, for: collection.rawValue, now: now) else { return false }
        var maker = MemberGramsMaker(database: database, collection: collection, segment: first, now: now)
        // What was begun is swept.
        guard try take(&maker), let segments = try maker.finish() else { return false }
        return try database.write { tx in try GramSegments.publish(tx, segments, replacing: old) }
    }
}
