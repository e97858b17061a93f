import CollectionStore
import Database
import Directory
import TestEngines
import TestRandom
import Testing

@Suite("Random writers")
struct SyncPropertyTests {
    /// Fewer where each statement is a round trip.
    private static let seeds: Range<UInt64> = TestEngine.current == .sqlite ? 0..<24 : 0..<6

    @Test("clients that only sync end with exactly the server's state", arguments: seeds)
    func sync(seed: UInt64) throws {
        let fixture = try Fixture()
        var writer = RandomWriter(seed: seed, usesFiles: seed % 2 == 0, forgets: seed % 3 == 0)
        var random = SeededGenerator(seed: seed &+ 1_000_000)
        // One that came at the start, one that comes in the midst of it, and one of each that mixes up `x` and `x/`.
        var clients = [SyncClient(ignoresSlashes: false), SyncClient(ignoresSlashes: true)]
        func register(_ client: SyncClient) throws {
            try fixture.read { tx throws in
                for owner in [Fixture.alice, Fixture.bob] {
                    for kind in [CollectionKind.calendarHome, .fileHome] {
                        let home = try #require(try Collections.home(tx, of: owner, kind: kind))
                        client.homes[home.id] = SyncClient.Node()
                    }
                }
            }
        }
        for client in clients { try register(client) }
        for turn in 0..<200 {
            try writer.step(fixture)
            if turn == 120 {
                clients += [SyncClient(ignoresSlashes: false), SyncClient(ignoresSlashes: true)]
                for client in clients.suffix(2) { try register(client) }
            }
            for client in clients {
                for _ in 0..<Int.random(in: 0..<4, using: &random) {
                    let limit = Int.random(in: 1..<5, using: &random)
                    try fixture.read { tx throws in try client.step(tx, limit: limit, using: &random) }
                }
            }
        }
        for client in clients {
            let limit = [1, 2, 5, Int.max - 1].randomElement(using: &random) ?? 1
            try fixture.read { tx throws in try client.finish(tx, limit: limit) }
        }
        try checkRows(fixture, writer)
        if !writer.usesFiles { try expectConsistent(fixture) }
    }

    /// What must hold of the rows, counted here and not by the store.
    private func checkRows(_ fixture: Fixture, _ writer: RandomWriter) throws {
        try fixture.read { tx throws in
            var reachable: Set<CollectionID> = []
            for owner in [Fixture.alice, Fixture.bob] {
                var bytes = 0
                for kind in [CollectionKind.calendarHome, .bookHome, .fileHome] {
                    let home = try #require(try Collections.home(tx, of: owner, kind: kind))
                    for collection in try Collections.subtree(tx, of: home) {
                        reachable.insert(collection.id)
                        #expect(collection.owner == owner)
                        let members = try Members.all(tx, in: collection.id)
                        #expect(members.count == collection.memberCount)
                        bytes += members.reduce(0) { $0 + $1.size }
                        let names =
                            members.map { [UInt8]($0.name.utf8) }
                            + (try Collections.children(tx, of: collection.id)).map { [UInt8]($0.name.utf8) }
                        #expect(Set(names).count == names.count)
                    }
                }
                #expect(try Quota.state(tx, of: owner).used == Int64(bytes))
            }
            var references: [Int64: Int64] = [:]
            for id in try tx.all(
                "SELECT blob_id FROM member UNION ALL SELECT blob_id FROM trash UNION ALL SELECT blob_id FROM past_member", row: { $0.integer(0) })
            {
                references[id, default: 0] += 1
            }
            let blobs = try tx.all("SELECT id, reference_count, file FROM blob") {
                ($0.integer(0), $0.integer(1), $0.optionalText(2))
            }
            #expect(Dictionary(uniqueKeysWithValues: blobs.map { ($0.0, $0.1) }) == references)
            let used = Set(blobs.compactMap(\.2))
            let unused = Set(try tx.all("SELECT file FROM unused_file") { $0.text(0) })
            #expect(used.isDisjoint(with: unused))
            #expect(used.union(unused) == writer.files)
            for (collection, name) in try tx.all(
                "SELECT collection_id, member_name FROM lock", row: { ($0.integer(0), $0.text(1)) })
            {
                let id = CollectionID(rawValue: collection)
                #expect(reachable.contains(id))
                #expect(try Members.find(tx, in: id, name: name) != nil, "a lock of nothing")
            }
            for sql: StaticString in [
                """
                SELECT COUNT(*) FROM property WHERE member_id > 0 AND NOT EXISTS (
                    SELECT 1 FROM member WHERE member.collection_id = property.collection_id AND id = member_id)
                """,
                "SELECT COUNT(*) FROM property WHERE collection_id NOT IN (SELECT id FROM collection)",
                "SELECT COUNT(*) FROM member WHERE collection_id NOT IN (SELECT id FROM collection)",
                """
                SELECT COUNT(*) FROM trash
                WHERE owner_id <> COALESCE((SELECT owner_id FROM collection WHERE id = collection_id), 0)
                """,
                "SELECT COUNT(*) FROM change WHERE collection_id NOT IN (SELECT id FROM collection)",
                """
                SELECT COUNT(*) FROM change
                WHERE modseq <= (SELECT log_floor FROM collection WHERE id = collection_id)
                """,
            ] {
                #expect(try tx.first(sql) { $0.integer(0) } == 0, "\(sql)")
            }
        }
    }

    @Test("the writers do all that they can do, and meet refusals")
    func coverage() throws {
        let fixture = try Fixture()
        var writer = RandomWriter(seed: 4, usesFiles: false, forgets: false)
        for _ in 0..<300 { try writer.step(fixture) }
        #expect(writer.refusals > 20 && writer.refusals < 200)
        try fixture.read { tx throws in
            #expect(try tx.first("SELECT COUNT(*) > 5 FROM member") { $0.flag(0) } == true)
            #expect(try tx.first("SELECT COUNT(*) > 5 FROM trash") { $0.flag(0) } == true)
        }
    }
}
