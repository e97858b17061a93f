package import Database
import Directory

/// Looks for contradictions: of rows with each other, with the stored bytes and with the files. It changes nothing.
///
/// It may run beside a server at work: what must agree is read in one snapshot, and each snapshot is short (a page of
/// objects, one collection's counts, one principal's sum, one pass over the references).
package enum Consistency {
    /// Calls `fault` with one line for each, and `progress` with the count of objects that were looked at since the
    /// last call.
    package static func check(
        _ database: any Database, files: FileBlobStore, facts: ObjectFacts, now: Milliseconds,
        progress: (Int) -> Void = { _ in }, fault: (String) -> Void
    ) throws {
        try forEachCollection(database) { collection in
            for line in try database.read({ tx in try faults(tx, of: collection.id) }) { fault(line) }
            // After so many it is told that there is something wrong.
            for name in try database.read({ tx in try IndexRows.orphans(tx, in: collection.id, limit: 1000) }) {
                fault("\(label(collection)): the index has “\(name)”, which is no member")
            }
            var last: String?
            while true {
                let page = try database.read { tx in try StoredObject.page(tx, in: collection.id, after: last) }
                guard let end = page.last else { break }
                last = end.member.name
                for object in page {
                    try check(
                        database, object, in: collection.kind, files, facts,
                        isStillThere: {
                            try database.read { tx in
                                try Members.find(tx, in: collection.id, name: object.member.name)?.blobID
                                    == object.member.blobID
                            }
                        }, fault: { fault("\(label(object.member)) in \(label(collection)): \($0)") })
                }
                progress(page.count)
            }
        }
        for id in try database.read({ tx in try IndexRows.lostCollections(tx) }) {
            fault("the index has collection \(id.rawValue), which is missing")
        }
        try checkTrash(database, files, facts, progress, fault)
        try checkQuotas(database, fault)
        try RightsConsistency.check(database, fault: fault)
        try checkOverlays(database, fault)
        try checkReferences(database, fault)
        try AttachmentConsistency.check(database, files, fault: fault)
        try UnusedFiles.forEach(database, files, now: now, minimumAge: UnusedFiles.age) { names in
            for name in names { fault("file \(name) belongs to no blob") }
        }
    }

    /// Calls `body` for all collections, also those in the trash.
    static func forEachCollection(_ database: any Database, body: (Collection) throws -> Void) throws {
        var last = CollectionID(rawValue: 0)
        while true {
            let page = try database.read { tx in try Collections.page(tx, after: last, limit: 100) }
            guard let end = page.last else { return }
            for collection in page { try body(collection) }
            last = end.id
        }
    }

    // MARK: Labels

    static func label(_ collection: Collection) -> String {
        "\(collection.kind.rawValue) \(collection.id.rawValue) “\(collection.name)”"
            + " of principal \(collection.owner.rawValue)"
    }

    static func label(_ member: Member) -> String { "member \(member.id.rawValue) “\(member.name)”" }

    // MARK: Parts

    private static func faults(_ tx: borrowing ReadTransaction, of id: CollectionID) throws -> [String] {
        guard let collection = try Collections.findWithTrash(tx, id) else { return [] }
        var faults: [String] = []
        if let parentID = collection.parentID {
            if let parent = try Collections.findWithTrash(tx, parentID) {
                if parent.owner != collection.owner { faults.append("it has another owner than what it is in") }
                if !parent.kind.childKinds.contains(collection.kind) {
                    faults.append("it is in a \(parent.kind.rawValue)")
                }
            } else {
                faults.append("what it is in (collection \(parentID.rawValue)) is missing")
            }
        } else if !collection.kind.isHome {
            faults.append("it is in nothing")
        }
        let count = try Members.count(tx, in: id)
        if count != collection.memberCount {
            faults.append("member_count is \(collection.memberCount), there are \(count)")
        }
        let (rows, last) = try ChangeLog.extent(tx, of: collection)
        let expected = collection.modseq.rawValue &- collection.logFloor.rawValue
        if rows != expected { faults.append("the log has \(rows) changes after its floor where \(expected) were made") }
        if rows > 0, last != collection.modseq.rawValue {
            faults.append("the log ends at \(last), the collection is at \(collection.modseq.rawValue)")
        }
        return faults.map { "\(label(collection)): \($0)" }
    }

    private static func check(
        _ database: any Database, _ object: StoredObject, in kind: CollectionKind, _ files: FileBlobStore, _ facts: ObjectFacts,
        isStillThere: () throws -> Bool, fault: (String) -> Void
    ) throws {
        let member = object.member
        if !object.isInLog { fault("the log has no change \(member.modseq.rawValue) of it") }
        guard let truth = try object.truth(in: kind, files: files, facts: facts) else {
            switch object.body {
            case .file(let name)?:
                // It may have gone with its member since the page was read.
                if try isStillThere() { fault("its file \(name) is missing") }
            default: fault("its blob \(member.blobID) is missing")
            }
            return
        }
        if !truth.etag.isIdentical(to: member.etag) {
            fault("its ETag is \(member.etag), its bytes have \(truth.etag)")
        }
        if truth.size != member.size { fault("its size is \(member.size), it has \(truth.size) bytes") }
        guard let found = truth.facts else { return fault("its bytes are nothing that a \(kind.rawValue) takes") }
        if !found.uid.isIdentical(to: member.uid) { fault("the UID that is kept beside it is not that of its bytes") }
        if try !AttachmentConsistency.isRight(database, member, of: found), try isStillThere() {
            fault("the attachments that are kept beside it are not those of its bytes")
        }
        if !found.component.isIdentical(to: member.component) {
            fault("it is kept as “\(member.component)”, its bytes are “\(found.component)”")
        } else if let index = object.index {
            if found.index.occurrences != index.occurrences { fault("the times in the index are not those of its bytes") }
            if found.index.text != index.text { fault("the text in the index is not that of its bytes") }
            if found.index.sharedTag != index.sharedTag { fault("the index does not have what is shared of it as its bytes say") }
            if found.index.privacy != index.privacy { fault("the index has it as private or not, and its bytes do not") }
        }
    }

    private static func checkTrash(
        _ database: any Database, _ files: FileBlobStore, _ facts: ObjectFacts, _ progress: (Int) -> Void,
        _ fault: (String) -> Void
    ) throws {
        try StoredObject.forEachTrashPage(database) { page in
            for (object, kind) in page {
                let label = "\(label(object.member)) in the trash"
                guard let kind else {
                    fault("\(label): collection \(object.member.collectionID.rawValue), where it was, is missing")
                    continue
                }
                try check(
                    database, object, in: kind, files, facts,
                    isStillThere: {
                        try database.read { tx in try Trash.page(tx, after: object.member.id.rawValue - 1, limit: 1) }
                            .first?.id == object.member.id
                    }, fault: { fault("\(label): \($0)") })
            }
            progress(page.count)
        }
    }

    private static func checkQuotas(_ database: any Database, _ fault: (String) -> Void) throws {
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
                fault("principal \(owner.rawValue): used_bytes is \(used), the members have \(counted)")
            }
        }
    }

    private static func checkOverlays(_ database: any Database, _ fault: (String) -> Void) throws {
        for member in try database.read({ tx in try Overlays.orphans(tx, limit: 1000) }) {
            fault("alarms on member \(member.rawValue), which is missing")
        }
        for principal in try database.read({ tx in try Overlays.lostPrincipals(tx) }) {
            fault("alarms of principal \(principal.rawValue), who is missing")
        }
    }

    private static func checkReferences(_ database: any Database, _ fault: (String) -> Void) throws {
        var next: Int64 = 0
        while let start = try database.read({ tx in try ReferenceCounts.nextSpan(tx, from: next) }) {
            next = start + ReferenceCounts.span
            // After so many it is told that there is something wrong; `Reindex` corrects all.
            let found = try database.read { tx in try ReferenceCounts.wrong(tx, from: start, limit: 1000) }
            for wrong in found {
                fault("blob \(wrong.blob): reference_count is \(wrong.stored), there are \(wrong.counted)")
            }
        }
    }
}
