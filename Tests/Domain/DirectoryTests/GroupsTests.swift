import Database
import Testing

@testable import Directory

@Suite("Groups")
struct GroupsTests {
    let scene: Scene

    init() throws { scene = try Scene() }

    private func group(_ name: String) throws -> Principal {
        let new = NewPrincipal(try Scene.name(name), kind: .group)
        return try scene.database.write { try scene.directory.add($0, new, now: 1) }
    }

    private func principal(_ id: PrincipalID) throws -> Principal {
        try #require(try scene.database.read { try LocalDirectory.find($0, id) })
    }

    private func put(_ member: Principal, into group: Principal, now: Int64 = 1) throws {
        try scene.database.write { tx in _ = try Groups.add(tx, member, to: group, now: now) }
    }

    private func closure(_ id: PrincipalID) throws -> Set<PrincipalID> {
        try scene.database.read { tx in try Groups.closure(tx, of: id) }
    }

    @Test("who is in a group is in all that it is in, and a circle ends")
    func nested() throws {
        let groups = try ["a", "b", "c", "d"].map { try group($0) }
        let anna = try principal(scene.anna)
        try put(anna, into: groups[0])
        try put(groups[0], into: groups[1])
        try put(groups[1], into: groups[2])
        #expect(try closure(anna.id) == [anna.id, groups[0].id, groups[1].id, groups[2].id])
        try put(groups[2], into: groups[0])
        #expect(try closure(anna.id) == [anna.id, groups[0].id, groups[1].id, groups[2].id])
        #expect(try closure(groups[2].id) == [groups[0].id, groups[1].id, groups[2].id])
        #expect(try closure(scene.boris) == [scene.boris])
    }

    @Test("since when somebody is in a group tells the chain of memberships that has held longest")
    func since() throws {
        let groups = try ["a", "b", "c"].map { try group($0) }
        let anna = try principal(scene.anna)
        func since() throws -> [PrincipalID: Int64] { try scene.database.read { tx in try Groups.since(tx, of: anna.id) } }
        #expect(try since() == [anna.id: .min])
        try put(anna, into: groups[0], now: 10)
        try put(groups[0], into: groups[1], now: 5)
        try put(groups[1], into: groups[2], now: 20)
        #expect(try since() == [anna.id: .min, groups[0].id: 10, groups[1].id: 10, groups[2].id: 20])
        try put(anna, into: groups[2], now: 15)
        try put(groups[2], into: groups[0], now: 30)
        #expect(try since() == [anna.id: .min, groups[0].id: 10, groups[1].id: 10, groups[2].id: 15])
        try scene.database.write { tx in
            try Groups.remove(tx, anna.id, from: groups[0].id)
            _ = try Groups.add(tx, anna, to: groups[0], now: 40)
        }
        #expect(try since() == [anna.id: .min, groups[0].id: 30, groups[1].id: 30, groups[2].id: 15])
    }

    @Test("only groups have members, and none is its own")
    func refusals() throws {
        let (anna, boris, a) = (try principal(scene.anna), try principal(scene.boris), try group("a"))
        #expect(throws: DirectoryRefusal.notAGroup) { try put(anna, into: boris) }
        #expect(throws: DirectoryRefusal.groupInItself) { try put(a, into: a) }
    }

    @Test("a change counts from the next question on, also where the answer before is remembered")
    func remembered() throws {
        let (anna, a) = (try principal(scene.anna), try group("a"))
        let cache = MembershipCache()
        func remembered() throws -> Set<PrincipalID> {
            try scene.database.read { tx in try cache.closure(tx, of: anna.id) }
        }
        #expect(try remembered() == [anna.id])
        try put(anna, into: a)
        #expect(try remembered() == [anna.id, a.id])
        #expect(try remembered() == [anna.id, a.id])
        try scene.database.write { tx in _ = try Groups.remove(tx, anna.id, from: a.id) }
        #expect(try remembered() == [anna.id])
        try put(anna, into: a)
        try scene.database.write { tx in try scene.directory.remove(tx, a.id) }
        #expect(try remembered() == [anna.id])
    }

    private struct Undone: Error {}

    @Test("what a transaction saw that was undone is not taken for what another did")
    func undone() throws {
        let (anna, a, b) = (try principal(scene.anna), try group("a"), try group("b"))
        let cache = MembershipCache()
        #expect(throws: Undone.self) {
            try scene.database.write { tx in
                _ = try Groups.add(tx, anna, to: a, now: 1)
                #expect(try cache.closure(tx.read, of: anna.id) == [anna.id, a.id])
                throw Undone()
            }
        }
        try put(anna, into: b)
        #expect(try scene.database.read { tx in try cache.closure(tx, of: anna.id) } == [anna.id, b.id])
    }

    @Test("more groups than are looked at do not count, and cost no more")
    func many() throws {
        let anna = try principal(scene.anna)
        try scene.database.write { tx in
            for number in 1...Int64(Groups.maximumGroups + 500) {
                try tx.execute(
                    "INSERT INTO group_member (group_id, member_id) VALUES ($1, $2)",
                    [.integer(10_000 + number), .integer(number % 2 == 0 ? anna.id.rawValue : 10_000 + number - 1)])
            }
        }
        #expect(try closure(anna.id).count <= Groups.maximumGroups + 1)
    }
}
