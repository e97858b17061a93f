package import Database

/// Makes the index of stored objects anew from their bytes, and nothing else. It may run beside a server at work.
package enum IndexRebuild {
    /// What `prepare` and `followTimeZones` did.
    package struct Outcome: Sendable, Equatable {
        /// Objects looked at.
        package var objects = 0
        /// Objects whose index was another.
        package var corrected = 0

        package init() {}
    }

    /// Sees to it that all that is stored is indexed as this program does it: to be called before the first query. Nil
    /// where it was. `timeZones` is the release with which `facts` works. `begin` is called before long work.
    ///
    /// What ends in the middle is begun again by the next start.
    package static func prepare(
        _ database: any Database, files: FileBlobStore, timeZones: String, facts: ObjectFacts, begin: () -> Void = {}
    ) throws -> Outcome? {
        let version = String(ObjectIndex.version)
        if try database.read({ tx in try IndexState.value(tx, .projection) }) == version { return nil }
        let isEmpty = try database.read { tx in try tx.first("SELECT 1 FROM member") { _ in true } == nil }
        if !isEmpty { begin() }
        let outcome = try run(database, files: files, kinds: [.calendar, .book], facts: facts)
        try database.write { tx in
            try IndexState.setCurrent(tx, timeZones: timeZones)
            try Collections.renewEpochsOfWindowed(tx)
        }
        return isEmpty ? nil : outcome
    }

    /// Whether calendars were indexed with another release of the time zone database.
    package static func isBehind(_ database: any Database, timeZones: String) throws -> Bool {
        try database.read { tx in try IndexState.value(tx, .timeZones) } != timeZones
    }

    /// Makes the index of all calendars anew after the time zone database became another: where governments have moved
    /// the clocks, events move along without anybody's PUT.
    package static func followTimeZones(
        _ database: any Database, files: FileBlobStore, timeZones: String, facts: ObjectFacts,
        isCancelled: () -> Bool = { false }
    ) throws -> Outcome? {
        guard try isBehind(database, timeZones: timeZones) else { return nil }
        let outcome = try run(database, files: files, kinds: [.calendar], facts: facts, isCancelled: isCancelled)
        if isCancelled() { return outcome }
        try database.write { tx in
            try IndexState.set(tx, .timeZones, to: timeZones)
            try Collections.renewEpochsOfWindowed(tx)
        }
        return outcome
    }

    private static func run(
        _ database: any Database, files: FileBlobStore, kinds: [CollectionKind], facts: ObjectFacts,
        isCancelled: () -> Bool = { false }
    ) throws -> Outcome {
        var outcome = Outcome()
        try Consistency.forEachCollection(database) { collection in
            guard kinds.contains(collection.kind) else { return }
            var last: String?
            while !isCancelled() {
                let page = try database.read { tx in try StoredObject.page(tx, in: collection.id, after: last) }
                guard let end = page.last else { return }
                last = end.member.name
                outcome.objects += page.count
                var wrong: [(member: Member, facts: MemberFacts)] = []
                for object in page {
                    // An object that is not there, or that nobody can read, has nothing to find.
                    let truth = try object.truth(in: collection.kind, files: files, facts: facts)
                    guard let found = truth?.facts, found.index != object.index else { continue }
                    wrong.append((object.member, found))
                }
                if wrong.isEmpty { continue }
                outcome.corrected += try database.write { tx in
                    try wrong.reduce(0) { try $0 + (correct(tx, $1.member, $1.facts) ? 1 : 0) }
                }
            }
        }
        return outcome
    }

    /// Writes the index of a member; false where it has other bytes now, and so an index of its own.
    static func correct(_ tx: borrowing WriteTransaction, _ old: Member, _ facts: MemberFacts) throws -> Bool {
        guard let member = try Members.find(tx.read, in: old.collectionID, name: old.name), member.blobID == old.blobID
        else { return false }
        var facts = facts
        // A wrong one is `Reindex`'s to mend; the rows must agree with the member's.
        facts.component = member.component
        try IndexRows.write(tx, facts, in: member.collectionID, name: member.name)
        // The log does not tell of it.
        try GramSegments.retire(tx, of: member.collectionID.rawValue)
        return true
    }
}
