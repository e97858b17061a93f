import Database
import TestEngines
import Testing

@testable import Directory

@Suite("The copy of the directory in a storage")
final class DirectoryMirrorTests {
    let scene: Scene
    let storage: any Database
    let mirror: DirectoryMirror

    init() throws {
        scene = try Scene()
        storage = try TestEngine.current.temporary()
        try StorageIdentity.establish("west", in: storage, of: scene.database, installation: "one")
        mirror = Self.mirror(scene.database, storage)
    }

    deinit { storage.close() }

    private static func mirror(_ source: any Database, _ target: any Database) -> DirectoryMirror {
        DirectoryMirror(from: source, to: target, leavingOut: { $0.kind == .resource }) { tx, id in
            try tx.execute("DELETE FROM access_grant WHERE grantee = $1", [.integer(id.rawValue)])
        }
    }

    private func copy(_ id: PrincipalID) throws -> Principal? { try storage.read { tx in try LocalDirectory.find(tx, id) } }
    private func original(_ id: PrincipalID) throws -> Principal? { try scene.database.read { tx in try LocalDirectory.find(tx, id) } }

    private func differences() throws -> [PrincipalID] {
        var ids: [PrincipalID] = []
        try mirror.forEachDifference { ids.append($0) }
        return ids
    }

    private func add(_ name: String, kind: Principal.Kind = .user, addresses: [String] = []) throws -> Principal {
        let new = NewPrincipal(try Scene.name(name), kind: kind, addresses: addresses)
        return try scene.database.write { try scene.directory.add($0, new, now: 1) }
    }

    @Test("all who are there come under their ids, with their addresses, and without their passwords")
    func everybody() throws {
        try mirror.bring()
        #expect(try copy(scene.anna) == original(scene.anna))
        #expect(try copy(scene.anna) != nil)
        #expect(try differences() == [])
        #expect(try storage.read { tx in try LocalDirectory.storedPassword(tx, of: scene.anna).hash } == nil)
    }

    @Test("changes come after it, and what has not changed costs nothing")
    func changes() throws {
        try mirror.bring()
        let clara = try add("clara", addresses: ["clara@example.org", "c@example.org"])
        try scene.database.write { tx in
            try scene.directory.setDisplayName(tx, of: scene.anna, "Another")
            try scene.directory.setDisabled(tx, scene.boris, true)
            try scene.directory.setQuota(tx, of: clara.id, bytes: 17)
        }
        try mirror.bring()
        #expect(try copy(clara.id) == original(clara.id))
        #expect(try copy(scene.anna)?.displayName == "Another")
        #expect(try copy(scene.boris)?.isDisabled == true)
        #expect(try differences() == [])
    }

    @Test("what changes in it the storage's own lists of everybody are told of, and of no people of directories")
    func log() throws {
        let log = LocalBackend(database: storage, domains: ["example.org"])
        func changed(after position: String) throws -> [String] {
            var changed: [String] = []
            _ = try log.changes(after: position) { id, entry in
                changed.append(entry.map { "\($0.entry.displayName) \($0.entry.isHidden)" } ?? "\(id) is gone")
                return true
            }
            return changed.sorted()
        }
        let group = try add("group", kind: .group)
        let begin = try log.logPosition()
        try mirror.bring()
        #expect(try changed(after: begin) == ["Anna Ödegård false", "group false", "Борис Ёлкин false"])
        var position = try log.logPosition()
        try scene.database.write { tx in
            let boris = try #require(try LocalDirectory.find(tx.read, scene.boris))
            try Groups.add(tx, boris, to: group, now: 1)
            try scene.directory.setHidden(tx, scene.anna, true)
            var new = NewPrincipal(try Scene.name("clara"))
            new.entry = DirectoryLink(directory: "corp", entryID: "1")
            try scene.directory.add(tx, new, now: 1)
        }
        try mirror.bring()
        // Whose memberships differ is looked at again along with the group.
        #expect(try changed(after: position) == ["Anna Ödegård true", "group false", "Борис Ёлкин false"])
        position = try log.logPosition()
        try scene.database.write { tx in
            try scene.directory.link(tx, scene.anna, to: DirectoryLink(directory: "corp", entryID: "2"), now: 1)
            try scene.directory.remove(tx, scene.boris)
        }
        try mirror.bring()
        #expect(try Set(changed(after: position)) == ["\(scene.anna.rawValue) is gone", "\(scene.boris.rawValue) is gone", "group false"])
    }

    @Test("what a storage counts itself stays")
    func usedBytes() throws {
        try mirror.bring()
        try storage.write { tx in try tx.execute("UPDATE principal SET used_bytes = 7 WHERE id = $1", [.integer(scene.anna.rawValue)]) }
        try scene.database.write { tx in try scene.directory.setDisplayName(tx, of: scene.anna, "Another") }
        try mirror.bring()
        #expect(try storage.read { tx in try LocalDirectory.usedBytes(tx, of: scene.anna) } == 7)
    }

    @Test("an address that goes from one to another in one step comes so")
    func addresses() throws {
        let clara = try add("clara", addresses: ["shared@example.org"])
        let dora = try add("dora", addresses: ["dora@example.org"])
        try mirror.bring()
        try scene.database.write { tx in
            try scene.directory.removeAddress(tx, of: clara.id, "shared@example.org")
            try scene.directory.addAddress(tx, of: dora.id, "shared@example.org", isPreferred: true)
        }
        try mirror.bring()
        #expect(try copy(clara.id)?.addresses == [])
        #expect(try copy(dora.id)?.addresses == ["shared@example.org", "dora@example.org"])
    }

