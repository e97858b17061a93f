import CollectionStore
import Database
import Directory
import FoundationEssentials
import Glibc
import TestEngines
import TestRandom
import Testing

/// A store of its own with two principals, and the words in which the tests speak.
struct Fixture {
    let database: any Database
    static let alice = PrincipalID(rawValue: 1)
    static let bob = PrincipalID(rawValue: 2)

    init() throws {
        database = try TestEngine.current.temporary()
        try database.write { tx in
            for (id, name) in [(Self.alice, "alice"), (Self.bob, "bob")] {
                try tx.execute(
                    """
                    INSERT INTO principal (id, kind, domain, name, display_name, created)
                    VALUES ($1, 'user', 'example.org', $2, $2, 0)
                    """, [.integer(id.rawValue), .text(name)])
                for kind in [CollectionKind.calendarHome, .bookHome, .fileHome] {
                    try Collections.makeHome(tx, of: id, kind: kind, now: 0)
                }
            }
        }
    }

    @discardableResult
    func write<Result>(_ body: (borrowing WriteTransaction) throws -> Result) throws -> Result {
        try database.write(body)
    }

    func read<Result>(_ body: (borrowing ReadTransaction) throws -> Result) throws -> Result { try database.read(body) }

    /// As if no time had a history any more.
    func forgetHistory() throws { try write { tx in _ = try PastMembers.purge(tx, before: .max, limit: 10_000) } }

    func setQuota(_ bytes: Int64?, of owner: PrincipalID = alice) throws {
        try write { tx in
            try tx.execute(
                "UPDATE principal SET quota_bytes = $2 WHERE id = $1", [.integer(owner.rawValue), Value(bytes)])
        }
    }

    func used(of owner: PrincipalID = alice) throws -> Int64 {
        try database.read { tx in try Quota.state(tx, of: owner).used }
    }

    /// The whole database as lines, to see that nothing was changed.
    func dump() throws -> [String] { try database.read { tx in try Self.dump(tx) } }

    static func dump(_ tx: borrowing ReadTransaction) throws -> [String] {
        var lines: [String] = []
        func add(_ sql: StaticString, _ columns: Int) throws {
            lines += try tx.all(sql) { row in
                (0..<columns).map { row.isNull($0) ? "-" : "\(row.bytes($0))" }.joined(separator: "|")
            }
        }
        try add("SELECT id, used_bytes FROM principal ORDER BY id", 2)
        try add(
            """
            SELECT id, parent_id, owner_id, name, modseq, log_floor, member_count, modified, trashed
            FROM collection ORDER BY id
            """, 9)
        try add(
            """
            SELECT collection_id, name, id, etag, size, modseq, component, uid, blob_id
            FROM member ORDER BY collection_id, name
            """, 9)
        try add("SELECT id, reference_count, data, file FROM blob ORDER BY id", 4)
        try add(
            "SELECT collection_id, modseq, name, is_removal, is_collection FROM change ORDER BY collection_id, modseq",
            5)
        try add("SELECT id, collection_id, owner_id, name, blob_id FROM trash ORDER BY id", 5)
        try add(
            """
            SELECT collection_id, until_modseq, since_modseq, name, id, etag, blob_id FROM past_member ORDER BY collection_id, until_modseq
            """, 7)
        try add(
            """
            SELECT collection_id, member_id, namespace, name, until_modseq, value FROM past_property
            ORDER BY collection_id, member_id, namespace, name, until_modseq
            """, 6)
        try add(
            """
            SELECT collection_id, member_id, namespace, name, value
            FROM property ORDER BY collection_id, member_id, namespace, name
            """, 5)
        try add("SELECT token, collection_id, member_name FROM lock ORDER BY token", 3)
        try add("SELECT file FROM unused_file ORDER BY file", 1)
        try add(
            """
            SELECT collection_id, is_floating, span, starts, name, ends, is_exact, component, busy, weeks
            FROM occurrence ORDER BY collection_id, is_floating, span, starts, name
            """, 10)
        try add("SELECT id, managed_id, size, blob_id, unreferenced FROM attachment ORDER BY id", 5)
        try add("SELECT blob_id, attachment_id FROM attachment_use ORDER BY blob_id, attachment_id", 2)
        try add("SELECT collection_id, name, text FROM search_text ORDER BY collection_id, name", 3)
        return lines
    }

