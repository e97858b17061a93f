package import Database
import Directory

/// Makes anew, from the stored bytes and the rows that are no projections, what is kept beside them: ETags, sizes, UIDs
/// and components of members, the index of their times and texts, counts of members and of references, and what is used
/// of the quotas.
///
/// It may run beside a server at work. It reads page by page, and writes only what is wrong, in short transactions that
/// look again at what they change. (Only wrong reference counts need a longer one: a pass over all members.)
package enum Reindex {
    package struct Outcome: Sendable, Equatable {
        /// Objects looked at.
        package var objects = 0
        /// Rows set right.
        package var corrected = 0

        package init() {}
    }

    private struct Correction {
        var member: Member
        var truth: StoredObject.Truth
        var facts: MemberFacts
    }

    /// Calls `progress` with the count of objects since the last call, and `report` with one line for each object that
    /// cannot be set right, and why.
    package static func run(
        _ database: any Database, files: FileBlobStore, facts: ObjectFacts, now: Milliseconds,
        progress: (Int) -> Void = { _ in }, report: (String) -> Void
    ) throws -> Outcome {
        var outcome = Outcome()
        try Consistency.forEachCollection(database) { collection in
            try reindex(database, collection, files, facts, now, &outcome, progress, report)
        }
        outcome.corrected += try removeLostIndex(database)
        try reindexTrash(database, files, facts, &outcome, progress)
        outcome.corrected += try AttachmentConsistency.correct(database)
        outcome.corrected += try removeLostOverlays(database)
        try correctQuotas(database, &outcome)
        try correctReferences(database, &outcome)
        outcome.corrected += try UnusedFiles.note(database, files, now: now)
        return outcome
    }

    // MARK: Members

    private static func reindex(
        _ database: any Database, _ collection: Collection, _ files: FileBlobStore, _ facts: ObjectFacts,
        _ now: Milliseconds, _ outcome: inout Outcome, _ progress: (Int) -> Void, _ report: (String) -> Void
    ) throws {
        var last: String?
        var lacksUIDs = false
        while true {
            let page = try database.read { tx in try StoredObject.page(tx, in: collection.id, after: last) }
            guard let end = page.last else { break }
            last = end.member.name
            var corrections: [Correction] = []
            for object in page {
                let label = "\(Consistency.label(object.member)) in \(Consistency.label(collection))"
                guard let truth = try object.truth(in: collection.kind, files: files, facts: facts) else {
                    report("\(label): its bytes are missing")
                    continue
                }
                if truth.facts == nil {
                    report("\(label): its bytes are nothing that a \(collection.kind.rawValue) takes")
                }
                let found = truth.facts ?? object.member.facts
                if !found.uid.isIdentical(to: object.member.uid) { lacksUIDs = true }
                let isAttached = try AttachmentConsistency.isRight(database, object.member, of: truth.facts)
                if !found.agree(with: object.member) || found.index != object.index || !isAttached
                    || !truth.etag.isIdentical(to: object.member.etag) || truth.size != object.member.size
                {
                    corrections.append(Correction(member: object.member, truth: truth, facts: found))
                }
            }
            if !corrections.isEmpty {
                outcome.corrected += try database.write { tx in
                    try corrections.reduce(0) { try $0 + correct(tx, $1, now) }
                }
            }
            outcome.objects += page.count
            progress(page.count)
        }
        outcome.corrected += try removeOrphans(database, collection)
        // When all wrong ones are out of the way: two members may have had each other's.
        if lacksUIDs { try setUIDs(database, collection, files, facts, report) }
        try correctCount(database, collection, &outcome)
    }

    /// Sets all but the UID; a wrong one goes. 0 where the member has other bytes now.
    private static func correct(_ tx: borrowing WriteTransaction, _ correction: Correction, _ now: Milliseconds) throws
        -> Int
    {
        let (old, truth) = (correction.member, correction.truth)
        guard var member = try Members.find(tx.read, in: old.collectionID, name: old.name), member.blobID == old.blobID
        else {
            return 0
        }
        let hasOtherETag = !truth.etag.isIdentical(to: member.etag)
        member.etag = truth.etag
        member.size = truth.size
        member.component = correction.facts.component
        if !correction.facts.uid.isIdentical(to: member.uid) { member.uid = nil }
        if let found = truth.facts {
            member.attachedSize = try AttachmentConsistency.correct(tx, blob: member.blobID, found.attachments)
        }
        try tx.execute(
            """
            UPDATE member SET etag = $3, size = $4, component = $5, uid = $6, attached_bytes = $7
            WHERE collection_id = $1 AND name = $2
            """,
            [
                .integer(member.collectionID.rawValue), .text(member.name), .text(member.etag),
                .integer(Int64(member.size)), .text(member.component), Value(member.uid),
                Value(member.attachedSize.map(Int64.init)),
            ])
        try IndexRows.write(tx, correction.facts, in: member.collectionID, name: member.name)
        try GramSegments.retire(tx, of: member.collectionID.rawValue)
        try Collections.renewEpoch(tx, ofWindowed: member.collectionID)
        // Clients hold other bytes, or these under another tag: they must come for them.
        if hasOtherETag { try Members.propertiesChanged(tx, of: member, now: now) }
        return 1
    }

    /// Rows of the index that are of no member.
    private static func removeOrphans(_ database: any Database, _ collection: Collection) throws -> Int {
        let limit = 500
        var count = 0
        while try !database.read({ tx in try IndexRows.orphans(tx, in: collection.id, limit: 1) }).isEmpty {
            count += try database.write { tx in
                let names = try IndexRows.orphans(tx.read, in: collection.id, limit: limit)
                for name in names { try IndexRows.remove(tx, in: collection.id, name: name) }
                return names.count
            }
        }
        return count
    }

    private static func removeLostIndex(_ database: any Database) throws -> Int {
        if try database.read({ tx in try IndexRows.lostCollections(tx) }).isEmpty { return 0 }
        return try database.write { tx in
            let lost = try IndexRows.lostCollections(tx.read)
            for collection in lost { try IndexRows.removeAll(tx, in: collection) }
            return lost.count
        }
    }

    private static func removeLostOverlays(_ database: any Database) throws -> Int {
        var count = 0
        while try !database.read({ tx in try Overlays.orphans(tx, limit: 1) }).isEmpty {
            count += try database.write { tx in
                let members = try Overlays.orphans(tx.read, limit: 500)
                for member in members { try Overlays.removeAll(tx, of: member) }
                return members.count
            }
        }
        if try database.read({ tx in try Overlays.lostPrincipals(tx) }).isEmpty { return count }
        return try count + database.write { tx in
            let lost = try Overlays.lostPrincipals(tx.read)
            for principal in lost { try Overlays.removeAll(tx, of: principal) }
            return lost.count
        }
    }

    private static func setUIDs(
        _ database: any Database, _ collection: Collection, _ files: FileBlobStore, _ facts: ObjectFacts,
        _ report: (String) -> Void
    ) throws {
        var last: String?
        while true {
            let page = try database.read { tx in try StoredObject.page(tx, in: collection.id, after: last) }
            guard let end = page.last else { return }
            last = end.member.name
            var missing: [(member: Member, uid: String)] = []
            for object in page where object.member.uid == nil {
                guard let truth = try object.truth(in: collection.kind, files: files, facts: facts),
                    let uid = truth.facts?.uid
                else { continue }
                missing.append((object.member, uid))
            }
            if missing.isEmpty { continue }
            let conflicts = try database.write { tx in
                var conflicts: [(member: Member, other: String)] = []
                for (old, uid) in missing {
                    guard let member = try Members.find(tx.read, in: collection.id, name: old.name),
                        member.blobID == old.blobID, member.uid == nil
                    else { continue }
                    if let other = try Members.name(tx.read, in: collection.id, uid: uid) {
                        conflicts.append((member, other))
                        continue
                    }
                    try tx.execute(
                        "UPDATE member SET uid = $3 WHERE collection_id = $1 AND name = $2",
                        [.integer(collection.id.rawValue), .text(member.name), .text(uid)])
                }
                return conflicts
            }
            for (member, other) in conflicts {
                report("\(Consistency.label(member)) in \(Consistency.label(collection)): “\(other)” has its UID")
            }
        }
    }

    private static func reindexTrash(
        _ database: any Database, _ files: FileBlobStore, _ facts: ObjectFacts, _ outcome: inout Outcome,
        _ progress: (Int) -> Void
    ) throws {
        try StoredObject.forEachTrashPage(database) { page in
            var corrections: [Correction] = []
            for (object, kind) in page {
                guard let kind, let truth = try object.truth(in: kind, files: files, facts: facts) else { continue }
                let found = truth.facts ?? object.member.facts
                let isAttached = try AttachmentConsistency.isRight(database, object.member, of: truth.facts)
                if !found.agree(with: object.member) || !truth.etag.isIdentical(to: object.member.etag)
                    || truth.size != object.member.size || !isAttached
                {
                    corrections.append(Correction(member: object.member, truth: truth, facts: found))
                }
            }
            if !corrections.isEmpty {
                outcome.corrected += try database.write { tx in
                    try corrections.reduce(0) { count, correction in
                        var attached = correction.member.attachedSize
                        // Purged since the page was read, it must not leave references behind.
                        if let found = correction.truth.facts,
                            try Blobs.find(tx.read, correction.member.blobID) != nil
                        {
                            attached = try AttachmentConsistency.correct(
                                tx, blob: correction.member.blobID, found.attachments)
                        }
                        return try count
                            + tx.rowsChanged(
                                by: """
                                UPDATE trash SET etag = $2, size = $3, component = $4, uid = $5, attached_bytes = $6
                                WHERE id = $1
                                """,
                                [
                                    .integer(correction.member.id.rawValue), .text(correction.truth.etag),
                                    .integer(Int64(correction.truth.size)), .text(correction.facts.component),
                                    Value(correction.facts.uid), Value(attached.map(Int64.init)),
                                ])
                    }
                }
            }
            outcome.objects += page.count
            progress(page.count)
        }
    }

    // MARK: Counts

    private static func correctCount(
        _ database: any Database, _ collection: Collection, _ outcome: inout Outcome
    ) throws {
        let isRight = try database.read { tx in
            try Collections.findWithTrash(tx, collection.id)?.memberCount == Members.count(tx, in: collection.id)
        }
        if isRight { return }
        outcome.corrected += try database.write { tx in
            try tx.rowsChanged(
                by: "UPDATE collection SET member_count = $2 WHERE id = $1",
                [
                    .integer(collection.id.rawValue), .integer(Int64(try Members.count(tx.read, in: collection.id))),
                ])
        }
    }

    private static func correctQuotas(_ database: any Database, _ outcome: inout Outcome) throws {
        var last = PrincipalID(rawValue: 0)
        while true {
            let page = try database.read { tx in
                try Quota.page(tx, after: last, limit: 10).map {
                    ($0.owner, $0.used, try Quota.counted(tx, of: $0.owner))
                }
            }
            guard let end = page.last else { return }
            last = end.0
            for (owner, used, counted) in page where used != counted {
                try database.write { tx in try Quota.correct(tx, of: owner) }
                outcome.corrected += 1
            }
        }
    }

    private static func correctReferences(_ database: any Database, _ outcome: inout Outcome) throws {
        let limit = 10_000
        var next: Int64 = 0
        while let start = try database.read({ tx in try ReferenceCounts.nextSpan(tx, from: next) }) {
            next = start + ReferenceCounts.span
            var isWrong = try database.read { tx in try !ReferenceCounts.wrong(tx, from: start, limit: 1).isEmpty }
            while isWrong {
                let count = try database.write { tx in
                    let found = try ReferenceCounts.wrong(tx.read, from: start, limit: limit)
                    for wrong in found { try Blobs.correct(tx, wrong.blob, references: wrong.counted) }
                    return found.count
                }
                outcome.corrected += count
                isWrong = count == limit
            }
        }
    }
}
