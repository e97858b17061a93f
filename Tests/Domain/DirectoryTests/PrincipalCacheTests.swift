import Database
import Synchronization
import Testing

@testable import Directory

@Suite("The cache of principals")
struct PrincipalCacheTests {
    @Test("what it has is not read again until its time is over")
    func lifetime() throws {
        let scene = try Scene()
        let name = try Scene.name("anna")
        #expect(try scene.cache.account(name, now: scene.now)?.principal.displayName == "Anna Ödegård")
        // Another process: a directory that does not know the cache.
        try scene.database.write { try LocalDirectory().setDisplayName($0, of: scene.anna, "A") }
        scene.advance(seconds: 4)
        #expect(try scene.cache.account(name, now: scene.now)?.principal.displayName == "Anna Ödegård")
        scene.advance(seconds: 1)
        #expect(try scene.cache.account(name, now: scene.now)?.principal.displayName == "A")
    }

    @Test("a change made here is seen after the commit, under each of the names")
    func invalidation() throws {
        let scene = try Scene()
        let names = [try Scene.name("anna"), try Scene.name("a.odegard@example.org")]
        for name in names { #expect(try scene.cache.account(name, now: scene.now) != nil) }
        try scene.database.write { try scene.directory.setQuota($0, of: scene.anna, bytes: 7) }
        for name in names { #expect(try scene.cache.account(name, now: scene.now)?.principal.quotaBytes == 7) }
    }

    @Test("what another process tells is forgotten at once, and all of it where something may have been missed")
    func heard() throws {
        let scene = try Scene()
        let name = try Scene.name("anna")
        func shown() throws -> String? { try scene.cache.account(name, now: scene.now)?.principal.displayName }
        #expect(try shown() == "Anna Ödegård")
        try scene.database.write { try LocalDirectory().setDisplayName($0, of: scene.anna, "A") }
        let others = [ChangeNotice(.principal, id: scene.anna.rawValue &+ 1), ChangeNotice(.init(letter: 0x6D), id: scene.anna.rawValue)]
        scene.cache.forget(.notices(others))
        #expect(try shown() == "Anna Ödegård")
        scene.cache.forget(.notices(others + [ChangeNotice(.principal, id: scene.anna.rawValue)]))
        #expect(try shown() == "A")
        try scene.database.write { try LocalDirectory().setDisplayName($0, of: scene.anna, "B") }
        scene.cache.forget(.unknown)
        #expect(try shown() == "B")
    }

    @Test("a transaction finds what the cache has, or what it sees itself")
    func transactions() throws {
        let scene = try Scene()
        let seen = try scene.database.write { tx in
            try LocalDirectory().setDisplayName(tx, of: scene.anna, "A")
            return try ["anna", "nobody", "a.odegard"].map {
                try scene.cache.find(tx.read, domain: "example.org", name: $0)?.displayName
            }
        }
        // An address is no name.
        #expect(seen == ["A", nil, nil])
        let address = try Scene.name("a.odegard")
        #expect(try scene.cache.account(address, now: scene.now)?.principal.id == scene.anna)
        let found = try scene.database.read { try scene.cache.find($0, domain: "example.org", name: "a.odegard") }
        #expect(found == nil)
    }

    @Test("somebody who is new is found although they were looked for before")
    func newcomers() throws {
        let scene = try Scene()
        let name = try Scene.name("carla")
        #expect(try scene.cache.account(name, now: scene.now) == nil)
        _ = try scene.database.write { try scene.directory.add($0, NewPrincipal(name), now: 1) }
        #expect(try scene.cache.account(name, now: scene.now)?.principal.name == "carla")
        scene.cache.forgetAll()
        #expect(try scene.cache.account(name, now: scene.now)?.principal.name == "carla")
        let other = try Scene.name("dora")
        #expect(try scene.cache.account(other, now: scene.now) == nil)
        // Another process adds her.
        _ = try scene.database.write { try LocalDirectory().add($0, NewPrincipal(other), now: 1) }
        #expect(try scene.cache.account(other, now: scene.now) == nil)
        scene.advance(seconds: 5)
        #expect(try scene.cache.account(other, now: scene.now)?.principal.name == "dora")
    }

    /// Another database's, with something that happens after each read, before its result is used.
    private struct Interrupted: Database {
        let database: any Database
        let interruption: @Sendable () throws -> Void

        func read<Result>(_ body: (borrowing ReadTransaction) throws -> Result) throws -> Result {
            let result = try database.read(body)
            try interruption()
            return result
        }
        func write<Result>(_ body: (borrowing WriteTransaction) throws -> Result) throws -> Result {
            try database.write(body)
        }
        func integrityFaults() throws -> [String] { try database.integrityFaults() }
        func close() { database.close() }
    }

    @Test("what was read before a change is not kept after it")
    func race() throws {
        let scene = try Scene()
        let name = try Scene.name("anna")
        let directory = Mutex<LocalDirectory?>(nil)
        let database = Interrupted(database: scene.database) {
            guard let directory = directory.withLock({ $0.take() }) else { return }
            try scene.database.write { try directory.setDisabled($0, scene.anna, true) }
        }
        let cache = PrincipalCache(database: database, clock: { scene.now })
        directory.withLock { $0 = LocalDirectory(cache: cache) }
        #expect(try cache.account(name, now: scene.now)?.principal.isDisabled == false)
        #expect(try cache.account(name, now: scene.now)?.principal.isDisabled == true)
    }
}
