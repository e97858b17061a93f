import Cryptography
import Database

/// What a kind of collection finds out about bytes; nil where it would not take them.
package typealias ObjectFacts = (CollectionKind, [UInt8]) -> MemberFacts?

/// A member (or one in the trash) with its stored body, as `Consistency` and `Reindex` go through them: page after
/// page, each in a transaction of its own, whose bytes are looked at when it is over.
struct StoredObject {
    /// What the bytes say.
    struct Truth {
        var etag: String
        var size: Int
        /// Nil where its kind would not take the bytes.
        var facts: MemberFacts?
    }

    var member: Member
    /// Nil: there is no such blob.
    var body: Blobs.Body?
    /// As it is kept; nil in the trash, where nothing is.
    var index: ObjectIndex?
    /// Whether the log has the member's latest change, or has forgotten it.
    var isInLog = true

    private static let pageLimit = 64
    private static let pageBytes = 4 << 20

    /// The members of a collection after `name`; none at the end.
    static func page(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String?
    ) throws -> [StoredObject] {
        let floor = try Collections.findWithTrash(tx, collection)?.logFloor ?? .zero
        var page = try withBodies(tx, Members.page(tx, in: collection, after: name, limit: pageLimit))
        for index in page.indices {
            page[index].index = try IndexRows.read(tx, of: page[index].member)
            if page[index].member.modseq > floor {
                page[index].isInLog = try ChangeLog.hasRow(tx, of: page[index].member)
            }
        }
        return page
    }

    /// All that is in the trash, page after page, each object with the kind of the collection where it was (nil: that is missing).
    static func forEachTrashPage(
        _ database: any Database, _ body: ([(object: StoredObject, kind: CollectionKind?)]) throws -> Void
    ) throws {
        var last: Int64 = 0
        while true {
            let (page, kinds) = try database.read { tx in
                let page = try withBodies(tx, Trash.page(tx, after: last, limit: pageLimit))
                var kinds: [CollectionID: CollectionKind?] = [:]
                for id in page.map(\.member.collectionID) where kinds[id] == nil {
                    kinds[id] = .some(try Collections.findWithTrash(tx, id)?.kind)
                }
                return (page, kinds)
            }
            guard let end = page.last else { return }
            last = end.member.id.rawValue
            try body(page.map { ($0, kinds[$0.member.collectionID] ?? nil) })
        }
    }

    private static func withBodies(_ tx: borrowing ReadTransaction, _ members: [Member]) throws -> [StoredObject] {
        var objects: [StoredObject] = []
        var bytes = 0
        for member in members where bytes < pageBytes {
            let body = try Blobs.find(tx, member.blobID)
            if case .bytes(let data)? = body { bytes += data.count }
            objects.append(StoredObject(member: member, body: body))
        }
        return objects
    }

    /// What the bytes say; nil where they are missing.
    func truth(in kind: CollectionKind, files: FileBlobStore, facts: ObjectFacts) throws -> Truth? {
        switch body {
        case nil: return nil
        case .bytes(let bytes)?:
            return Truth(etag: ETag.of(bytes), size: bytes.count, facts: self.facts(of: bytes, in: kind, facts))
        case .file(let name)?:
            guard let file = try Self.open(name, files) else { return nil }
            defer { file.close() }
            let isParsed = !kind.holdsFiles
            var hasher = SHA256.Hasher()
            var whole: [UInt8] = []
            var offset: Int64 = 0
            while true {
                let piece = try file.read(offset: offset, count: 1 << 20)
                if piece.isEmpty { break }
                hasher.update(piece)
                offset += Int64(piece.count)
                // An object that is parsed was taken under a limit far below this.
                if isParsed, offset <= 256 << 20 { whole += piece }
            }
            return Truth(
                etag: ETag.of(digest: hasher.finish()), size: Int(offset), facts: self.facts(of: whole, in: kind, facts)
            )
        }
    }

    private func facts(of bytes: [UInt8], in kind: CollectionKind, _ facts: ObjectFacts) -> MemberFacts? {
        switch kind {
        case .notifications: MemberFacts(uid: member.uid, component: member.component, contentType: member.contentType)
        case .folder, .fileHome: MemberFacts(contentType: member.contentType)
        case .calendar, .book, .calendarHome, .bookHome: facts(kind, bytes)
        }
    }

    private static func open(_ name: String, _ files: FileBlobStore) throws -> FileBlob? {
        do {
            return try files.open(name)
        } catch let failure as Failure where failure.code == .damaged {
            return nil
        }
    }
}

extension CollectionKind {
    /// Whether its members are bytes into which nobody looks.
    var holdsFiles: Bool { self == .folder || self == .fileHome || self == .notifications }
}