    /// The refusal that `body` ends with, after which everything must be as before although the transaction is
    /// committed.
    func refusal(_ body: (borrowing WriteTransaction) throws -> Void) throws -> StoreRefusal? {
        let before = try dump()
        let refusal = try database.write { tx -> StoreRefusal? in
            do {
                try body(tx)
                return nil
            } catch let refusal as StoreRefusal {
                return refusal
            }
        }
        if refusal != nil { #expect(try dump() == before) }
        return refusal
    }
}

/// Content whose facts stand in its bytes: `uid|component|rest`, with `@id` between bars for each attachment.
func content(_ text: String, uid: String? = nil, component: String = "vevent") -> MemberContent {
    let bytes = [UInt8]("\(uid ?? "")|\(uid == nil ? "" : component)|\(text)".utf8)
    return MemberContent(place: .bytes(bytes), size: bytes.count, etag: ETag.of(bytes), facts: testFacts(of: bytes))
}

/// The inverse of `content`.
func testFacts(of bytes: [UInt8]) -> MemberFacts {
    let parts = bytes.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
    guard parts.count >= 3 else { return MemberFacts() }
    return MemberFacts(
        uid: parts[0].isEmpty ? nil : String(decoding: parts[0], as: UTF8.self),
        component: String(decoding: parts[1], as: UTF8.self), index: testIndex(of: bytes),
        attachments: parts.dropFirst(2).filter { $0.first == UInt8(ascii: "@") }
            .map { String(decoding: $0.dropFirst(), as: UTF8.self) })
}

/// Any index, and the same one for the same bytes.
func testIndex(of bytes: [UInt8]) -> ObjectIndex {
    var random = SeededGenerator(seed: bytes.reduce(14_695_981_039) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 })
    let occurrences = (0..<Int.random(in: 0..<4, using: &random)).map { _ in
        let start = Int64.random(in: -100_000..<100_000, using: &random)
        let length = Int64.random(in: 0..<100_000, using: &random) >> Int64.random(in: 0..<17, using: &random)
        let end = Int.random(in: 0..<8, using: &random) == 0 ? Int64.max : start + length
        return Occurrence(
            start: Int.random(in: 0..<20, using: &random) == 0 ? Occurrence.beginning : start, end: end,
            isFloating: .random(using: &random), isExact: .random(using: &random),
            busy: Busy(rawValue: Int64.random(in: 0..<5, using: &random)) ?? .varies)
    }
    return ObjectIndex(
        occurrences: occurrences, text: Int.random(in: 0..<4, using: &random) == 0 ? .unknown : .folded(bytes))
}

/// For `Consistency` and `Reindex`.
func testObjectFacts(_: CollectionKind, _ bytes: [UInt8]) -> MemberFacts? {
    bytes.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false).count < 3 ? nil : testFacts(of: bytes)
}

extension WriteTransaction {
    func home(_ kind: CollectionKind = .fileHome, of owner: PrincipalID = Fixture.alice) throws -> Collection {
        try #require(try Collections.home(read, of: owner, kind: kind))
    }

    /// The collection as it is now, made where it is missing.
    @discardableResult
    func calendar(_ name: String = "work", of owner: PrincipalID = Fixture.alice) throws -> Collection {
        let home = try home(.calendarHome, of: owner)
        return try Collections.child(read, of: home.id, name: name)
            ?? Collections.make(self, in: home, name: name, kind: .calendar, now: 1)
    }

    /// As `calendar`.
    @discardableResult
    func book(_ name: String = "contacts", of owner: PrincipalID = Fixture.alice) throws -> Collection {
        let home = try home(.bookHome, of: owner)
        return try Collections.child(read, of: home.id, name: name)
            ?? Collections.make(self, in: home, name: name, kind: .book, now: 1)
    }

    @discardableResult
    func folder(_ name: String, in parent: Collection? = nil, of owner: PrincipalID = Fixture.alice) throws
        -> Collection
    {
        let parent = try parent ?? home(of: owner)
        return try Collections.child(read, of: parent.id, name: name)
            ?? Collections.make(self, in: parent, name: name, kind: .folder, now: 1)
    }

    func member(_ name: String, in collection: Collection) throws -> Member? {
        try Members.find(read, in: collection.id, name: name)
    }

    @discardableResult
    func put(_ content: MemberContent, as name: String, in collection: Collection, now: Milliseconds = 2) throws
        -> Members.PutOutcome
    {
        try Members.put(
            self, in: collection, name: name, existing: try member(name, in: collection), content: content, now: now)
    }

    func remove(_ name: String, in collection: Collection, now: Milliseconds = 3) throws {
        let member = try #require(try member(name, in: collection))
        try Members.remove(self, member, in: collection, by: nil, now: now)
    }

    func restore(_ id: Int64, of owner: PrincipalID, now: Milliseconds) throws -> String {
        let files = try TemporaryFiles()
        return try Trash.restore(self, id, of: owner, files: files.store, facts: testObjectFacts, now: now)
    }

    func fresh(_ collection: Collection) throws -> Collection {
        try #require(try Collections.find(read, collection.id))
    }
}

/// The two spellings of one letter: two names.
let nfc = "\u{E9}"
let nfd = "e\u{301}"

/// A directory that goes at the end.
final class TemporaryFiles {
    let path: String
    let store: FileBlobStore

    init() throws {
        var template = Array("/tmp/store-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap { mkdtemp($0) } }
        path = String(cString: try #require(made))
        store = try FileBlobStore(directory: path + "/files")
    }

    /// A file with these bytes, outside of the store.
    func spool(_ bytes: [UInt8]) throws -> String {
        let name = path + "/spool-\(UInt64.random(in: 0 ... .max))"
        let file = try #require(fopen(name, "w"))
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        return name
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