    @Test("who is in which group moves the generation of memberships there")
    func memberships() throws {
        let group = try add("team", kind: .group)
        try mirror.bring()
        let before = try storage.read { tx in try RightsGeneration.ofMemberships(tx) }
        let anna = try #require(try original(scene.anna))
        try scene.database.write { tx in _ = try Groups.add(tx, anna, to: group, now: 5) }
        try mirror.bring()
        #expect(try storage.read { tx in try Groups.closure(tx, of: scene.anna) } == [scene.anna, group.id])
        let after = try storage.read { tx in try RightsGeneration.ofMemberships(tx) }
        #expect(before != after)
        try scene.database.write { tx in _ = try Groups.remove(tx, scene.anna, from: group.id) }
        try mirror.bring()
        #expect(try storage.read { tx in try Groups.closure(tx, of: scene.anna) } == [scene.anna])
    }

    @Test("who is removed goes, with what they were granted; the same name may come again")
    func removed() throws {
        let clara = try add("clara", addresses: ["clara@example.org"])
        try mirror.bring()
        try storage.write { tx in
            try tx.execute(
                "INSERT INTO access_grant (collection_id, grantee, rights, created) VALUES (1, $1, 1, 1)", [.integer(clara.id.rawValue)])
        }
        try scene.database.write { tx in try scene.directory.remove(tx, clara.id) }
        let again = try add("clara", addresses: ["clara@example.org"])
        try mirror.bring()
        #expect(try copy(clara.id) == nil)
        #expect(try copy(again.id) == original(again.id))
        #expect(try storage.read { tx in try tx.first("SELECT COUNT(*) FROM access_grant") { $0.integer(0) } } == 0)
    }

    @Test("those who are left out are each database's own")
    func leftOut() throws {
        let list = try add("list", kind: .resource)
        try mirror.bring()
        #expect(try copy(list.id) == nil)
        #expect(try differences() == [])
    }

    @Test("two that copy at once come to the same")
    func two() throws {
        let other = Self.mirror(scene.database, storage)
        for number in 0..<20 {
            _ = try add("user\(number)")
            try (number % 2 == 0 ? mirror : other).bring()
        }
        try mirror.bring()
        try other.bring()
        #expect(try differences() == [])
    }

    @Test("ids of a storage begin where no other's are")
    func ids() throws {
        let id = try storage.write { tx in try tx.nextID(.node) }
        #expect(id > StorageMap.idsPerStorage && id < 2 * StorageMap.idsPerStorage)
        let east = try TestEngine.current.temporary()
        defer { east.close() }
        try StorageIdentity.establish("east", in: east, of: scene.database, installation: "unused")
        #expect(try east.write { tx in try tx.nextID(.node) } > 2 * StorageMap.idsPerStorage)
    }

    @Test("a storage is one of its own installation, under its own name")
    func identity() throws {
        try StorageIdentity.establish("west", in: storage, of: scene.database, installation: "unused")
        #expect(throws: StorageIdentity.Mismatch.self) {
            try StorageIdentity.establish("east", in: storage, of: scene.database, installation: "unused")
        }
        let other = try Scene()
        let stranger = other.database
        #expect(throws: StorageIdentity.Mismatch.self) {
            try StorageIdentity.establish("west", in: storage, of: stranger, installation: "two")
        }
        // Nor one that is in use by itself, nor a storage that is taken for the configuration database.
        #expect(throws: StorageIdentity.Mismatch.self) {
            try StorageIdentity.establish("new", in: stranger, of: scene.database, installation: "unused")
        }
        #expect(throws: StorageIdentity.Mismatch.self) { try StorageIdentity.mustBeConfiguration(storage) }
        withExtendedLifetime(other) {}
    }

    @Test("new principals of a domain are in its storage, and the watch tells who has changed")
    func map() throws {
        var watch = DirectoryWatch()
        #expect(try watch.changed(scene.database) == [])
        try scene.database.write { tx in try StorageMap.assign(tx, domain: "example.org", to: "west") }
        let clara = try add("clara")
        #expect(clara.storage == "west")
        #expect(try watch.changed(scene.database) == [clara.id])
        #expect(try watch.changed(scene.database) == [])
        try mirror.bring()
        try scene.database.write { tx in
            try scene.directory.setStorage(tx, of: clara.id, nil)
            try StorageMap.assign(tx, domain: "example.org", to: nil)
        }
        #expect(try watch.changed(scene.database) == [clara.id])
        try mirror.bring()
        #expect(try copy(clara.id)?.storage == nil)
        #expect(try add("dora").storage == nil)
    }

    @Test("a grant that would reach somebody in another storage is known")
    func reach() throws {
        let west = try add("clara")
        let group = try add("team", kind: .group)
        try scene.database.write { tx in
            try scene.directory.setStorage(tx, of: west.id, "west")
            _ = try Groups.add(tx, west, to: group, now: 1)
        }
        try mirror.bring()
        func reaches(_ database: any Database, _ grantee: Int64, of owner: PrincipalID) throws -> Bool {
            try database.read { tx in try StorageMap.reachesElsewhere(tx, grantee: grantee, of: owner) }
        }
        #expect(try reaches(scene.database, west.id.rawValue, of: scene.anna))
        #expect(try reaches(scene.database, group.id.rawValue, of: scene.anna))
        #expect(try !reaches(scene.database, scene.boris.rawValue, of: scene.anna))
        #expect(try reaches(storage, scene.anna.rawValue, of: west.id))
        #expect(try !reaches(storage, group.id.rawValue, of: west.id))
        #expect(try reaches(storage, 0, of: west.id))
        // In a database that is alone everybody is here.
        let alone = try Scene()
        #expect(try !reaches(alone.database, 0, of: alone.anna))
    }
}
